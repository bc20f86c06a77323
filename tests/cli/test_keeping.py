"""`rag index --prune`, `rag watch`, `rag verify` and `rag repair`."""

import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from cli.conftest import QUESTION, Run
from rag.address import Index, MilvusAddress


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    for number, word in enumerate(("oak", "elm", "ash", "yew", "fir"), start=1):
        (folder / f"{word}.txt").write_text(f"The {word} by the gate is {number} m high.")
    return folder


@pytest.fixture(params=["folder", "milvus"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Index:
    """Where an index may lie."""
    if request.param == "folder":
        return tmp_path / "index"
    address: MilvusAddress = request.getfixturevalue("milvus")
    return address


def keys(manage: Run, index: Index) -> list[str]:
    return [line.partition("\t")[0] for line in manage("list", "--index", index).out.splitlines()]


def test_files_that_are_gone_are_told_in_a_line_and_removed_with_prune(
    manage: Run, notes: Path, place: Index
) -> None:
    index = place
    assert manage("index", notes, "--index", index).status == 0
    for word in ("oak", "elm", "ash", "yew"):
        (notes / f"{word}.txt").unlink()
    done = manage("index", notes, "--index", index)
    assert done.status == 0
    assert done.message == (
        "gone: 4 files that documents come from (ash.txt, elm.txt, oak.txt, …); "
        "--prune removes these documents"
    )
    assert len(keys(manage, index)) == 5
    done = manage("index", notes, "--index", index, "--prune")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("0 added, 0 updated, 0 renamed, 1 unchanged, 4 removed")
    assert keys(manage, index) == [str(notes / "fir.txt")]


def test_a_damaged_index_is_repaired_and_answers_as_before(
    manage: Run, own_index: Path, same_answer: object
) -> None:
    generation = own_index / (own_index / "CURRENT").read_text().strip()
    shutil.rmtree(generation / "words")
    [rows] = (generation / "vectors").glob("en-*.rows.npy")
    rows.write_bytes(b"x" * 100)
    done = manage("verify", "--index", own_index)
    assert done.status == 1
    assert f"damaged: vectors/{rows.name} is altered" in done.err.splitlines()
    assert done.err.splitlines()[-1].endswith("rag repair")
    done = manage("repair", "--index", own_index)
    assert done.status == 0
    assert done.out == "repaired; 6 passages embedded, the words of 6 taken again\n"
    assert manage("verify", "--index", own_index).out == "whole: 6 documents, 6 passages\n"
    assert manage("repair", "--index", own_index).out == "whole: 6 documents, 6 passages\n"
    same_answer(own_index)  # type: ignore[operator]


def test_a_damaged_catalog_names_the_files_to_index_again(
    manage: Run, ask: Run, own_index: Path, corpus: Path
) -> None:
    path = own_index / (own_index / "CURRENT").read_text().strip() / "catalog.sqlite"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert "Run `rag repair`" in ask(QUESTION, "--index", own_index).message
    done = manage("repair", "--index", own_index)
    assert done.status == 1
    assert str(corpus / "garden.md") in done.out.splitlines()
    # A path that is damaged itself is nothing to index.
    assert {Path(line).parent for line in done.out.splitlines()} <= {corpus, corpus / "old"}
    assert all(Path(line).is_file() for line in done.out.splitlines())
    assert "run `rag index` on your documents again" in done.err.splitlines()[-1]


def test_repairing_needs_an_index_of_this_version(manage: Run, tmp_path: Path) -> None:
    done = manage("repair", "--index", tmp_path / "none")
    assert (done.status, done.out) == (1, "")
    assert done.message.startswith("error: there is no index in ")


def test_watching_follows_what_changes_until_ctrl_c(
    manage: Run, notes: Path, place: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = place
    held: list[list[str]] = []

    def scripted(folders: list[Path], own: list[Path]) -> Iterator[Collection[object]]:
        assert folders == [notes]
        assert (index if isinstance(index, Path) else index.file) in own
        # What happens before the first look is seen by it.
        (notes / "elm.txt").unlink()
        yield ()
        (notes / "oak.txt").rename(notes / "oak tree.txt")
        (notes / "ash.txt").unlink()
        (notes / "yew.txt").write_text("The yew by the gate was cut.")
        yield {"something"}
        held.append(keys(manage, index))
        (notes / "pine.jsonl").write_text('{"id": "p1", "text": "A."}\n{"id": "p2", "text": "B."}')
        yield ()  # only now and then
        yield {"something"}
        raise KeyboardInterrupt

    monkeypatch.setattr("rag.cli.watching._changes", scripted)
    done = manage("watch", notes, "--index", index)
    assert (done.status, done.out) == (0, "")
    # Listing in between took what was said up to there.
    assert done.err.splitlines() == [f"added {notes}/pine.jsonl (2 documents)"]
    assert held == [[str(notes / name) for name in ("fir.txt", "oak tree.txt", "yew.txt")]]
    assert {"p1", "p2"} < set(keys(manage, index))


def test_watching_says_a_line_for_each_file(
    manage: Run, notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scripted(_folders: object, _own: object) -> Iterator[Collection[object]]:
        for word in ("elm", "ash", "fir"):
            os.unlink(notes / f"{word}.txt")  # noqa: PTH108
        yield ()
        (notes / "oak.txt").rename(notes / "oak tree.txt")
        (notes / "yew.txt").unlink()
        (notes / "bad.docx").write_text("no document")
        yield {"something"}

    monkeypatch.setattr("rag.cli.watching._changes", scripted)
    lines = manage("watch", notes, "--index", tmp_path / "index").err.splitlines()
    assert lines[:3] == [
        f"added {notes}/oak.txt", f"added {notes}/yew.txt", f"watching {notes} (Ctrl-C ends)",
    ]  # fmt: skip
    assert lines[3:5] == [f"renamed {notes}/oak tree.txt", f"removed {notes}/yew.txt"]
    assert lines[5].startswith(f"not read: {notes}/bad.docx")


def test_only_folders_can_be_watched(manage: Run, notes: Path, tmp_path: Path) -> None:
    for given in (notes / "oak.txt", tmp_path / "none"):
        done = manage("watch", given, "--index", tmp_path / "index")
        assert (done.status, done.out) == (2, "")
        assert done.message == f"error: {given} is no folder; rag watch FOLDER... takes folders"
