from pathlib import Path

import pytest

from rag.cache import cached, write_atomically
from rag.errors import ModelError


def test_a_file_is_made_once(tmp_path: Path) -> None:
    made: list[int] = []

    def make() -> bytes:
        made.append(1)
        return b"content"

    paths = [cached(tmp_path / "new" / "folder", "file", make) for _ in range(2)]
    assert paths == [tmp_path / "new" / "folder" / "file"] * 2
    assert paths[0].read_bytes() == b"content"
    assert len(made) == 1


def test_a_failing_maker_leaves_nothing(tmp_path: Path) -> None:
    def make() -> bytes:
        raise ModelError("no")

    with pytest.raises(ModelError, match="no"):
        cached(tmp_path, "file", make)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_writing_leaves_no_part_and_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new")
    assert [item.name for item in tmp_path.iterdir()] == ["file"]
    assert path.read_bytes() == b"old"


def test_a_full_disk_is_told_with_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(ModelError, match="No space left on device") as caught:
        cached(tmp_path, "file", lambda: b"new")
    assert str(tmp_path) in str(caught.value)
    assert isinstance(caught.value.__cause__, OSError)
    assert list(tmp_path.iterdir()) == []
