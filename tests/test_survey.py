"""What is read again, what is gone, and what is left alone."""

import os
import time
from pathlib import Path

import pytest
from scripted_index import Bench, Write, counts, long_text, records

import rag.survey


def generation(bench: Bench) -> str:
    return (bench.folder / "CURRENT").read_text()


@pytest.fixture
def exact_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every file had been written long ago."""
    monkeypatch.setattr(rag.survey, "_RESOLUTION", -(10**12))


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were hashed to be told apart."""
    paths: list[Path] = []
    digest = rag.survey._digest

    def recording(path: Path) -> str:
        paths.append(path)
        return digest(path)

    monkeypatch.setattr(rag.survey, "_digest", recording)
    return paths


def test_where_nothing_changed_no_generation_is_published(bench: Bench, write: Write) -> None:
    paths = [write("a.txt", long_text(3)), write("b.jsonl", records(1, 2) + "\n{")]
    bench.add(*paths)
    before = generation(bench)
    report = bench.add(*paths)
    assert (counts(report), len(report.problems)) == ((0, 0, 0, 3, 0, 0), 1)
    assert generation(bench) == before


def test_a_file_of_the_same_size_and_time_is_not_read(
    bench: Bench, write: Write, exact_clock: None, hashed: list[Path]
) -> None:
    path = write("a.txt", long_text(3))
    bench.add(path)
    assert counts(bench.add(path)) == (0, 0, 0, 1, 0, 0)
    assert hashed == []


def test_a_file_that_was_only_touched_is_hashed_until_the_next_commit(
    bench: Bench, write: Write, exact_clock: None, hashed: list[Path]
) -> None:
    path = write("a.txt", long_text(3))
    bench.add(path)
    os.utime(path)
    for _ in range(2):
        assert counts(bench.add(path)) == (0, 0, 0, 1, 0, 0)
    assert hashed == [path, path]
    bench.add(path, write("b.txt", long_text(4)))
    hashed.clear()
    bench.add(path)
    assert hashed == []


def test_a_file_written_again_at_once_with_the_same_size_is_noticed(
    bench: Bench, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A clock that stands still, as far as a file system of coarse times can tell.
    now = time.time_ns()
    monkeypatch.setattr(rag.survey, "_changed_at", lambda _found: now)
    path = write("a.txt", "The gate is open.")
    bench.add(path)
    write("a.txt", "The gate is shut.")
    assert counts(bench.add(path)) == (0, 1, 0, 0, 0, 1)


def test_a_copy_that_brings_an_old_time_along_is_noticed(
    bench: Bench, write: Write, exact_clock: None
) -> None:
    path = write("a.txt", "The gate is open.")
    old = path.stat()
    bench.add(path)
    write("a.txt", "The gate is shut.")
    os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))
    assert counts(bench.add(path)) == (0, 1, 0, 0, 0, 1)


def test_files_that_are_gone_are_reported_and_with_prune_removed(
    bench: Bench, write: Write, tmp_path: Path
) -> None:
    gone = write("docs/gone.txt", "The old mill has 3 wheels.")
    kept = write("docs/kept.txt", "The new mill has 5 wheels.")
    elsewhere = write("other/mill.txt", "The mill elsewhere has 7 wheels.")
    bench.add(tmp_path / "docs", elsewhere)
    gone.unlink()
    elsewhere.unlink()
    report = bench.add(tmp_path / "docs")
    assert (report.gone, report.problems) == ([str(gone)], [])
    assert set(bench.documents()) == {str(gone), str(kept), str(elsewhere)}
    report = bench.add(tmp_path / "docs", prune=True)
    assert (counts(report), report.gone) == ((0, 0, 0, 1, 1, 0), [])
    assert dict(report.changes) == {("removed", str(gone)): 1}
    assert set(bench.documents()) == {str(kept), str(elsewhere)}
    assert counts(bench.add(tmp_path / "docs", prune=True)) == (0, 0, 0, 1, 0, 0)


def test_a_renamed_file_is_not_gone(bench: Bench, write: Write, tmp_path: Path) -> None:
    old = write("docs/old.txt", long_text(5))
    bench.add(tmp_path / "docs")
    new = old.rename(tmp_path / "docs" / "sub.txt")
    report = bench.add(tmp_path / "docs")
    assert (counts(report), report.gone) == ((0, 0, 1, 0, 0, 0), [])
    assert +report.changes == {("renamed", str(new)): 1}


def test_a_folder_that_is_missing_or_empty_prunes_nothing(
    bench: Bench, write: Write, tmp_path: Path
) -> None:
    path = write("drive/a.txt", "The crane lifts 40 tonnes.")
    bench.add(tmp_path / "drive")
    path.unlink()
    (problem,) = bench.add(tmp_path / "drive", prune=True).problems
    assert "is empty, and 1 files that documents come from were in it" in problem[1]
    assert f"rag delete --path '{tmp_path}/drive/*'" in problem[1]
    (tmp_path / "drive").rmdir()
    (problem,) = bench.add(tmp_path / "drive", prune=True).problems
    assert "cannot be opened" in problem[1]
    assert list(bench.documents()) == [str(path)]


def test_a_link_to_a_drive_that_is_not_there_prunes_nothing(
    bench: Bench, write: Write, tmp_path: Path
) -> None:
    write("docs/a.txt", "The crane lifts 40 tonnes.")
    write("drive/b.txt", "The winch pulls 9 tonnes.")
    (tmp_path / "docs" / "drive").symlink_to(tmp_path / "drive")
    bench.add(tmp_path / "docs")
    (tmp_path / "drive").rename(tmp_path / "unmounted")
    report = bench.add(tmp_path / "docs", prune=True)
    assert (counts(report), report.gone) == ((0, 0, 0, 1, 0, 0), [])
    assert len(bench.documents()) == 2


def test_a_folder_that_may_not_be_looked_into_prunes_nothing(
    bench: Bench, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("docs/closed/a.txt", "The crane lifts 40 tonnes.")
    write("docs/b.txt", "The winch pulls 9 tonnes.")
    bench.add(tmp_path / "docs")
    lstat, scandir = Path.lstat, os.scandir

    def refused(self: Path) -> os.stat_result:
        if self.parent.name == "closed":
            raise PermissionError(13, "Permission denied", str(self))
        return lstat(self)

    def unlisted(folder: Path) -> object:
        if str(folder).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    monkeypatch.setattr(Path, "lstat", refused)
    monkeypatch.setattr("rag.sources.files.os.scandir", unlisted)
    report = bench.add(tmp_path / "docs", prune=True)
    assert [reason for _, reason in report.problems] == [
        "the folder cannot be listed (permission denied)"
    ]
    assert report.removed == 0
    monkeypatch.undo()
    assert str(path) in bench.documents()


def test_a_folder_that_became_a_file_takes_its_documents_along(
    bench: Bench, write: Write, tmp_path: Path
) -> None:
    write("docs/a/b.txt", "The crane lifts 40 tonnes.")
    bench.add(tmp_path / "docs")
    (tmp_path / "docs" / "a" / "b.txt").unlink()
    (tmp_path / "docs" / "a").rmdir()
    new = write("docs/a", "no suffix")
    other = write("docs/c.txt", "The winch pulls 9 tonnes.")
    assert counts(bench.add(tmp_path / "docs", prune=True)) == (1, 0, 0, 0, 1, 1)
    assert list(bench.documents()) == [str(other)]
    assert new.is_file()
