from contextlib import closing
from dataclasses import replace
from io import FileIO
from pathlib import Path

import numpy as np
import pytest

from rag.store import Spool

from .conftest import MODEL

ONE, OTHER, THIRD = ("1" * 32, "2" * 32, "3" * 32)


def fill(path: Path) -> int:
    """Put two vectors into a spool and return its length."""
    with closing(Spool(path, MODEL)) as spool:
        spool.add([ONE, OTHER], np.array([[1, 0], [0.6, 0.8]], np.float32))
    return path.stat().st_size


def found(path: Path) -> dict[str, list[float]]:
    with closing(Spool(path, MODEL)) as spool:
        vectors = {digest: spool.vector(digest) for digest in (ONE, OTHER, THIRD)}
    return {digest: v.tolist() for digest, v in vectors.items() if v is not None}


def test_what_was_kept_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    fill(tmp_path / "spool")
    assert found(tmp_path / "spool") == {ONE: [1, 0], OTHER: pytest.approx([0.6, 0.8])}


def test_records_are_added_after_those_that_were_there(tmp_path: Path) -> None:
    fill(tmp_path / "spool")
    with closing(Spool(tmp_path / "spool", MODEL)) as spool:
        spool.add([THIRD], np.array([[0, 1]], np.float32))
    assert list(found(tmp_path / "spool")) == [ONE, OTHER, THIRD]


def test_a_torn_tail_is_cut_off_and_written_over(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    size = fill(path)
    record = 16 + 2 * 4 + 4
    for cut in (1, record - 1):
        fill(path)
        path.write_bytes(path.read_bytes()[: size - cut])
        assert list(found(path)) == [ONE]
        assert path.stat().st_size == size - record
        with closing(Spool(path, MODEL)) as spool:
            spool.add([THIRD], np.array([[0, 1]], np.float32))
        assert list(found(path)) == [ONE, THIRD]
        path.unlink()


def test_a_record_whose_bytes_are_not_as_written_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    size = fill(path)
    whole = path.read_bytes()
    for place in range(size - 28, size):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert list(found(path)) == [ONE]


def test_the_vectors_of_another_model_are_dropped(tmp_path: Path) -> None:
    fill(tmp_path / "spool")
    with closing(Spool(tmp_path / "spool", replace(MODEL, digest="f" * 16))) as spool:
        assert spool.vector(ONE) is None
    assert found(tmp_path / "spool") == {}


def test_what_was_committed_is_dropped_and_the_empty_file_with_it(tmp_path: Path) -> None:
    fill(tmp_path / "spool")
    with closing(Spool(tmp_path / "spool", MODEL)) as spool:
        spool.clear()
        assert spool.vector(ONE) is not None
        spool.add([THIRD], np.array([[0, 1]], np.float32))
    assert list(found(tmp_path / "spool")) == [THIRD]
    with closing(Spool(tmp_path / "spool", MODEL)) as spool:
        spool.clear()
    assert not (tmp_path / "spool").exists()


def test_what_is_not_committed_yet_outlasts_what_is(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    fill(path)
    with closing(Spool(path, MODEL)) as spool:
        spool.clear({OTHER: np.array([0.6, 0.8], np.float32)})
        assert found_in(path) == [OTHER]
        spool.add([THIRD], np.array([[0, 1]], np.float32))
    assert found(path) == {OTHER: pytest.approx([0.6, 0.8]), THIRD: [0, 1]}


def test_who_is_killed_while_a_spool_is_cleared_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "spool"
    fill(path)
    spool = Spool(path, MODEL)
    with monkeypatch.context() as patch, pytest.raises(AttributeError):
        patch.setattr(spool, "_file", Uncut(spool._file))
        spool.clear({OTHER: np.array([0.6, 0.8], np.float32)})
    spool.close()
    assert found_in(path) == [OTHER, OTHER]
    assert found(path) == {OTHER: pytest.approx([0.6, 0.8])}


class Uncut:
    """A file whose process ends before it can cut it off."""

    def __init__(self, file: FileIO) -> None:
        self.seek, self.fileno = file.seek, file.fileno


def found_in(path: Path) -> list[str]:
    """Return the digests of a spool's records."""
    content = path.read_bytes()
    start = content.index(b"\n") + 1
    return [content[at : at + 16].hex() for at in range(start, len(content), 16 + 2 * 4 + 4)]
