from collections.abc import Callable
from pathlib import Path

import pytest

from rag.sources import Source, load_file

Load = Callable[..., Source]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Write a file and load it."""

    def write_and_load(name: str, content: str | bytes, **options: object) -> Source:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        source = load_file(path, **options)  # type: ignore[arg-type]
        for document in source.documents:
            check_origins(document)
        return source

    return write_and_load


def check_origins(document: object) -> None:
    """Origins are sorted, do not overlap, and lie inside the text."""
    last = 0
    text = document.text  # type: ignore[attr-defined]
    assert document.origin  # type: ignore[attr-defined]
    for origin in document.origin:  # type: ignore[attr-defined]
        assert last <= origin.start < origin.end <= len(text)
        last = origin.end
