"""Question answering sets in SQuAD's form, for evaluation and benchmarks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import SourceError


@dataclass(frozen=True, slots=True)
class SquadQuestion:
    """A question over one paragraph, with every answer that is accepted."""

    id: str
    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SquadParagraph:
    """A paragraph of an article and the questions asked over it.

    ``id`` is ``ARTICLE-PARAGRAPH``, by position in the file, so that parallel files (XQuAD has
    the same paragraphs in every language) give translations the same id.
    """

    id: str
    title: str
    text: str
    questions: tuple[SquadQuestion, ...]


def read_squad(path: Path) -> list[SquadParagraph]:
    """Read the paragraphs of a SQuAD file, in order.

    Raises:
        SourceError: the file cannot be read or is not in SQuAD's form.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return list(_paragraphs(content))
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        message = f"{path} is not in SQuAD's form (data > paragraphs > context, qas): {error!r}"
        raise SourceError(message) from error


def _paragraphs(content: dict[str, Any]) -> Iterator[SquadParagraph]:
    for article_number, article in enumerate(content["data"]):
        for number, paragraph in enumerate(article["paragraphs"]):
            yield SquadParagraph(
                id=f"{article_number}-{number}",
                title=str(article.get("title", "")),
                text=paragraph["context"],
                questions=tuple(
                    SquadQuestion(
                        id=str(item["id"]),
                        text=item["question"],
                        answers=tuple(dict.fromkeys(answer["text"] for answer in item["answers"])),
                    )
                    for item in paragraph["qas"]
                ),
            )
