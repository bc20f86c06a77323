"""Vectors and words made again from the catalog."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from scripted_index import SEGMENTER, Bench, Write, long_text

from rag.errors import IndexDamagedError, IndexMissingError
from rag.records import Field
from rag.repairing import RepairReport, rebuild
from rag.store import IndexReader, IndexWriter, readable_paths, salvaged_source, verify_index


def repair(bench: Bench) -> RepairReport:
    with IndexWriter(bench.folder, bench.model, start=salvaged_source) as writer:
        return rebuild(writer, bench.embedder, SEGMENTER, lambda *_: None)


def generation(bench: Bench) -> Path:
    return bench.folder / (bench.folder / "CURRENT").read_text().strip()


def contents(bench: Bench) -> list[object]:
    """What the parts of an index hold, whatever their files are."""
    reader = IndexReader.open(bench.folder, bench.model)
    assert reader.mismatches() == []
    ids = sorted(reader.vectors.ids())
    found: list[object] = [list(reader.catalog.documents()), ids]
    for number in ids:
        vector = reader.vectors.vector(number)
        assert vector is not None
        found.append(vector.tolist())
    # Scores differ by what was deleted from the segments.
    for word in ("north", "7", "茶园"):
        found.append({number for number, _ in reader.words.search([word], {Field.BODY: 1.0}, 99)})
    reader.close()
    return found


@pytest.fixture
def indexed(bench: Bench, write: Write) -> Bench:
    bench.add(write("a.txt", long_text(30)), write("b.txt", "茶园今年丰收。"))
    # A generation of several segments, and ids with gaps.
    bench.add(write("a.txt", long_text(20)), write("c.txt", "The north gate is shut at 7."))
    return bench


def cut(path: Path) -> None:
    # A word segment may be linked from elsewhere.
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[: len(content) // 2])


def drop_manifest(folder: Path) -> None:
    cut(folder / "manifest.json")


def drop_vectors(folder: Path) -> None:
    shutil.rmtree(folder / "vectors")


def cut_words(folder: Path) -> None:
    cut(max((folder / "words").glob("*.term")))


def drop_words(folder: Path) -> None:
    shutil.rmtree(folder / "words")


def cut_all(folder: Path) -> None:
    drop_words(folder)
    cut(max((folder / "vectors").glob("en-*.rows.npy")))
    drop_manifest(folder)


def misplace_vectors(folder: Path) -> None:
    """Vectors that are whole, but not those of these passages."""
    with IndexWriter(folder.parent, Bench(folder).model) as writer:
        writer.vectors.remove([min(writer.vectors.ids())])
        writer.words.remove([max(writer.words.ids())])
        writer.commit(more=False)


@pytest.mark.parametrize(
    ("damage", "embedded", "words"),
    [
        (drop_manifest, 22, 22), (drop_vectors, 22, 0), (cut_words, 0, 22), (drop_words, 0, 22),
        (cut_all, 22, 22), (misplace_vectors, 1, 22),
    ],
)  # fmt: skip
def test_what_is_damaged_is_made_again_and_the_rest_kept(
    indexed: Bench, damage: Callable[[Path], None], embedded: int, words: int
) -> None:
    before = contents(indexed)
    damage(generation(indexed))
    report = repair(indexed)
    assert (report.embedded, report.words) == (embedded, words)
    assert contents(indexed) == before
    assert verify_index(indexed.folder)[1] == []


@pytest.mark.parametrize("content", [None, b"", b"000009\n", b"\xff"])
def test_a_lost_pointer_is_found_again(indexed: Bench, content: bytes | None) -> None:
    before = contents(indexed)
    if content is None:
        (indexed.folder / "CURRENT").unlink()
    else:
        (indexed.folder / "CURRENT").write_bytes(content)
    assert repair(indexed) == RepairReport(0, 0)
    assert contents(indexed) == before


def test_a_damaged_catalog_cannot_be_repaired_and_is_left_as_it_is(
    indexed: Bench, tmp_path: Path
) -> None:
    path = generation(indexed) / "catalog.sqlite"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(IndexDamagedError, match=r"everything else is made from it.*`rag index`"):
        repair(indexed)
    assert path.read_bytes() == content
    assert readable_paths(indexed.folder) == [
        str(tmp_path / name) for name in ("a.txt", "b.txt", "c.txt")
    ]
    path.write_bytes(b"no database")
    assert readable_paths(indexed.folder) == []


def test_a_catalog_without_a_manifest_must_be_as_it_was_stored(indexed: Bench) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(generation(indexed) / "catalog.sqlite")) as connection:
        connection.execute("UPDATE documents SET text = replace(text, 'north', 'south')")
        connection.commit()
    (generation(indexed) / "manifest.json").write_bytes(b"{}")
    with pytest.raises(IndexDamagedError, match="everything else is made from it"):
        repair(indexed)


def test_where_there_is_no_index_there_is_nothing_to_repair(bench: Bench) -> None:
    with pytest.raises(IndexMissingError):
        repair(bench)
    assert readable_paths(bench.folder / "none") == []
