import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from rag.errors import IndexDamagedError
from rag.records import Document, Filters, Language, Origin, Passage, PlaceUnit
from rag.store.catalog import Catalog, Counts
from rag.store.rows import FileState

BEES = Document(
    "bees", "d1", "𠮷 bees 🎉 fly.", "Bees", "Orchard WEEKLY", date(2022, 9, 17), "/docs/a/bees.md",
    "https://orchard.example/bees", False, ("old page",),
    (Origin(0, 5, PlaceUnit.LINE, "1"), Origin(5, 14, PlaceUnit.CELL, "B2")),
)  # fmt: skip
TEA = Document(
    "tea", "d2", "茶园丰收。", "茶", "青岚晚报 ÉDITION", date(2023, 4, 20), "/docs/b/tea.pdf"
)
BARE = Document("bare", "d3", "No date here.", path="/other/bare.txt")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.create(tmp_path / "catalog.sqlite")
    for document in (BEES, TEA, BARE):
        put(opened, document)
    yield opened
    opened.close()


def put(catalog: Catalog, document: Document, size: int = 5) -> list[int]:
    row = catalog.put_document(document)
    passages = [
        Passage(
            document.key, start, min(start + size, len(document.text)),
            document.text[start : start + size], document.title,
            Language.CHINESE if document is TEA else Language.ENGLISH, Language.OTHER,
        )
        for start in range(0, len(document.text), size)
    ]  # fmt: skip
    return catalog.put_passages(row, passages, [f"{document.digest}-{p.start}" for p in passages])


def keys(catalog: Catalog, **filters: object) -> list[str]:
    return [item.key for item in catalog.documents(Filters(**filters))]  # type: ignore[arg-type]


def test_a_document_comes_back_as_it_was(catalog: Catalog) -> None:
    assert [catalog.document(key) for key in ("bees", "tea", "bare")] == [BEES, TEA, BARE]
    assert catalog.document("BEES") is None


def test_passages_come_back_with_the_words_at_their_offsets(catalog: Catalog) -> None:
    first, second, third = catalog.passage_ids_of("bees")
    found = catalog.passages([third, first, 999, second])
    assert set(found) == {first, second, third}
    assert [found[n].text for n in (first, second, third)] == ["𠮷 bee", "s 🎉 f", "ly."]
    assert found[second] == Passage(
        "bees", 5, 10, "s 🎉 f", "Bees", Language.ENGLISH, Language.OTHER
    )
    assert catalog.passages([]) == {}


def test_documents_come_by_path(catalog: Catalog) -> None:
    assert keys(catalog) == ["bees", "tea", "bare"]


@pytest.mark.parametrize(
    ("publisher", "expected"),
    [
        ("weekly", ["bees"]),
        ("ORCHARD", ["bees"]),
        ("青岚", ["tea"]),
        ("édition", ["tea"]),
        ("%", []),
        ("e", ["bees"]),
        ("nobody", []),
    ],
)
def test_the_publisher_is_matched_by_a_part_in_any_case(
    catalog: Catalog, publisher: str, expected: list[str]
) -> None:
    assert keys(catalog, publisher=publisher) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("*.md", ["bees"]),
        ("tea.pdf", ["tea"]),
        ("b/*.pdf", ["tea"]),
        ("/docs/*", ["bees", "tea"]),
        ("docs/*", ["bees", "tea"]),
        ("ea.pdf", []),
        ("*.[mp]d*", ["bees", "tea"]),
        ("TEA.pdf", []),
    ],
)
def test_the_path_is_a_glob_over_the_path_or_its_end(
    catalog: Catalog, path: str, expected: list[str]
) -> None:
    assert keys(catalog, path=path) == expected


def test_dates_bound_with_both_ends_and_leave_out_what_has_none(catalog: Catalog) -> None:
    assert keys(catalog, since=date(2022, 9, 17)) == ["bees", "tea"]
    assert keys(catalog, since=date(2022, 9, 18)) == ["tea"]
    assert keys(catalog, until=date(2023, 4, 20)) == ["bees", "tea"]
    assert keys(catalog, until=date(2023, 4, 19)) == ["bees"]
    assert keys(catalog, since=date(2022, 1, 1), until=date(2022, 12, 31)) == ["bees"]


def test_all_filters_must_pass(catalog: Catalog) -> None:
    assert keys(catalog, publisher="weekly", path="*.pdf") == []
    assert keys(catalog, publisher="weekly", path="*.md", since=date(2022, 1, 1)) == ["bees"]


def test_filters_give_the_ids_of_the_passages(catalog: Catalog) -> None:
    assert list(catalog.passage_ids(Filters(publisher="青岚"))) == catalog.passage_ids_of("tea")
    assert list(catalog.passage_ids(Filters(path="no/*"))) == []
    assert len(catalog.passage_ids(Filters())) == catalog.counts().passages == 7


def test_removing_a_document_removes_its_passages(catalog: Catalog) -> None:
    gone = catalog.passage_ids_of("bees")
    catalog.remove_document("bees")
    assert catalog.document("bees") is None
    assert catalog.passages(gone) == {}
    assert catalog.passage_with_digest("d1-0") is None
    assert catalog.counts() == Counts(2, 4, {"en": 3, "zh": 1})


def test_an_update_gets_new_ids_so_that_old_ones_never_mean_something_else(
    catalog: Catalog,
) -> None:
    old = catalog.passage_ids_of("bare")
    catalog.remove_document("bare")
    new = put(catalog, Document("bare", "d4", "Other.", path="/other/bare.txt"))
    assert not set(old) & set(new)
    assert catalog.keys_of_file("/other/bare.txt") == {"bare": "d4"}
    assert catalog.passages(new)[new[0]].text == "Other"


def test_a_passage_is_found_by_its_digest(catalog: Catalog) -> None:
    assert catalog.passage_with_digest("d2-0") == catalog.passage_ids_of("tea")[0]
    assert catalog.passage_with_digest("nothing") is None


def test_files_are_remembered_until_their_documents_are_gone(catalog: Catalog) -> None:
    catalog.put_file("/docs/b/tea.pdf", FileState("one", 1, 10))
    catalog.put_file("/docs/b/tea.pdf", FileState("two", 2, 20))
    catalog.put_file("/docs/empty.txt", FileState("three", 3, 30))
    assert catalog.files(["/docs/b/tea.pdf"]) == {"/docs/b/tea.pdf": FileState("two", 2, 20)}
    catalog.forget_files_without_documents()
    assert catalog.files(["/docs/b/tea.pdf"]) == {"/docs/b/tea.pdf": FileState("two", 2, 20)}
    assert catalog.files(["/docs/empty.txt"]) == {}


def test_the_paths_below_a_folder_are_not_those_of_its_namesakes(catalog: Catalog) -> None:
    for path in ("/docs-old/x.txt", "/docs/a/y.txt", "/docs0/z.txt"):
        put(catalog, Document(path, "d", "text", path=path))
    below = catalog.paths_below("/docs")
    assert "/docs/a/y.txt" in below
    assert all(path.startswith("/docs/") for path in below)
    assert catalog.paths_below("/docs/a/") == ["/docs/a/bees.md", "/docs/a/y.txt"]
    assert set(below) < set(catalog.paths_below("/"))


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("UPDATE documents SET text = replace(text, '茶', '菜') WHERE key = 'tea'", "'tea'"),
        ("UPDATE documents SET published = '1999-01-01' WHERE key = 'tea'", "'tea'"),
        ("UPDATE documents SET key = 'bee' WHERE key = 'tea'", "'bee'"),
        ("UPDATE passages SET start = start + 1, end = end + 1", "passage of 'bees'"),
        ("UPDATE passages SET language = 'other'", "passage of 'bees'"),
        ("UPDATE passages SET document = 3 WHERE document = 2", "passage of 'bare'"),
    ],
)
def test_what_is_not_as_it_was_stored_is_told_when_it_is_read(
    catalog: Catalog, tmp_path: Path, sql: str, what: str
) -> None:
    every = catalog.passage_ids(Filters())
    with closing(sqlite3.connect(tmp_path / "catalog.sqlite")) as connection:
        connection.execute(sql)
        connection.commit()
    with closing(Catalog.read(tmp_path / "catalog.sqlite")) as reader:
        assert what in reader.check()
        with pytest.raises(IndexDamagedError, match=rf"{what}.*rag repair"):
            list(reader.documents())
            reader.passages(every)


def test_a_damaged_catalog_still_names_what_it_can(catalog: Catalog, tmp_path: Path) -> None:
    catalog.put_file("/docs/b/tea.pdf", FileState("two", 2, 20))
    path = tmp_path / "catalog.sqlite"
    with closing(Catalog.read(path)) as reader:
        whole = reader.readable_paths()
        assert "/docs/b/tea.pdf" in whole
    content = bytearray(path.read_bytes())
    content[4096 + 100 :] = bytes(len(content) - 4096 - 100)
    path.write_bytes(content)
    with closing(Catalog.read(path)) as reader:
        assert reader.check() != "ok"
        assert set(reader.readable_paths()) <= set(whole)


def test_counts_are_by_language(catalog: Catalog) -> None:
    assert catalog.counts() == Counts(3, 7, {"en": 6, "zh": 1})
    assert catalog.check() == "ok"


def test_a_published_catalog_cannot_be_changed(catalog: Catalog, tmp_path: Path) -> None:
    reader = Catalog.read(tmp_path / "catalog.sqlite")
    assert reader.document("tea") == TEA
    with pytest.raises(Exception, match="readonly"):
        reader.put_file("x", FileState("y", 1, 1))
    reader.close()


@pytest.mark.parametrize("name", ["a?b.sqlite", "a#b%20.sqlite", "云 溪.sqlite"])
def test_any_file_name_can_be_opened(tmp_path: Path, name: str) -> None:
    made = Catalog.create(tmp_path / name)
    put(made, TEA)
    made.close()
    reader = Catalog.read(tmp_path / name)
    assert reader.document("tea") == TEA
    reader.close()


@pytest.mark.parametrize("content", [None, b"no database, but long enough to look like one" * 9])
def test_what_is_no_database_is_damaged(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "catalog.sqlite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(IndexDamagedError, match=r"catalog\.sqlite cannot be read"):
        Catalog.read(path)


def test_a_text_with_a_null_character_gives_its_passages(catalog: Catalog) -> None:
    document = Document("null", "d5", "one\x00two three", path="/n.txt")
    ids = put(catalog, document)
    assert catalog.document("null") == document
    assert [catalog.passages(ids)[n].text for n in ids] == ["one\x00t", "wo th", "ree"]
