"""Keeping runs beside an index, reading them again, and comparing two."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from rag.errors import SourceError
from rag.evaluation.bootstrap import Interval
from rag.evaluation.history import (
    MOST_RUNS,
    Change,
    Run,
    compare,
    differing_settings,
    keep_run,
    kept_runs,
    load_run,
    load_runs,
    when_kept,
)
from rag.evaluation.report import Report
from rag.evaluation.scores import Score
from rag.store import RUNS
from rag.store.folder import make_folder

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
REPORT = Report(
    settings={"threshold": 0.3, "questions_sha256": "a", "proof_set": "digest"},
    results=(),
    scores=(
        Score("all", "", "right", Interval(0.5, 0.4, 0.6, 20)),
        Score("pair zh->en", "", "right", Interval(0.25, 0.0, 0.5, 4)),
        Score("all", "hybrid", "recall@10", Interval(1.0, 1.0, 1.0, 16)),
    ),
    latency={"ask": {"p50": 0.25, "p95": None}},
    curve=((0.5, 1.0), (1.0, 0.75)),
)


def run(**changes: object) -> Run:
    empty = Run(NOON, {}, {}, {}, ())
    return replace(empty, **changes)  # type: ignore[arg-type]


def test_a_run_is_read_as_it_was_kept(tmp_path: Path) -> None:
    path = keep_run(REPORT, tmp_path, NOON)
    kept = load_run(path)
    assert path.parent == tmp_path / RUNS
    assert kept.when == when_kept(path) == NOON
    assert kept.settings == REPORT.settings
    assert kept.find("all", "recall@10", "hybrid") == Interval(1.0, 1.0, 1.0, 16)
    assert kept.find("all", "recall@10") is None
    assert kept.groups == ("all", "pair zh->en")
    assert kept.latency == REPORT.latency
    assert kept.curve == REPORT.curve


def test_the_newest_runs_come_first_and_the_oldest_go(tmp_path: Path) -> None:
    paths = [
        keep_run(REPORT, tmp_path, NOON + timedelta(seconds=at)) for at in range(MOST_RUNS + 2)
    ]
    assert kept_runs(tmp_path) == paths[:1:-1]
    assert list((tmp_path / RUNS).glob("*.part")) == []


def test_a_run_is_called_by_its_time_in_utc(tmp_path: Path) -> None:
    path = keep_run(REPORT, tmp_path, NOON.astimezone(timezone(timedelta(hours=8))))
    assert path.name == "20260304T120000.000000Z.json"


def test_other_files_are_no_runs(tmp_path: Path) -> None:
    assert kept_runs(tmp_path) == []
    path = keep_run(REPORT, tmp_path, NOON)
    (path.parent / "notes.json").write_text("{}")
    assert kept_runs(tmp_path) == [path]
    with pytest.raises(SourceError, match=r"notes\.json is not called"):
        load_run(path.parent / "notes.json")


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"settings": 1}', b"\xff".decode("latin-1"), None],
)
def test_a_damaged_run_is_an_error_and_skipped_among_others(
    content: str | None, tmp_path: Path
) -> None:
    good = keep_run(REPORT, tmp_path, NOON)
    bad = keep_run(REPORT, tmp_path, NOON + timedelta(seconds=1))
    if content is None:
        bad.unlink()
    else:
        bad.write_text(content, "latin-1")
    with pytest.raises(SourceError, match="cannot be read"):
        load_run(bad)
    assert [item.when for item in load_runs([bad, good])] == [NOON]


def test_a_score_that_is_no_interval_is_damage(tmp_path: Path) -> None:
    path = keep_run(REPORT, tmp_path, NOON)
    content = json.loads(path.read_text("utf-8"))
    content["scores"][0]["interval"]["mean"] = "much"
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(SourceError, match="cannot be read"):
        load_run(path)


def test_an_index_can_be_made_where_runs_are_left(tmp_path: Path) -> None:
    keep_run(REPORT, tmp_path, NOON)
    make_folder(tmp_path)


def test_changes_are_now_less_before_and_beyond_where_intervals_have_nothing_in_common() -> None:
    before = run(
        scores={
            ("all", "right", ""): Interval(0.5, 0.4, 0.6, 20),
            ("all", "f1", ""): Interval(0.5, 0.4, 0.6, 20),
            ("all", "mrr", "dense"): Interval(0.5, 0.4, 0.6, 20),
        }
    )
    now = run(
        scores={
            ("all", "right", ""): Interval(0.75, 0.65, 0.85, 20),
            ("all", "f1", ""): Interval(0.25, 0.2, 0.4, 20),
        }
    )
    measures = [("right", ""), ("f1", ""), ("mrr", "dense"), ("exact", "")]
    right, f1, mrr = compare(before, now, measures)
    assert (right.difference, right.is_beyond) == (0.25, True)
    assert (f1.difference, f1.is_beyond) == (-0.25, False)
    assert mrr == Change("mrr", "dense", Interval(0.5, 0.4, 0.6, 20), None)
    assert (mrr.difference, mrr.is_beyond) == (None, False)
    assert compare(now, before, [("right", "")])[0].is_beyond


def test_runs_over_other_questions_are_not_comparable() -> None:
    one = run(settings={"questions_sha256": "a", "proof_set": "digest", "threshold": 0.3})
    other = run(settings={"questions_sha256": "a", "proof_set": "digest", "threshold": 0.4})
    assert one.is_comparable(other)
    assert differing_settings(one, other) == {"threshold": (0.3, 0.4)}
    assert not one.is_comparable(run(settings={"questions_sha256": "b", "proof_set": "digest"}))
    assert not one.is_comparable(run(settings={"questions_sha256": "a", "proof_set": "raw"}))


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / RUNS).write_text("a file")
    with pytest.raises(OSError, match="exists"):
        keep_run(REPORT, tmp_path, NOON)
