"""Evaluation runs kept beside an index, to be looked at and compared later."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.errors import SourceError
from rag.evaluation.bootstrap import Interval
from rag.evaluation.report import Report, to_json
from rag.evaluation.scores import ALL
from rag.store import RUNS, write_durably

logger = logging.getLogger(__name__)

MOST_RUNS = 50
_NAME = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True, slots=True)
class Run:
    """What a kept run measured, as ``Report`` has it, without its single questions.

    ``when`` is in UTC. ``scores`` go by (group, measure, mode). ``latency`` is in seconds.
    """

    when: datetime
    settings: Mapping[str, Any]
    scores: Mapping[tuple[str, str, str], Interval]
    latency: Mapping[str, Mapping[str, float | None]]
    curve: tuple[tuple[float, float], ...]

    def find(self, group: str, measure: str, mode: str = "") -> Interval | None:
        """Return one score, None if it was not measured."""
        return self.scores.get((group, measure, mode))

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that have scores, in order."""
        return tuple(dict.fromkeys(group for group, _, _ in self.scores))

    def is_comparable(self, other: Run) -> bool:
        """Return whether both asked the same questions over the same kind of documents."""
        names = ("questions_sha256", "proof_set")
        return all(self.settings.get(name) == other.settings.get(name) for name in names)


def keep_run(report: Report, folder: Path, now: datetime) -> Path:
    """Write a report beside the index in ``folder`` and return its path; the oldest ones go.

    Raises:
        OSError: the folder cannot be written to, or the disk is full.
    """
    runs = folder / RUNS
    runs.mkdir(parents=True, exist_ok=True)
    path = runs / f"{now.astimezone(UTC).strftime(_NAME)}.json"
    write_durably(path, to_json(report))
    for old in kept_runs(folder)[MOST_RUNS:]:
        old.unlink(missing_ok=True)
    return path


def kept_runs(folder: Path) -> list[Path]:
    """Return the runs kept beside the index in ``folder``, newest first."""
    found = [path for path in (folder / RUNS).glob("*.json") if _when(path) is not None]
    return sorted(found, reverse=True)


def when_kept(path: Path) -> datetime:
    """Return when a run was kept, in UTC, by the name of its file.

    Raises:
        SourceError: no run is called so.
    """
    when = _when(path)
    if when is None:
        raise SourceError(f"{path.name} is not called as kept runs are")
    return when


def load_run(path: Path) -> Run:
    """Read a kept run.

    Raises:
        SourceError: the file is gone, or damaged.
    """
    try:
        return _parse(when_kept(path), json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"the run {path.name} cannot be read: {error!r}") from error


def load_runs(paths: Iterable[Path]) -> Iterator[Run]:
    """Yield the runs that can be read, one by one as they are asked for."""
    for path in paths:
        try:
            yield load_run(path)
        except SourceError as error:
            logger.warning("%s", error)


@dataclass(frozen=True, slots=True)
class Change:
    """One score of a run and of an earlier one; None where it was not measured."""

    measure: str
    mode: str
    before: Interval | None
    now: Interval | None

    @property
    def difference(self) -> float | None:
        """What the score has risen by."""
        return self.now.mean - self.before.mean if self.now and self.before else None

    @property
    def is_beyond(self) -> bool:
        """Return whether the 95% intervals have nothing in common."""
        if self.now is None or self.before is None:
            return False
        return self.now.low > self.before.high or self.now.high < self.before.low


def compare(before: Run, now: Run, measures: Iterable[tuple[str, str]]) -> list[Change]:
    """Return the scores over all questions, of each (measure, mode) that either run has."""
    changes = [
        Change(measure, mode, before.find(ALL, measure, mode), now.find(ALL, measure, mode))
        for measure, mode in measures
    ]
    return [item for item in changes if item.before or item.now]


def differing_settings(before: Run, now: Run) -> dict[str, tuple[Any, Any]]:
    """Return the settings that are not the same in both runs, with their values; None if unset."""
    names = dict.fromkeys((*before.settings, *now.settings))
    pairs = {name: (before.settings.get(name), now.settings.get(name)) for name in names}
    return {name: (old, new) for name, (old, new) in pairs.items() if old != new}


def _when(path: Path) -> datetime | None:
    try:
        return datetime.strptime(path.stem, _NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


def _parse(when: datetime, content: Mapping[str, Any]) -> Run:
    return Run(
        when=when,
        settings=dict(content["settings"]),
        scores={
            (item["group"], item["measure"], item["mode"]): _interval(**item["interval"])
            for item in content["scores"]
        },
        latency={
            name: {share: None if value is None else float(value) for share, value in item.items()}
            for name, item in content["latency_seconds"].items()
        },
        curve=tuple(
            (float(coverage), float(precision))
            for coverage, precision in content["coverage_precision"]
        ),
    )


def _interval(mean: float, low: float, high: float, count: int) -> Interval:
    return Interval(float(mean), float(low), float(high), int(count))
