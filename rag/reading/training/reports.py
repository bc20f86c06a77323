"""Made-up texts with questions that they answer and some that they do not.

``reports.txt`` has reports in groups of siblings that are easily confused: the same matter in
another place or year, or as another publisher tells it. ``stories.txt`` has stories and
explanations, whose answers are often whole clauses, each a group by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rag.reading.training.sets import Written
from rag.records import Document

REPORTS, STORIES = "reports.txt", "stories.txt"

_HELD_OUT_EVERY = 8
"""Of so many groups the last is kept for fitting."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report or a story; ``asked`` holds each answer, words of the text, and what asks for it."""

    document: Document
    asked: tuple[tuple[str, Written], ...]
    unanswered: tuple[Written, ...]


def training_groups(file: str = REPORTS) -> list[list[Report]]:
    """Return the groups of a file to train on."""
    return [group for number, group in enumerate(read_groups(file)) if not _is_held_out(number)]


def held_out_reports(file: str = REPORTS) -> list[Report]:
    """Return the reports of a file, or its stories, that training leaves."""
    groups = enumerate(read_groups(file))
    return [report for number, group in groups if _is_held_out(number) for report in group]


def read_groups(file: str = REPORTS) -> Iterator[list[Report]]:
    """Yield every group of siblings of a file.

    A group begins with a line ``=``, a report with ``#language date title``; then its paragraphs,
    ``+ answer, English, Chinese`` and ``- English, Chinese``, with tabs between.
    """
    text = Path(__file__).with_name(file).read_text("utf-8")
    kind = "report" if file == REPORTS else "story"
    for at, group in enumerate(text.split("=\n")[1:]):
        reports = group.removeprefix("#").split("\n#")
        yield [_report(f"{kind}/{at}/{n}", part.splitlines()) for n, part in enumerate(reports)]


def _is_held_out(group: int) -> bool:
    return group % _HELD_OUT_EVERY == _HELD_OUT_EVERY - 1


def _report(key: str, lines: Sequence[str]) -> Report:
    _, day, title = lines[0].split(" ", 2)
    asked, unanswered, paragraphs = [], [], []
    for line in lines[1:]:
        mark, rest = line[:2], line[2:].split("\t")
        if mark == "+ ":
            answer, english, chinese = rest
            asked.append((answer, Written(english, chinese)))
        elif mark == "- ":
            unanswered.append(Written(*rest))
        else:
            paragraphs.append(line)
    text = "\n".join(paragraphs)
    document = Document(key, "", text, title, published=date.fromisoformat(day))
    return Report(document, tuple(asked), tuple(unanswered))
