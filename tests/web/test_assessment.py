"""Runs as charts and side by side, opinions, and a run from the page, over a scripted model."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import gradio as gr
import pytest

from rag.engine import Engine
from rag.errors import IndexMissingError
from rag.evaluation import GoldQuestion, Report, Split
from rag.evaluation.bootstrap import Interval
from rag.evaluation.history import Run, keep_run, kept_runs, load_run
from rag.evaluation.scores import Score
from rag.records import Answer, Language
from rag.store import FEEDBACK
from rag.web import assessment
from rag.web.assessment import Evaluation, evaluating
from rag.web.charts import (
    MEASURES,
    comparison,
    coverage_frame,
    depth_frame,
    group_frame,
    latency_frame,
    measured,
    read_opinions,
    told,
)
from rag.web.phrases import CHINESE, ENGLISH

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>{{x}}"


def report(right: float, **settings: object) -> Report:
    return Report(
        settings={"questions": 20, "split": "test", "threshold": 0.3, **settings},
        results=(),
        scores=(
            Score("all", "", "right", Interval(right, right - 0.125, right + 0.125, 20)),
            Score("all", "hybrid", "recall@1", Interval(0.5, 0.4, 0.6, 16)),
            Score("all", "hybrid", "recall@10", Interval(0.75, 0.6, 0.9, 16)),
            Score("all", "dense", "recall@1", Interval(0.25, 0.2, 0.3, 16)),
            Score("pair zh->en", "", "right", Interval(0.5, 0.0, 1.0, 4)),
            Score("pair zh->none", "", "abstention recall", Interval(1.0, 1.0, 1.0, 2)),
            Score("kind who", "", "right", Interval(0.25, 0.0, 0.5, 8)),
        ),
        latency={"ask": {"p50": 0.25, "p95": 0.5, "p99": None}},
        curve=((0.5, 1.0), (1.0, 0.75)),
    )


def kept(folder: Path, item: Report, minutes: int = 0) -> Run:
    return load_run(keep_run(item, folder, NOON + timedelta(minutes=minutes)))


@pytest.fixture
def filled(engine: Engine, tmp_path: Path) -> Engine:
    path = tmp_path / "gate.txt"
    path.write_text("The west gate opens at nine.")
    engine.add([path])
    return engine


@pytest.fixture
def tab(engine: Engine) -> Evaluation:
    with gr.Blocks():
        return Evaluation(engine)


def question(number: int) -> GoldQuestion:
    return GoldQuestion(
        f"g{number}", "When does the west gate open?", Language.ENGLISH, "when", Split.DEV, False
    )


def test_the_charts_have_the_figures_of_a_run(tmp_path: Path) -> None:
    run = kept(tmp_path, report(0.5))
    pairs = group_frame(run, "pair", "right")
    assert pairs.to_dict("records") == [
        {"group": "zh→en", "score": 0.5, "low": 0.0, "high": 1.0, "n": 4}
    ]
    assert list(group_frame(run, "kind", "right")["group"]) == ["who"]
    assert group_frame(run, "kind", "f1") is None
    assert depth_frame(run).values.tolist() == [
        [1, 0.5, "hybrid"], [10, 0.75, "hybrid"], [1, 0.25, "dense"]
    ]  # fmt: skip
    assert coverage_frame(run).values.tolist() == [[0.5, 1.0], [1.0, 0.75]]
    assert latency_frame(run).values.tolist() == [["ask p50", 0.25], ["ask p95", 0.5]]


def test_gradio_takes_the_frames(tmp_path: Path, tab: Evaluation) -> None:
    run = kept(tmp_path, report(0.5))
    drawn = tab.depths.postprocess(depth_frame(run))
    assert drawn.datatypes == {
        "passages": "quantitative", "recall": "quantitative", "search": "nominal"
    }  # fmt: skip
    assert tab.pairs.postprocess(group_frame(run, "pair", "right")).data[0][:2] == ["zh→en", 0.5]


def test_two_runs_are_compared_in_a_table_of_text(tmp_path: Path) -> None:
    before = kept(tmp_path, report(0.375, model=HOSTILE))
    now = kept(tmp_path, report(0.75, model="e5"), 1)
    table = comparison(before, now, ENGLISH)
    row = (
        "<td>right</td><td>0.375 [0.25, 0.50]</td><td>0.750 [0.62, 0.88]</td>"
        "<td>+0.375</td><td>yes</td>"
    )
    assert row in table
    assert "<td>recall@10, hybrid</td>" in table
    assert "<td>Seconds, p50</td><td>0.250</td><td>0.250</td><td>+0.000</td><td>-</td>" in table
    assert "Compared with the run of 2026-03-04 12:00 UTC" in table
    assert "model &lt;script&gt;" in table and "{{" not in table and "<script" not in table
    assert "threshold" not in table
    assert "<td>正确</td>" in comparison(before, now, CHINESE)
    assert ENGLISH.no_earlier in comparison(None, now, ENGLISH)


def test_what_a_run_was_made_with_is_text(tmp_path: Path) -> None:
    line = measured(kept(tmp_path, report(0.5, model=HOSTILE)), ENGLISH)
    assert "20 questions (test), - documents, model &lt;script&gt;" in line
    assert "threshold 0.3" in line


def test_every_measure_is_named_in_both_languages() -> None:
    assert len(MEASURES) == len(ENGLISH.measures) == len(CHINESE.measures)
    assert len(ENGLISH.compared_columns) == len(CHINESE.compared_columns) == 5


def test_opinions_are_counted_and_the_last_disliked_come_first(tmp_path: Path) -> None:
    path = tmp_path / FEEDBACK
    assert read_opinions(path).disliked == 0
    lines = [{"liked": False, "question": f"q{at} {HOSTILE}"} for at in range(12)]
    rows = [json.dumps(line) for line in (*lines, {"liked": True, "question": "good"})]
    path.write_text("\n".join([*rows, '{"liked": fal', "7", ""]), "utf-8")
    opinions = read_opinions(path)
    assert (opinions.liked, opinions.disliked, len(opinions.questions)) == (1, 12, 10)
    assert opinions.questions[0].startswith("q11 ")
    page = told(opinions, ENGLISH)
    assert "liked: 1, disliked: 12" in page
    assert "<script" not in page and "{{" not in page


def test_without_a_run_the_tab_says_how_to_make_one(tab: Evaluation) -> None:
    shown = tab._show(None, "right", ENGLISH)
    assert "rag eval" in shown[2]
    assert shown[4:9] == [None] * 5


def test_the_newest_run_is_shown_beside_the_one_before_over_the_same_questions(
    tab: Evaluation, engine: Engine
) -> None:
    folder = engine.settings.index
    kept(folder, report(0.25, questions_sha256="a"))
    kept(folder, report(0.5, questions_sha256="b"), 1)
    kept(folder, report(0.75, questions_sha256="a"), 2)
    damaged = keep_run(report(0.5), folder, NOON + timedelta(minutes=3))
    damaged.write_text("{")
    runs, _, _, _, pairs, *_, table, _ = tab._show(None, "right", ENGLISH)
    newest = kept_runs(folder)[1]
    assert runs["value"] == newest.name
    assert len(pairs) == 1
    assert "run of 2026-03-04 12:00 UTC" in table and "+0.500" in table
    middle = kept_runs(folder)[2]
    runs, *_, table, _ = tab._show(middle.name, "right", ENGLISH)
    assert runs["value"] == middle.name and ENGLISH.no_earlier in table
    runs, *_ = tab._show("../../etc/passwd", "right", ENGLISH)
    assert runs["value"] == newest.name


def test_a_run_tells_how_far_it_is_and_ends_with_its_report(filled: Engine) -> None:
    news = [item for item in evaluating(filled, [question(1), question(2)]) if item]
    assert news[:2] == [(1, 2), (2, 2)]
    [last] = news[2:]
    assert isinstance(last, Report)
    assert last.settings["documents"] == 1


def test_a_run_over_no_index_ends_with_its_error(engine: Engine) -> None:
    with pytest.raises(IndexMissingError):
        list(evaluating(engine, [question(1)]))


def test_who_leaves_stops_the_run(filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    going = threading.Event()
    ask = filled.ask

    def slow(text: str) -> Answer:
        asked.append(text)
        assert len(asked) < 3 or going.wait(20)
        return ask(text)

    monkeypatch.setattr(filled, "ask", slow)
    before = set(threading.enumerate())
    work = evaluating(filled, [question(at) for at in range(9)])
    while next(work) is None:
        pass
    [worker] = set(threading.enumerate()) - before
    work.close()
    going.set()
    worker.join(20)
    assert not worker.is_alive()
    assert len(asked) < 9


def test_a_run_from_the_page_is_kept_and_shown(
    filled: Engine, tab: Evaluation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gold = tmp_path / "gold.jsonl"
    row = {"id": "g", "question": "When does the gate open?", "language": "en", "kind": "when",
           "split": "dev", "answerable": False}  # fmt: skip
    gold.write_text(json.dumps(row))
    monkeypatch.setattr(assessment, "default_gold", lambda: gold)
    first, *_, last = tab._run("right", ENGLISH)
    assert "Asking the gold questions" in first[0]
    [path] = kept_runs(filled.settings.index)
    assert last[0] == ""
    assert last[3]["value"] == path.name
    assert load_run(path).settings["questions"] == 1


def test_a_stopped_run_leaves_the_page_as_it_was(
    filled: Engine, tab: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assessment, "evaluating", lambda *_: ((at, 9) for at in range(1, 10)))
    work = tab._run("right", ENGLISH)
    next(work)
    assert "1/9" in next(work)[0]
    tab._stopped.set()
    [last] = work
    assert last[0] == ""
    assert kept_runs(filled.settings.index) == []


def test_outside_a_checkout_the_page_says_so(
    tab: Evaluation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("rag.evaluation.gold.__file__", str(tmp_path / "a" / "b" / "c.py"))
    [last] = tab._run("right", ENGLISH)
    assert "come with a checkout" in last[0]


def test_a_run_that_cannot_be_kept_says_why(
    filled: Engine, tab: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(assessment, "evaluating", lambda *_: (item for item in [report(0.5)]))
    monkeypatch.setattr(assessment, "keep_run", full)
    *_, last = tab._run("right", ENGLISH)
    assert "could not be kept: No space left" in last[0]


def test_a_run_over_no_index_is_told_on_the_page(tab: Evaluation) -> None:
    *_, last = tab._run("right", ENGLISH)
    assert "there is no index" in last[0]
