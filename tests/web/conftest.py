"""An engine over an index of its own, with a scripted model, for the parts of the page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.scripted import WordEmbedder, WordReader

from rag.engine import Engine
from rag.settings import Settings


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine whose index is still to be made."""
    with Engine(Settings(index=tmp_path / "index")) as engine:
        engine.embedder = WordEmbedder()
        engine.answerer = WordReader(0.5)
        yield engine
