from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from rag.evaluation import Engine
from rag.evaluation.gold import GoldQuestion, Proof
from rag.evaluation.runs import ProofSet, Ranks, judge, run
from rag.records import Answer, Citation, Document, Figure, Relation, Reported, SearchMode


def test_a_right_and_proven_answer_is_judged_so(recovered: GoldQuestion, engine: Engine) -> None:
    (result,) = run(engine, [recovered])
    assert (result.id, result.kind, result.pair) == ("g1", "how_much", "zh->en")
    assert (result.answer, result.answered, result.right) == ("300 million yuan", True, True)
    assert result.exact == 0.0  # against 近3亿元 and nearly 300 million yuan
    assert result.f1 == pytest.approx(6 / 7)  # 3 words of 3 and 4
    assert result.figure == 1.0
    assert result.quoted_first is True
    assert result.quote == "Nearly 300 million yuan was returned."
    assert result.source == "seeds/guangxi-2025-12.md"
    assert result.confidence == 0.9
    assert (result.citation_recall, result.citation_precision) == (1.0, 0.5)
    assert result.seconds > 0


def test_ranks_count_passages_with_the_words_and_documents_once(
    recovered: GoldQuestion,
    arrested: GoldQuestion,
    engine: Engine,
) -> None:
    one, other = run(engine, [recovered, arrested])
    assert one.ranks == {
        SearchMode.DENSE: Ranks((2,), (1,)),
        SearchMode.LEXICAL: Ranks((None,), (None,)),
        SearchMode.HYBRID: Ranks((1,), (1,)),
    }
    assert other.ranks[SearchMode.DENSE] == Ranks((3,), (2,))
    assert set(one.search_seconds) == set(SearchMode)


def test_a_search_returns_no_more_than_the_depth(arrested: GoldQuestion, engine: Engine) -> None:
    (result,) = run(engine, [arrested], depth=2, modes=[SearchMode.DENSE])
    assert result.ranks == {SearchMode.DENSE: Ranks((None,), (None,))}


def test_a_wrong_figure_is_wrong_and_its_citation_supports_nothing(
    arrested: GoldQuestion,
    engine: Engine,
) -> None:
    (result,) = run(engine, [arrested])
    assert (result.right, result.quoted_first, result.figure) == (False, False, 0.0)
    assert (result.citation_recall, result.citation_precision) == (0.0, 0.0)


def test_answering_what_the_documents_do_not_say_is_wrong(
    unknown: GoldQuestion,
    engine: Engine,
) -> None:
    (result,) = run(engine, [unknown])
    assert (result.answered, result.right) == (True, False)
    assert result.ranks == {}
    scores = (result.exact, result.f1, result.figure, result.quoted_first)
    assert scores == (None, None, None, None)
    assert (result.citation_recall, result.citation_precision) == (None, None)


def test_not_answering_is_right_only_where_the_documents_do_not_say(
    recovered: GoldQuestion, unknown: GoldQuestion
) -> None:
    kept = judge(unknown, Answer(unknown.question), [], 0.1)
    missed = judge(recovered, Answer(recovered.question), recovered.proofs, 0.1)
    assert kept.right and not missed.right
    assert (missed.exact, missed.f1, missed.figure, missed.citation_recall) == (0, 0, 0, 0)
    assert (missed.citation_precision, missed.confidence) == (None, None)


def test_what_an_unanswered_answer_carries_is_not_counted(
    recovered: GoldQuestion, guangxi: Document, quote: Callable[..., Citation]
) -> None:
    near = quote(guangxi, "Nearly 300 million yuan was returned.")
    answer = Answer(recovered.question, text="300 million yuan", citations=(near,), nearest=(near,))
    result = judge(recovered, answer, recovered.proofs, 0.1)
    assert (result.answer, result.quote, result.quoted_first) == ("", "", False)


def test_raw_runs_use_the_raw_proofs(recovered: GoldQuestion, engine: Engine) -> None:
    raw = replace(recovered, raw=(Proof("guangxi-2025-12.md", "37.2%"),))
    (result,) = run(engine, [raw], proof_set=ProofSet.RAW, modes=[SearchMode.DENSE])
    assert result.ranks == {SearchMode.DENSE: Ranks((1,), (1,))}


def test_the_first_question_is_asked_once_more_to_load_the_models(
    recovered: GoldQuestion,
    unknown: GoldQuestion,
    engine: Engine,
    asked: list[str],
) -> None:
    seen: list[Sequence[int]] = []
    run(engine, [recovered, unknown], progress=lambda done, all_: seen.append((done, all_)))
    assert asked == [recovered.question, recovered.question, unknown.question]
    assert seen == [(1, 2), (2, 2)]


def test_no_questions_give_no_results(engine: Engine) -> None:
    assert run(engine, []) == []


@pytest.mark.parametrize(("other", "shown"), [(None, False), ("4.5万起", True), ("9起", False)])
def test_the_figure_of_another_source_must_stand_beside_the_answer(
    recovered: GoldQuestion, other: str | None, shown: bool
) -> None:
    def row(text: str, relation: Relation) -> Reported:
        return Reported(Figure(text, Decimal(0), "", "count", "", ""), None, relation, 1, (1,))

    rows = [row("4.04万起", Relation.ANSWER)]
    rows += [row(other, Relation.OVER_TIME)] if other else []
    answer = Answer("q", "4.04万起", ("4.04万起",), True, conflicts=tuple(rows if other else ()))
    proofs = (Proof("a.md", "共4.04万起"), Proof("b.md", "共4.5万起"))
    differing = replace(recovered, answers=("4.04万起", "4.5万起"), proofs=proofs)
    result = judge(differing, answer, proofs, 0.0)
    assert (result.other_shown, result.other_invented) == (shown, None)
    agreeing = judge(replace(differing, proofs=proofs[:1]), answer, proofs[:1], 0.0)
    assert (agreeing.other_shown, agreeing.other_invented) == (None, other is not None)
