import json
from pathlib import Path

import pytest

from eval.bench.peers.documents import (
    LONGEST,
    POOL,
    Collection,
    questions_over,
    set_collections,
    sized_collections,
    thin,
)
from rag.evaluation.squad import SquadParagraph, SquadQuestion

SETS = (
    *POOL,
    "cmrc2018_trial.json",
    "drcd_test.json",
    "xquad_zh_train.json",
    "xquad_en_train.json",
)


def write_set(path: Path, paragraphs: list[tuple[str, list[str]]]) -> None:
    rows = [
        {
            "context": text,
            "qas": [{"id": question, "question": question, "answers": []} for question in asked],
        }
        for text, asked in paragraphs
    ]
    path.write_text(json.dumps({"data": [{"title": "", "paragraphs": rows}]}), "utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in SETS:
        stem = name.partition("_")[0] if name.startswith("xquad") else name
        texts = [(f"{name} text {n}", [f"{stem} question {n}?"]) for n in range(4)]
        write_set(tmp_path / name, texts)
    return tmp_path


def paragraph(name: str, *questions: str) -> SquadParagraph:
    asked = tuple(SquadQuestion(text, text, ()) for text in questions)
    return SquadParagraph(name, "", f"text of {name}", asked)


def test_a_smaller_collection_is_a_part_of_a_larger_one(data: Path) -> None:
    small, large = sized_collections(data, [9, 3], most=10, seed=1)
    assert (small.name, large.name) == ("3 paragraphs", "9 paragraphs")
    assert list(large.texts.items())[:3] == list(small.texts.items())
    assert len(large.texts) == len(set(large.texts.values())) == 9


def test_every_size_is_asked_the_same_questions_over_the_smallest(data: Path) -> None:
    small, large = sized_collections(data, [3, 9], most=10, seed=1)
    assert small.tasks == large.tasks
    assert {document for _, document in small.tasks[0].questions} == set(small.texts)


def test_the_same_seed_draws_the_same_documents(data: Path) -> None:
    assert sized_collections(data, [5], 10, seed=1) == sized_collections(data, [5], 10, seed=1)
    assert sized_collections(data, [5], 10, seed=1) != sized_collections(data, [5], 10, seed=2)


def test_copies_and_long_paragraphs_are_left_out(data: Path) -> None:
    long, copy = "x" * (LONGEST + 1), f"{POOL[0]} text 0"
    write_set(data / POOL[2], [(long, ["long?"]), (copy, ["copy?"])])
    (collection,) = sized_collections(data, [8], most=10, seed=1)
    assert sorted(collection.texts.values()) == sorted(
        f"{name} text {n}" for name in POOL[:2] for n in range(4)
    )


def test_more_documents_than_there_are_is_an_error_that_says_how_many(data: Path) -> None:
    with pytest.raises(SystemExit, match="have 12 paragraphs, not 13"):
        sized_collections(data, [13], most=10, seed=1)


def test_xquad_is_asked_in_both_languages_over_each(data: Path) -> None:
    collections = {item.name: item for item in set_collections(data, most=10)}
    assert [task.name for task in collections["XQuAD en"].tasks] == [
        "XQuAD, zh → en",
        "XQuAD, en → en",
    ]
    texts = collections["XQuAD en"].texts
    for task in collections["XQuAD en"].tasks:
        for question, document in task.questions:
            assert texts[document] == f"xquad_en_train.json text {question[-2]}"


def test_questions_over_two_documents_and_empty_ones_are_left_out() -> None:
    paragraphs = [paragraph("a", "one?", "both?", "?"), paragraph("b", "both?", "two?", "two?")]
    assert questions_over(paragraphs) == [("one?", "p00000"), ("two?", "p00001")]


@pytest.mark.parametrize(("most", "taken"), [(2, "ac"), (3, "abd"), (5, "abcde"), (9, "abcde")])
def test_questions_are_taken_evenly(most: int, taken: str) -> None:
    questions = [(name, "p00000") for name in "abcde"]
    assert "".join(name for name, _ in thin(questions, most)) == taken


def test_a_collection_is_a_file_a_document(tmp_path: Path) -> None:
    collection = Collection("c", {"p00000": "茶园", "p00001": "bridge"}, (), sized=True)
    collection.write(tmp_path / "new")
    found = {path.name: path.read_text("utf-8") for path in (tmp_path / "new").iterdir()}
    assert found == {"p00000.txt": "茶园", "p00001.txt": "bridge"}
