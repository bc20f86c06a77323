"""What a language model says, read sentence by sentence."""

from collections.abc import Iterator
from threading import Event
from typing import Any

import numpy as np
import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage

from rag.errors import LLMError
from rag.reading import generator as module
from rag.reading.generator import MOST_CHARACTERS, Generator, in_a_loop
from rag.records import Document, Ending, Language, Passage, Question, Statement

QUESTION = Question("How long is the bridge?", Language.ENGLISH, np.zeros(2, np.float32), (), ())
DOCUMENT = Document("bridge", "", "The bridge is 3 km long.\nIt is red.", "A bridge")
PASSAGE = Passage(
    "bridge", 0, len(DOCUMENT.text), DOCUMENT.text, "", Language.ENGLISH, Language.ENGLISH
)


def statements(written: str, **options: int) -> list[Statement]:
    """Return what is made of a text, which the model says word by word."""
    model = GenericFakeChatModel(messages=iter([AIMessage(written)]))
    generator = Generator(model, options.get("timeout", 5), options.get("retries", 0))
    return written_by(generator)[0]


def written_by(
    generator: Generator, stop: Event | None = None
) -> tuple[list[Statement], list[Ending]]:
    """Return what a model wrote, and why it was cut off, if it was."""
    said = list(generator.write(QUESTION, [PASSAGE], {"bridge": DOCUMENT}, stop))
    statements = [item for item in said if isinstance(item, Statement)]
    return statements, [item for item in said if isinstance(item, Ending)]


def ending_of(written: str) -> list[Ending]:
    model = GenericFakeChatModel(messages=iter([AIMessage(written)]))
    return written_by(Generator(model, 5, 0))[1]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("It is 3 km long [1].", [("It is 3 km long.", (1,))]),
        ("It is 3 km long. [1] It is red. [2]", [("It is 3 km long.", (1,)), ("It is red.", (2,))]),
        ("全长3公里[1][2]。很红[2, 3]。", [("全长3公里。", (1, 2)), ("很红。", (2, 3))]),
        ("全长3公里。【1】", [("全长3公里。", (1,))]),
        (
            "- It is **3 km** long [1].\n- It is red.",
            [("It is 3 km long.", (1,)), ("It is red.", ())],
        ),
        ("1. It is 3.5 km long [1].", [("It is 3.5 km long.", (1,))]),
        ("NONE", []),
        ("none.", []),
        ("...[1]", []),
    ],
)  # fmt: skip
def test_sentences_come_with_the_numbers_they_cite(
    written: str, expected: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert [(item.text, item.cited) for item in statements(written)] == expected


def test_a_model_that_never_ends_is_cut_off() -> None:
    endless = " ".join(f"It is {number} km long [1]." for number in range(1, MOST_CHARACTERS))
    assert len(statements(endless)) < MOST_CHARACTERS / 10
    assert ending_of(endless) == [Ending.LONG]


YEARS = range(1990, 2040)
PLACES = "京津沪渝冀晋辽吉黑苏浙皖闽赣"


@pytest.mark.parametrize(
    ("loop", "most"),
    [
        ("It is long [1]. ", 10),
        ("The bridge of Norwick, which was painted in the spring, is 3 km long [1]. ", 2),
        ("- The bridge is 3 km long, and its deck is made of steel and of concrete [1].\n", 2),
        ("It is 3 km long [1]. It is red. It was built by the county [2]. ", 3),
        (" of the port of the port", 6),
        ("大桥全长3公里，由县里出资修建，去年九月通车[1]。", 2),
        ("全长3公里，", 7),
    ],
)
def test_a_model_in_a_loop_is_cut_off_as_soon_as_it_is_in_one(loop: str, most: int) -> None:
    begun = "The deck is made of steel [2]. "
    assert in_a_loop(begun + loop * most)
    assert ending_of(begun + loop * 50) == [Ending.LOOPED]
    # The scripted model speaks from blank to blank.
    found = statements(begun + f"{loop} " * 50)
    assert found[0].text == "The deck is made of steel."
    assert len(found) <= 3 * most


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"- In {year} the port handled 4.2 million tonnes [1].\n" for year in YEARS),
        "".join(f"- {place}共追回资金近3亿元，抓获嫌疑人500名[1]。\n" for place in PLACES),
        "| year | tonnes |\n| --- | --- |\n"
        + "".join(f"| {year} | 0 | 0 | none |\n" for year in YEARS),
        "| 地区 | 起数 |\n"
        + "-" * 300
        + "\n"
        + "".join(f"| {place} | 无 | 无 |\n" for place in PLACES),
        "It is 3 km long. It is red. It is 3 km long. It is blue. It is 3 km long. It is green.",
        "全长3公里。" * 2 + "很红。" * 3,
    ],
)  # fmt: skip
def test_lists_and_tables_of_alike_lines_are_no_loop(text: str) -> None:
    assert not any(in_a_loop(text[:end]) for end in range(len(text) + 1))


def test_a_model_that_is_stopped_says_no_more() -> None:
    stop = Event()
    said = iter([AIMessage("It is 3 km long [1]. It is red. " + "And on. " * 40)])
    generator = Generator(GenericFakeChatModel(messages=said), 5, 0)
    written = generator.write(QUESTION, [PASSAGE], {"bridge": DOCUMENT}, stop)
    first = next(written)
    stop.set()
    assert [first, *written] == [Statement("It is 3 km long.", (1,)), Ending.STOPPED]
    never = Failing(messages=iter(()), failures=1)
    assert written_by(Generator(never, 5, 0), stop) == ([], [Ending.STOPPED])
    assert never.calls == 0


class Failing(GenericFakeChatModel):
    """Fails so many times before it answers, each time after some words."""

    failures: int
    before: str = ""
    calls: int = 0

    def _stream(
        self, messages: list[BaseMessage], *args: object, **kwargs: object
    ) -> Iterator[Any]:
        self.calls += 1
        if self.calls <= self.failures:
            if self.before:
                from langchain_core.messages import AIMessageChunk
                from langchain_core.outputs import ChatGenerationChunk

                yield ChatGenerationChunk(message=AIMessageChunk(content=self.before))
            raise ConnectionError("gone")
        yield from super()._stream(messages, *args, **kwargs)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.0)


def failing(failures: int, before: str = "") -> Failing:
    said = iter([AIMessage("It is 3 km long [1].")])
    return Failing(messages=said, failures=failures, before=before)


def test_a_model_is_asked_again_until_it_answers() -> None:
    model = failing(2)
    found = list(Generator(model, 5, 2).write(QUESTION, [PASSAGE], {"bridge": DOCUMENT}))
    assert [item.text for item in found if isinstance(item, Statement)] == ["It is 3 km long."]
    assert model.calls == 3


def test_after_the_last_try_the_failure_is_told() -> None:
    model = failing(3)
    with pytest.raises(LLMError, match="gone"):
        list(Generator(model, 5, 2).write(QUESTION, [PASSAGE], {"bridge": DOCUMENT}))
    assert model.calls == 3


def test_what_broke_off_is_not_asked_again() -> None:
    model = failing(1, before="It is red [1]. It is ")
    written = Generator(model, 5, 2).write(QUESTION, [PASSAGE], {"bridge": DOCUMENT})
    with pytest.raises(LLMError, match="gone"):
        list(written)
    assert model.calls == 1


class Silent(GenericFakeChatModel):
    """Says nothing for longer than a test waits."""

    def _stream(self, *args: object, **kwargs: object) -> Iterator[Any]:
        from threading import Event

        Event().wait(3)
        yield from ()


def test_a_silent_model_is_given_up() -> None:
    with pytest.raises(LLMError, match=r"said nothing for 0\.1 seconds"):
        generator = Generator(Silent(messages=iter(())), 0.1, 0)
        list(generator.write(QUESTION, [PASSAGE], {"bridge": DOCUMENT}))


def test_sources_are_quoted_line_by_line() -> None:
    seen: list[str] = []

    class Listening(GenericFakeChatModel):
        def _stream(
            self, messages: list[BaseMessage], *args: object, **kwargs: object
        ) -> Iterator[Any]:
            seen.extend(str(message.content) for message in messages)
            yield from super()._stream(messages, *args, **kwargs)

    model = Listening(messages=iter([AIMessage("NONE")]))
    list(Generator(model, 5, 0).write(QUESTION, [PASSAGE], {"bridge": DOCUMENT}))
    assert "English" in seen[0]
    assert "Source [1]\n> A bridge\n> The bridge is 3 km long.\n> It is red." in seen[1]
    assert seen[1].endswith("Question: How long is the bridge?")
