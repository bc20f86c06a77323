"""Gold questions: one JSON object a line, read and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from rag.errors import SourceError, UsageError
from rag.language.detect import detect_language
from rag.records import Language


class Split(StrEnum):
    """What a question is for: ``dev`` may be looked at while building, ``test`` only measured."""

    DEV = "dev"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Proof:
    """Words that prove the answer, and the name of the file whose document has them."""

    document: str
    words: str


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with every accepted answer and the words that prove them.

    ``proofs`` point into the digests, ``raw`` into the original files. An unanswerable question
    has neither, and no answers.
    """

    id: str
    question: str
    language: Language
    kind: str
    split: Split
    answerable: bool
    cross_lingual: bool = False
    paraphrase: bool = False
    answers: tuple[str, ...] = ()
    proofs: tuple[Proof, ...] = ()
    raw: tuple[Proof, ...] = ()

    @property
    def pair(self) -> str:
        """The question's language and its proof's, as ``zh->en``; ``zh->none`` without proof."""
        if not self.answerable:
            return f"{self.language}->none"
        if not self.cross_lingual:
            return f"{self.language}->{self.language}"
        languages = [detect_language(proof.words) for proof in self.proofs or self.raw]
        others = [language for language in languages if language != self.language]
        return f"{self.language}->{others[0] if others else Language.OTHER}"


_STRINGS = ("id", "question", "kind")
_REQUIRED = (*_STRINGS, "language", "split", "answerable")
_KNOWN = {*_REQUIRED, "cross_lingual", "paraphrase", "answers", "proofs", "raw"}


def load_gold(path: Path) -> list[GoldQuestion]:
    """Read and check the gold questions of a jsonl file; empty lines are passed over.

    Raises:
        SourceError: the file cannot be read, or a line is not a gold question; the message names
            the line and says what was expected.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path} cannot be read: {error}") from error
    questions: dict[str, GoldQuestion] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = parse_gold(json.loads(line))
            if question.id in questions:
                raise ValueError(f"the id {question.id!r} is used twice")
        except ValueError as error:
            raise SourceError(f"{path}, line {number}: {error}") from error
        questions[question.id] = question
    return list(questions.values())


def parse_gold(item: Any) -> GoldQuestion:  # noqa: ANN401
    """Return one parsed line as a gold question.

    Raises:
        ValueError: what is wrong, and what was expected.
    """
    if not isinstance(item, dict):
        raise ValueError(f"expected a JSON object, found {type(item).__name__}")
    if missing := [name for name in _REQUIRED if name not in item]:
        raise ValueError(f"missing {', '.join(missing)}")
    if unknown := sorted(set(item) - _KNOWN):
        raise ValueError(f"unknown {', '.join(unknown)}; known are {', '.join(sorted(_KNOWN))}")
    for name in _STRINGS:
        if not isinstance(item[name], str) or not item[name].strip():
            raise ValueError(f"{name} must be text, found {item[name]!r}")
    question = GoldQuestion(
        id=item["id"],
        question=item["question"],
        language=Language(_choice(item, "language", ("zh", "en"))),
        kind=item["kind"],
        split=Split(_choice(item, "split", tuple(Split))),
        answerable=_flag(item, "answerable"),
        cross_lingual=_flag(item, "cross_lingual"),
        paraphrase=_flag(item, "paraphrase"),
        answers=_texts(item.get("answers", [])),
        proofs=_proofs(item, "proofs", "document"),
        raw=_proofs(item, "raw", "file"),
    )
    if question.answerable and not (question.answers and (question.proofs or question.raw)):
        raise ValueError("an answerable question needs answers, and proofs or raw")
    if not question.answerable and (question.answers or question.proofs or question.raw):
        raise ValueError("an unanswerable question can have no answers, proofs or raw")
    return question


def _choice(item: Mapping[str, Any], name: str, known: tuple[str, ...]) -> str:
    value = item[name]
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(known)}, found {value!r}")
    return str(value)


def _flag(item: Mapping[str, Any], name: str) -> bool:
    value = item.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false, found {value!r}")
    return value


def _texts(values: Any) -> tuple[str, ...]:  # noqa: ANN401
    if not isinstance(values, list) or not all(isinstance(v, str) and v.strip() for v in values):
        raise ValueError(f"answers must be a list of texts, found {values!r}")
    return tuple(values)


def _proofs(item: Mapping[str, Any], name: str, source: str) -> tuple[Proof, ...]:
    values = item.get(name, [])
    if not isinstance(values, list):
        raise ValueError(f"{name} must be a list, found {values!r}")
    proofs = []
    for value in values:
        if not isinstance(value, dict) or set(value) != {source, "words"}:
            raise ValueError(f'{name} must hold {{"{source}", "words"}} objects, found {value!r}')
        if not all(isinstance(text, str) and text.strip() for text in value.values()):
            raise ValueError(f"{name}: {source} and words must be text, found {value!r}")
        proofs.append(Proof(value[source], value["words"]))
    return tuple(proofs)


def default_gold() -> Path:
    """Return the gold questions of this checkout.

    Raises:
        UsageError: this is no checkout.
    """
    path = Path(__file__).resolve().parent.parent.parent / "eval" / "gold.jsonl"
    if not path.is_file():
        raise UsageError(
            "this is no checkout with eval/gold.jsonl; name the questions: --gold FILE"
        )
    return path
