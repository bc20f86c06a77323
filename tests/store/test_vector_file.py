from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexDamagedError
from rag.store import vector_file as module
from rag.store.vector_file import VectorFile

ROWS = np.arange(60, dtype=np.float32).reshape(20, 3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    VectorFile.write(tmp_path / "rows.npy", 20, 3, iter([ROWS[:7], ROWS[7:]]))
    return tmp_path / "rows.npy"


def test_what_is_written_is_an_array_in_numpys_format(path: Path) -> None:
    assert np.array_equal(np.load(path), ROWS)


@pytest.mark.parametrize(
    "rows", [[], [0], [19], [3, 4, 5], [0, 2, 3, 9, 19], [9, 3, 4, 4, 0], list(range(20))]
)
def test_it_is_indexed_as_an_array_would_be(path: Path, rows: list[int]) -> None:
    wanted = np.array(rows, np.int64)
    found = VectorFile(path)[wanted]
    assert found.dtype == np.float32
    assert np.array_equal(found, ROWS[wanted])


def test_systems_that_read_at_no_place_or_not_ahead_give_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(module.os, "pread", raising=False)
    monkeypatch.delattr(module.os, "posix_fadvise", raising=False)
    wanted = np.array([17, 2, 3], np.int64)
    assert np.array_equal(VectorFile(path)[wanted], ROWS[wanted])


def test_all_rows_come_some_at_a_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHUNK", 8)
    chunks = list(VectorFile(path).chunks())
    assert [len(chunk) for chunk in chunks] == [8, 8, 4]
    assert np.array_equal(np.concatenate(chunks), ROWS)


def test_files_that_are_no_whole_rows_are_refused(path: Path) -> None:
    whole = path.read_bytes()
    for content in (b"", b"hello", whole[:-1], whole + b"x"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"\w"):
            VectorFile(path)
    for array in (ROWS.astype(np.float64), ROWS[0], np.asfortranarray(ROWS)):
        np.save(path, array)
        with pytest.raises(ValueError, match="a file of something else than rows"):
            VectorFile(path)


def test_a_file_that_becomes_shorter_is_damaged(path: Path) -> None:
    file = VectorFile(path)
    path.write_bytes(path.read_bytes()[:-12])
    assert np.array_equal(file[np.array([18])], ROWS[[18]])
    with pytest.raises(IndexDamagedError, match="has become shorter"):
        file[np.array([1, 19])]
