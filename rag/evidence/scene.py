"""Whether a document tells of what happened: "how many were hurt when the crane fell".

What a question says of the scene is seldom in other words in every document. Where one of those
found has it and the answer's has none of it, the answer is of something else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.language.names import mentions_place
from rag.language.periods import period_spans
from rag.language.words import normalise, stem
from rag.records import Document, Language, Question

MOST_PART = 0.5
"""The part of a scene's words that another document must have."""

LEAST_SENSES = 2
"""One word alone, which a dictionary may have in another sense, does not part documents."""

_ENGLISH = re.compile(
    r"\b(?:when(?! (?:is|are|was|were|has|have|had|did|does|do|will|would|can|could|should)\b)|"
    r"after|while|during)\b(?P<scene>[^?.,;]*)",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"(?:^|[，,。])(?P<scene>[^，,。？?]{2,20}?)(?P<mark>时|的时候|之后|以后|后|期间|中)"
    r"(?=[，,]|有?(?:多少|几|谁|什么|哪))"
)
_HAN = re.compile(r"[\u4e00-\u9fff]")


def scene_senses(question: Question) -> list[tuple[str, ...]]:
    """Return the words of a question that tell what happened, with their other forms.

    Places and times are left out, because documents need not name them.
    """
    chinese = question.language is Language.CHINESE
    found = (_CHINESE if chinese else _ENGLISH).search(question.text)
    if found is None or (chinese and _is_in_word(found, question.words)):
        return []
    text = question.text[: found.end("scene")]
    for start, end in reversed(period_spans(question.text)):
        if found.start("scene") <= start:
            text = f"{text[:start]} {text[end:]}"
    scene = normalise(text[found.start("scene") :])
    return [
        forms
        for forms in question.senses
        if len(forms[0]) > 1
        and _has(scene, forms[0])
        and not any(mentions_place(forms[0], place) for place in question.places)
    ]


def of_other_scene(question: Question, documents: Mapping[str, Document]) -> frozenset[str]:
    """Return the keys of the documents that have nothing of a scene that another one has."""
    senses = scene_senses(question)
    if len(senses) < LEAST_SENSES:
        return frozenset()
    texts = {key: normalise(document.with_heading) for key, document in documents.items()}
    shares = {
        key: sum(any(_has(text, form) for form in forms) for forms in senses) / len(senses)
        for key, text in texts.items()
    }
    if max(shares.values(), default=0.0) < MOST_PART:
        return frozenset()
    return frozenset(key for key, share in shares.items() if not share)


def _is_in_word(found: re.Match[str], words: Sequence[str]) -> bool:
    """Return whether what marks a scene is the end of a longer word: 历时, 高中, 今后."""
    text = found.string[: found.end("mark")]
    return any(len(word) > len(found["mark"]) and text.endswith(word) for word in words)


def _has(text: str, form: str) -> bool:
    """Return whether a normalised text has a word, an English one in any regular form."""
    if _HAN.search(form):
        return form in text
    return all(
        re.search(rf"\b{re.escape(one)}[a-z]{{0,3}}\b", text) is not None
        for one in stem(form.lower().split())
    )
