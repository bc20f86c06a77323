"""Adding and deleting for the library, over a scripted model."""

from pathlib import Path

import pytest

from rag.engine import Engine
from rag.errors import UsageError
from rag.indexing import AddReport
from rag.web.listing import MOST_ROWS, Order, Row, listing
from rag.web.phrases import CHINESE, ENGLISH
from rag.web.shelf import Shelf


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    return Shelf(engine)


def given(folder: Path, name: str, text: str) -> str:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text)
    return str(path)


def add(shelf: Shelf, *paths: str) -> AddReport:
    *_, report = shelf.add([Path(path) for path in paths])
    assert isinstance(report, AddReport)
    return report


def test_files_of_one_name_do_not_meet(shelf: Shelf, engine: Engine, tmp_path: Path) -> None:
    one = given(tmp_path / "one", "report.txt", "The west gate opens at nine.")
    other = given(tmp_path / "other", "report.txt", "The tower is 98 m high.")
    assert add(shelf, one, other).added == 2
    assert {item.text for item in engine.documents()} == {
        "The west gate opens at nine.",
        "The tower is 98 m high.",
    }
    assert add(shelf, one, other).unchanged == 2


def test_a_name_that_climbs_stays_in_its_folder(shelf: Shelf, tmp_path: Path) -> None:
    path = given(tmp_path / "in", "..\\..\\x.txt", "The tower is 98 m high.")
    kept = shelf._keep(Path(path))
    assert kept.is_relative_to(shelf.uploads)


def test_what_cannot_be_read_is_told_by_name_and_not_kept(shelf: Shelf, tmp_path: Path) -> None:
    [(path, _)] = add(shelf, given(tmp_path / "in", "broken.pdf", "no pdf")).problems
    assert Path(path).name == "broken.pdf"
    assert list(shelf.uploads.glob("*/*")) == []


def test_work_that_fails_ends_with_its_error(
    shelf: Shelf, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no adapter foresaw this")

    monkeypatch.setattr(engine, "add", fail)
    with pytest.raises(RuntimeError, match="foresaw"):
        add(shelf, given(tmp_path / "in", "a.txt", "The tower is 98 m high."))


def test_a_visitor_who_leaves_takes_the_work_along(
    shelf: Shelf, engine: Engine, tmp_path: Path
) -> None:
    adding = shelf.add([Path(given(tmp_path / "in", "a.txt", "The tower is 98 m high."))])
    next(adding)
    adding.close()
    # Whether it was done by then or not, the next one need not wait.
    assert add(shelf, given(tmp_path / "in", "b.txt", "The gate opens.")).added == 1


def test_a_deleted_upload_leaves_no_file(shelf: Shelf, engine: Engine, tmp_path: Path) -> None:
    add(shelf, given(tmp_path / "in", "a.txt", "The tower is 98 m high."))
    [document] = engine.documents()
    shelf.delete(document.key)
    assert list(engine.documents()) == []
    assert list(shelf.uploads.glob("*/*")) == []


def test_the_listing_finds_by_title_publisher_and_key(
    shelf: Shelf, engine: Engine, tmp_path: Path
) -> None:
    assert shelf.rows("") == []
    add(shelf, given(tmp_path / "in", "gate.txt", "The west gate opens at nine."))
    [row] = shelf.rows("GATE")
    assert (row.title, row.file) == ("", "gate.txt")
    assert shelf.key_of(row.id) == next(engine.documents()).key
    assert str(tmp_path) not in listing([row], Order(), row.id, ENGLISH)
    assert shelf.rows("tower") == []
    with pytest.raises(UsageError, match="no longer"):
        shelf.key_of("0")


def test_the_list_is_sorted_by_any_column_and_what_lacks_it_comes_last() -> None:
    rows = [
        Row("1", "", "b.txt", "", "", 2, 0),
        Row("2", "Apples", "z.txt", "Post", "2020-01-02", 10, 1),
        Row("3", "cars", "y.txt", "News", "2019-01-02", 1, 0),
    ]

    def ids(order: Order) -> str:
        return "".join(row.id for row in order.sort(rows))

    assert ids(Order()) == "123"
    assert ids(Order().then(0)) == "213"
    assert ids(Order().then(0).then(0)) == "312"
    assert ids(Order(0).then(2)) == "321"
    assert ids(Order(2).then(2)) == "231"
    assert ids(Order(3)) == "312"


def test_a_row_shows_the_title_or_the_file_and_a_long_list_is_told() -> None:
    table = listing([Row("1", "<b>", "b.txt", "", "", 2, 3)], Order(0), "1", CHINESE)
    assert "&lt;b&gt;" in table
    assert "b.txt" in table
    assert "3 条提示" in table
    assert 'aria-sort="ascending"' in table
    many = [Row(str(n), "", f"{n}.txt", "", "", 1, 0) for n in range(MOST_ROWS + 1)]
    assert "The first 500 of 501 documents" in listing(many, Order(), "", ENGLISH)
    assert "No document is found." in listing([], Order(), "", ENGLISH)
