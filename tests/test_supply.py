"""Passages embedded several batches at once while the files after them are read."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from cli.scripted import WordEmbedder
from scripted_index import Bench, Write, counts, long_text, records

from rag.address import MilvusAddress
from rag.embedding import Batch
from rag.indexing import AddReport
from rag.records import Document
from rag.store import open_reader, verify_index

AHEAD = 64


class Scattered:
    """Gives batches back in another order than they were submitted in, as a cluster does."""

    size, ahead = 8, AHEAD

    def __init__(self, interrupt_at: int = -1) -> None:
        self.texts: Counter[str] = Counter()
        self.most = 0
        self._waiting: list[tuple[Sequence[str], Sequence[str]]] = []
        self._random = random.Random(5)
        self._left = interrupt_at

    def submit(self, keys: Sequence[str], texts: Sequence[str]) -> None:
        self._waiting.append((keys, texts))
        self.most = max(self.most, sum(len(keys) for keys, _ in self._waiting))

    def next(self) -> Batch:
        self._left -= 1
        if self._left == -1:
            raise KeyboardInterrupt
        keys, texts = self._waiting.pop(self._random.randrange(len(self._waiting)))
        self.texts.update(texts)
        return Batch(tuple(keys), WordEmbedder().embed_passages(texts))

    def arrived(self) -> list[Batch]:
        is_there = len(self._waiting) > 2 and self._random.random() < 0.5
        return [self.next()] if is_there else []


@pytest.fixture
def bulk(tmp_path: Path) -> Bench:
    """An index whose passages are embedded several batches at once."""
    bench = Bench(tmp_path / "bulk")
    bench.batches = Scattered()
    return bench


def held(bench: Bench) -> list[tuple[Document, list[tuple[str, list[float]]]]]:
    """Return the documents of an index, with the texts and vectors of their passages."""
    reader = open_reader(bench.index)
    content = []
    for document in reader.catalog.documents():
        ids = reader.catalog.passage_ids_of(document.key)
        passages = reader.catalog.passages(ids)
        vectors = [(passages[i].text, reader.vectors.vector(i)) for i in ids]
        content.append((document, [(text, [] if v is None else v.tolist()) for text, v in vectors]))
    reader.close()
    assert verify_index(bench.index)[1] == []
    return sorted(content, key=lambda item: item[0].key)


def facts(report: AddReport) -> tuple[object, ...]:
    return *counts(report), report.passages, report.problems, report.changes


def make_files(write: Write) -> Path:
    """Write files of every kind: long, of records, many small ones, copies, and broken ones."""
    folder = write("files/long.txt", long_text(150)).parent
    write("files/copy of long.txt", long_text(150))
    write("files/many.jsonl", records(*range(120)))
    write("files/part.jsonl", records(200) + "\n{\n" + records(201))
    write("files/same ids.jsonl", records(7, 8).replace("hill", "lake"))
    write("files/same records.jsonl", records(9, 10))
    write("files/twice.jsonl", "\n".join([records(300), records(300)]))
    write("files/bad.docx", "no document")
    for number in range(40):
        write(f"files/small/{number}.txt", f"Note {number} tells of well {number}.")
    return folder


@pytest.mark.parametrize("commit_seconds", [0.0, 60.0])
def test_an_index_is_as_it_is_when_every_passage_waits_its_turn(
    bench: Bench, bulk: Bench, write: Write, monkeypatch: pytest.MonkeyPatch, commit_seconds: float
) -> None:
    monkeypatch.setattr("rag.indexing._COMMIT_SECONDS", commit_seconds)
    folder = make_files(write)
    assert facts(bulk.add(folder)) == facts(bench.add(folder))
    assert held(bulk) == held(bench)
    assert bulk.moves[-1][1:] == bench.moves[-1][1:]
    # And again, after some files changed.
    (folder / "many.jsonl").rename(folder / "all.jsonl")
    (folder / "small" / "3.txt").unlink()
    write("files/long.txt", long_text(150).replace("Station 50 ", "Station fifty "))
    write("files/part.jsonl", records(200, 201, 202))
    write("files/zeta.txt", long_text(20).replace("rain", "hail"))
    assert facts(bulk.add(folder, prune=True)) == facts(bench.add(folder, prune=True))
    assert held(bulk) == held(bench)


def test_a_milvus_index_is_filled_in_the_same_way(
    bench: Bench, write: Write, milvus: MilvusAddress, tmp_path: Path
) -> None:
    folder = make_files(write)
    served = Bench(tmp_path / "beside", milvus)
    served.batches = Scattered()
    assert facts(served.add(folder)) == facts(bench.add(folder))
    for (document, passages), (expected, wanted) in zip(held(served), held(bench), strict=True):
        assert document == expected
        for (text, vector), (same, other) in zip(passages, wanted, strict=True):
            assert text == same
            assert vector == pytest.approx(other, abs=1e-6)
    assert facts(served.add(folder)) == facts(bench.add(folder))


def test_no_passage_is_embedded_twice_and_only_so_many_are_under_way(
    bulk: Bench, write: Write
) -> None:
    folder = make_files(write)
    report = bulk.add(folder)
    batches = bulk.batches
    assert isinstance(batches, Scattered)
    assert set(batches.texts.values()) == {1}
    assert report.embedded == len(batches.texts)
    assert report.passages == report.embedded + 150 + 2
    # A document is cut as a whole, and the longest has 150 passages.
    assert AHEAD / 2 < batches.most <= AHEAD + 150


def test_files_are_read_ahead_only_as_far_as_there_is_room(
    bulk: Bench, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    import rag.ahead

    paths = [write(f"{number:02d}.txt", f"Note {number} of well {number}.") for number in range(40)]
    read: list[Path] = []
    lead: list[int] = []
    load = rag.ahead.load_file

    def noting(path: Path, **options: object) -> object:
        read.append(path)
        return load(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("rag.ahead.load_file", noting)
    monkeypatch.setattr("rag.indexing.store_vectors", lambda *_: lead.append(len(read)))
    monkeypatch.setattr("rag.ahead._MOST_FILES", 3)
    bulk.add(*paths)
    assert [number - turn for turn, number in enumerate(lead)][:37] == [4] * 37
    for limit, expected in ((10**6, 4), (paths[0].stat().st_size, 2), (1, 1)):
        read.clear()
        lead.clear()
        monkeypatch.setattr("rag.ahead._MOST_BYTES", limit)
        bulk.folder = bulk.index = bulk.folder.with_name(f"bulk {limit}")
        bulk.add(*paths)
        assert lead[0] == expected


@pytest.mark.parametrize("commit_seconds", [0.0, 60.0])
@pytest.mark.parametrize("at", [1, 6, 20, 33])
def test_what_was_embedded_before_an_interruption_is_not_embedded_again(
    bulk: Bench, bench: Bench, write: Write, monkeypatch: pytest.MonkeyPatch,
    at: int, commit_seconds: float,
) -> None:  # fmt: skip
    folder = make_files(write)
    with monkeypatch.context() as patch:
        patch.setattr("rag.indexing._COMMIT_SECONDS", commit_seconds)
        first = bulk.batches = Scattered(interrupt_at=at)
        with pytest.raises(KeyboardInterrupt):
            bulk.add(folder)
    second = bulk.batches = Scattered()
    bulk.add(folder)
    assert set((first.texts + second.texts).values()) == {1}
    bench.add(folder)
    assert held(bulk) == held(bench)


def test_batches_are_filled_across_files(bulk: Bench, write: Write) -> None:
    paths = [write(f"{number}.txt", f"Note {number} of well {number}.") for number in range(32)]
    sizes: list[int] = []

    class Noting(Scattered):
        def submit(self, keys: Sequence[str], texts: Sequence[str]) -> None:
            sizes.append(len(keys))
            super().submit(keys, texts)

    bulk.batches = Noting()
    bulk.add(*paths)
    assert sizes == [8] * 4


def test_a_passage_of_two_documents_is_embedded_for_both_at_once(bulk: Bench, write: Write) -> None:
    rows = [json.dumps({"id": name, "text": "The well is deep."}) for name in "abc"]
    assert bulk.add(write("same.jsonl", "\n".join(rows))).embedded == 1
    (vector,) = WordEmbedder().embed_passages(["The well is deep."])
    for _, [(_, stored)] in held(bulk):
        assert np.array(stored) == pytest.approx(vector)
