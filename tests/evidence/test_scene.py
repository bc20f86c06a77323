"""Documents that tell of what happened, and others."""

from dataclasses import replace

import numpy as np
import pytest

from rag.evidence.scene import of_other_scene, scene_senses
from rag.evidence.verification import verified
from rag.language.detect import detect_language
from rag.language.words import Segmenter
from rag.records import Document, Draft, Extract, Question

CRANE = Document("crane", "", "A crane fell on a shed. The shed was empty.")
BARGE = Document("barge", "", "A barge sank. 7 people were hurt.")
KRAN = Document("吊车", "", "吊车倒下，砸中棚屋。")
HURT = Extract("barge", 14, 33, ((14, 22),), 0.9)


def asked(text: str, *senses: tuple[str, ...]) -> Question:
    vector = np.zeros(2, np.float32)
    return Question(text, detect_language(text), vector, (), (), senses=senses)


FELL = asked(
    "How many were hurt when the crane fell?", ("hurt", "受伤"), ("crane", "吊车"), ("fell",)
)


def documents(*several: Document) -> dict[str, Document]:
    return {document.key: document for document in several}


def test_the_words_behind_when_tell_what_happened() -> None:
    assert [forms[0] for forms in scene_senses(FELL)] == ["crane", "fell"]
    chinese = asked(
        "吊车倒下时有多少人受伤？", ("吊车", "crane"), ("倒下", "fall"), ("受伤", "hurt")
    )
    assert [forms[0] for forms in scene_senses(chinese)] == ["吊车", "倒下"]
    assert scene_senses(asked("How many were hurt?", ("hurt",))) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("When did the crane fall?", "crane"),
        ("How many were hurt during 2031?", "2031"),
        ("How many were hurt during March 2031?", "march"),
        ("吊车工程历时多少天？", "吊车"),
        ("全县高中有多少学生？", "全县"),
        ("2031年期间有多少人受伤？", "2031"),
    ],
)
def test_times_and_what_only_looks_like_a_scene_tell_nothing(
    text: str, word: str, segmenter: Segmenter
) -> None:
    question = replace(asked(text, (word,)), words=tuple(segmenter.words(text)))
    assert scene_senses(question) == []


@pytest.mark.parametrize("other", [CRANE, KRAN], ids=["english", "chinese"])
def test_a_document_without_it_is_of_something_else_where_another_has_it(other: Document) -> None:
    assert of_other_scene(FELL, documents(other, BARGE)) == {"barge"}


def test_what_no_document_has_tells_nothing() -> None:
    assert of_other_scene(FELL, documents(BARGE)) == frozenset()
    assert of_other_scene(asked("How many were hurt?", ("hurt",)), documents(CRANE)) == frozenset()


def test_what_is_told_of_something_else_does_not_answer(segmenter: Segmenter) -> None:
    draft = Draft((HURT,), True)
    assert verified(draft, documents(BARGE), FELL, segmenter) == [HURT]
    assert verified(draft, documents(BARGE, CRANE), FELL, segmenter) == []
