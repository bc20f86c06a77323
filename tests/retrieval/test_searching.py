"""Retrieval over a real index of made-up documents."""

from datetime import date
from typing import TYPE_CHECKING

import pytest

from rag.records import Filters, SearchMode

if TYPE_CHECKING:
    from rag.engine import Engine


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("how many hives does the orchard keep", "bees"),
        ("when was the lighthouse built", "lighthouse"),
        ("云溪大桥总投资多少", "bridge"),
        ("茶园采茶多少斤", "tea"),
        ("雲溪大橋全長多少", "bridge"),
    ],
)
@pytest.mark.parametrize("mode", list(SearchMode))
def test_the_best_hit_is_the_document_that_answers(
    engine: "Engine", question: str, key: str, mode: SearchMode
) -> None:
    hits = engine.search(question, mode=mode, top_k=4)
    assert hits[0].passage.document_key.endswith(key)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("question", "key"),
    [("how long is the Yunxi bridge", "bridge"), ("灯塔是哪一年建成的", "lighthouse")],
)
def test_a_question_in_one_language_finds_documents_in_the_other(
    engine: "Engine", question: str, key: str
) -> None:
    keys = [hit.passage.document_key for hit in engine.search(question, top_k=4)]
    assert any(found.endswith(key) for found in keys[:2])


def test_filters_limit_what_is_found(engine: "Engine") -> None:
    def found(filters: Filters) -> set[str]:
        hits = engine.search("how many hives", top_k=16, filters=filters)
        return {hit.passage.document_key.rpartition("#")[2] for hit in hits}

    assert {key[-4:] for key in found(Filters(publisher="WEEKLY"))} == {"bees"}
    assert {key[-3:] for key in found(Filters(since=date(2023, 1, 1)))} == {"tea"}
    assert found(Filters(path="*.pdf")) == set()
    assert len(found(Filters(path="*.jsonl"))) == 4
