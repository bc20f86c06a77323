"""Adding to an index: in batches, again, renamed, interrupted."""

import errno
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from cli.scripted import WordEmbedder
from scripted_index import Bench, Write, counts, long_text, records

from rag.embedding import similarity
from rag.errors import IndexFolderError
from rag.store import IndexReader, explain_full_disk


def test_one_long_document_moves_the_progress_batch_by_batch(bench: Bench, write: Write) -> None:
    report = bench.add(write("long.txt", long_text(200)))
    assert bench.embedder.batches == [64, 64, 64, 8]
    assert (report.passages, report.embedded) == (200, 200)
    done = [done for _, done, _ in bench.moves]
    assert done == [0, 64, 128, 192, 200, 200]
    expected = [expected for _, _, expected in bench.moves]
    assert all(180 <= number <= 220 for number in expected[1:])
    assert expected[-1] == 200


def test_many_records_move_the_progress_batch_by_batch(bench: Bench, write: Write) -> None:
    report = bench.add(write("many.jsonl", records(*range(1000))))
    assert counts(report) == (1000, 0, 0, 0, 0, 1000)
    assert max(bench.embedder.batches) == 64
    assert len(bench.moves) == 1 + 16 + 1
    assert all(900 <= expected <= 1100 for _, _, expected in bench.moves[1:])
    assert bench.moves[-1][1:] == (1000, 1000)
    assert len(bench.documents()) == 1000


def test_the_progress_over_several_files_knows_of_those_to_come(bench: Bench, write: Write) -> None:
    paths = [write(f"{name}.txt", long_text(64).replace("rain", name)) for name in "abc"]
    bench.add(*paths)
    ends = {Path(name).name: done for name, done, _ in bench.moves}
    assert (ends["a.txt"], ends["b.txt"], ends["c.txt"]) == (64, 128, 192)
    assert all(180 <= expected <= 200 for _, _, expected in bench.moves[1:])
    assert bench.moves[-1][1:] == (192, 192)


def test_adding_again_skips_what_did_not_change(bench: Bench, write: Write) -> None:
    paths = [write("a.txt", long_text(3)), write("b.jsonl", records(1, 2))]
    assert counts(bench.add(*paths)) == (3, 0, 0, 0, 0, 5)
    assert counts(bench.add(*paths)) == (0, 0, 0, 3, 0, 0)
    assert bench.embedder.batches == []
    write("b.jsonl", records(1, 2, 3))
    assert counts(bench.add(*paths)) == (1, 0, 0, 3, 0, 1)
    write("b.jsonl", records(2, 3))
    # The records moved up a line, which is the place that their citations name.
    assert counts(bench.add(*paths)) == (0, 2, 0, 1, 1, 0)
    assert bench.documents()["r3"].place(0) == "record 2"


def test_an_edit_embeds_only_the_passages_it_changed(bench: Bench, write: Write) -> None:
    bench.add(write("a.txt", long_text(100)))
    write("a.txt", long_text(100).replace("Station 50 ", "Station fifty "))
    assert counts(bench.add(write("a.txt", long_text(100) + "\nThe end came at dawn."))) == (
        0, 1, 0, 0, 0, 1,
    )  # fmt: skip


def test_a_renamed_file_embeds_nothing_and_takes_the_place_of_the_old_one(
    bench: Bench, write: Write, tmp_path: Path
) -> None:
    old = write("old.txt", long_text(70))
    bench.add(old)
    new = old.rename(tmp_path / "new.txt")
    report = bench.add(new)
    assert counts(report) == (0, 0, 1, 0, 0, 0)
    assert (report.passages, report.problems) == (70, [])
    assert bench.embedder.batches == []
    assert list(bench.documents()) == [str(new)]


def test_a_renamed_file_of_records_keeps_their_ids(
    bench: Bench, write: Write, tmp_path: Path
) -> None:
    old = write("old.jsonl", records(1, 2, 3))
    bench.add(old)
    new = old.rename(tmp_path / "new.jsonl")
    report = bench.add(new)
    assert (counts(report), report.problems) == ((0, 3, 0, 0, 0, 0), [])
    assert {document.path for document in bench.documents().values()} == {str(new)}


def test_a_copy_is_a_document_of_its_own_and_embeds_nothing(bench: Bench, write: Write) -> None:
    one, other = write("one.txt", long_text(5)), write("other.txt", long_text(5))
    bench.add(one)
    assert counts(bench.add(other)) == (1, 0, 0, 0, 0, 0)
    assert list(bench.documents()) == [str(one), str(other)]


def test_an_id_in_two_files_means_the_later_one_and_is_a_problem(
    bench: Bench, write: Write
) -> None:
    first = write("first.jsonl", records(1, 2))
    second = write("second.jsonl", '{"id": "r2", "text": "Record 2 is about lake 2."}')
    report = bench.add(first, second)
    assert counts(report) == (2, 1, 0, 0, 0, 3)
    assert report.problems == [
        (
            str(second),
            f"its document 'r2' has the id of one in {first}, which it replaces; "
            "give each an id of its own",
        )
    ]
    assert bench.documents()["r2"].text == "Record 2 is about lake 2."
    again = bench.add(first, second)
    assert (counts(again), again.problems) == ((0, 0, 0, 2, 0, 0), [])


def test_a_file_whose_lines_partly_fail_is_read_again_next_time(bench: Bench, write: Write) -> None:
    path = write("part.jsonl", records(1) + "\n{\n" + records(3))
    for expected in ((2, 0, 0, 0, 0, 2), (0, 0, 0, 2, 0, 0)):
        report = bench.add(path)
        assert counts(report) == expected
        ((name, problem),) = report.problems
        assert (name, problem[:8]) == (str(path), "line 2: ")


class Interrupting(WordEmbedder):
    """Is interrupted when it embeds for the fifth time."""

    def embed_passages(self, texts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        if len(self.batches) == 4:
            raise KeyboardInterrupt
        return super().embed_passages(texts)


def test_interrupted_work_keeps_what_was_committed_and_goes_on_from_there(
    bench: Bench, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("many.jsonl", records(*range(500)))
    bench.embedder = Interrupting()
    monkeypatch.setattr("rag.indexing._COMMIT_SECONDS", 0.0)
    with pytest.raises(KeyboardInterrupt):
        bench.add(path)
    assert len(bench.documents()) == 4 * 64
    bench.embedder = WordEmbedder()
    assert counts(bench.add(path)) == (500 - 256, 0, 0, 256, 0, 500 - 256)
    assert len(bench.documents()) == 500


def test_without_a_commit_an_interruption_leaves_the_index_as_it_was(
    bench: Bench, write: Write
) -> None:
    bench.add(write("first.txt", long_text(2)))
    bench.embedder = Interrupting()
    with pytest.raises(KeyboardInterrupt):
        bench.add(write("many.jsonl", records(*range(500))))
    assert len(bench.documents()) == 1


def test_an_os_error_while_a_file_is_read_is_a_problem_of_that_file(
    bench: Bench, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    import rag.ahead

    load = rag.ahead.load_file

    def failing(path: Path, **options: object) -> object:
        if path.name == "bad.txt":
            raise OSError(errno.EIO, "Input/output error")
        return load(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("rag.ahead.load_file", failing)
    bad, good = write("bad.txt", "words"), write("good.txt", "The gate is open.")
    report = bench.add(bad, good)
    assert report.problems == [(str(bad), f"{bad}: cannot be read (Input/output error)")]
    assert list(bench.documents()) == [str(good)]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        sqlite3.OperationalError("database or disk is full"),
        RuntimeError("Error in faiss: write error: No space left on device"),
        ValueError("An IO error occurred: 'No space left on device (os error 28)'"),
    ],
)
def test_every_way_of_saying_that_the_disk_is_full_is_one_error(error: Exception) -> None:
    with (
        pytest.raises(IndexFolderError, match="the disk is full, /somewhere could") as raised,
        explain_full_disk(Path("/somewhere")),
    ):
        raise error
    assert raised.value.__cause__ is error


def test_a_disk_that_fails_is_said_to_be_full_or_failing() -> None:
    with (
        pytest.raises(IndexFolderError, match="the disk is full or failing, /somewhere could"),
        explain_full_disk(Path("/somewhere")),
    ):
        raise sqlite3.OperationalError("disk I/O error")


def test_other_errors_pass_through() -> None:
    with pytest.raises(ValueError, match="something else"), explain_full_disk(Path("/somewhere")):
        raise ValueError("something else")


def test_a_passage_is_about_its_places_and_those_of_its_documents_opening(
    bench: Bench, write: Write
) -> None:
    here = write("here.txt", f"Notes from Qinghai\n\n{long_text(9)}\nThe mayor of Nanning came.")
    bench.add(here, write("elsewhere.txt", long_text(9)))
    reader = IndexReader.open(bench.folder)
    every = reader.catalog.passage_ids_of(str(here.resolve()))
    assert len(every) > 3
    assert dict(reader.words.search_places(["qinghai"], range(99))) == dict.fromkeys(every, 1.0)
    assert dict(reader.words.search_places(["nanning"], range(99))) == {every[-1]: 1.0}
    reader.close()


def test_similarity_is_the_cosine_to_each_text() -> None:
    embedder = WordEmbedder()
    near, far = similarity(embedder, "red roses", ["red roses", "tall towers"])
    assert near == pytest.approx(1.0)
    assert far < 0.2
    assert similarity(embedder, "red roses", []) == []


class Killing(WordEmbedder):
    """Ends the process when it embeds for the fifth time, as SIGKILL does."""

    def embed_passages(self, texts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        if len(self.batches) == 4:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().embed_passages(texts)


_KILLED = """
import sys
from pathlib import Path
from scripted_index import Bench
from test_indexing import Killing
bench = Bench(Path(sys.argv[1]))
bench.embedder = Killing()
bench.add(Path(sys.argv[2]))
"""


def test_what_a_killed_process_embedded_is_not_embedded_again(bench: Bench, write: Write) -> None:
    bench.add(write("first.txt", long_text(2)))
    path = write("many.jsonl", records(*range(500)))
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, bench.folder, path], cwd=Path(__file__).parent, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert len(bench.documents()) == 1
    assert (bench.folder / "embedded.spool").stat().st_size > 256 * 4 * 64
    assert counts(bench.add(path)) == (500, 0, 0, 0, 0, 500 - 256)
    assert sorted(bench.documents())[:2] == [str(write("first.txt", "")), "r0"]
    assert not (bench.folder / "embedded.spool").exists()


def test_vectors_from_before_an_interruption_are_those_of_their_passages(
    bench: Bench, write: Write
) -> None:
    path = write("many.jsonl", records(*range(500)))
    bench.embedder = Interrupting()
    with pytest.raises(KeyboardInterrupt):
        bench.add(path)
    bench.embedder = WordEmbedder()
    bench.add(path)
    reader = IndexReader.open(bench.folder)
    for number, passage in reader.catalog.passages(range(1, 501)).items():
        (expected,) = bench.embedder.embed_passages([passage.text])
        assert reader.vectors.vector(number) == pytest.approx(expected)
    reader.close()


def test_a_full_disk_is_told_wherever_it_fills_and_costs_nothing(
    bench: Bench, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.add(write("first.txt", long_text(2)))
    path = write("more.txt", long_text(100))
    places = ["rag.store.spool.os.write", "rag.store.index.describe_files", "rag.store.index.sync"]

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for place in places:
        with monkeypatch.context() as patch:
            patch.setattr(place, full)
            with (
                pytest.raises(IndexFolderError, match="the disk is full"),
                explain_full_disk(bench.folder),
            ):
                bench.add(path)
        assert len(bench.documents()) == 1
    assert counts(bench.add(path))[0] == 1
    assert len(bench.documents()) == 2
