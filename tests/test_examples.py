"""Questions to begin with: each is answered from the document it was made of."""

from rag.engine import Engine
from rag.examples import example_questions


def test_examples_are_answered_from_different_documents(engine: Engine) -> None:
    questions = example_questions(engine, 3)
    assert 1 <= len(questions) <= 3
    answers = [engine.ask(question) for question in questions]
    assert all(answer.answered for answer in answers)
    assert len({answer.citations[0].document.key for answer in answers}) == len(questions)
