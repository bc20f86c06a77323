"""The page while a slow language model writes: how far it is, Stop, and leaving."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.engine import Engine
from rag.settings import Settings
from tests.llm.conftest import ScriptedServer, llm_server
from tests.web.conftest import IN_CHROMIUM, served

__all__ = ["llm_server"]

pytestmark = IN_CHROMIUM

COST = "How much did the lighthouse repairs cost?"
TRUE = "The repairs of 2019 cost 1.4 million pounds [1]. "
FALSE = "They cost 9 million pounds [1]. "
SLOWLY = [" ", 0.05] * 1_200
"""A minute of blanks."""


@pytest.fixture
def address(index_folder: Path, cache: Path, llm_server: ScriptedServer) -> Iterator[str]:
    settings = Settings(
        index=index_folder, cache=cache, llm="scripted", llm_url=llm_server.address,
        llm_timeout=90.0, llm_retries=0,
    )  # fmt: skip
    with Engine(settings) as engine, served(engine) as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with browser.new_context(locale="en-GB") as context:
        page = context.new_page()
        page.goto(address)
        expect(page.locator("#yj-language")).to_have_text("中文")
        yield page


def ask(page: Page) -> None:
    page.fill("#yj-question textarea", COST)
    page.press("#yj-question textarea", "Enter")


def stop(page: Page) -> None:
    page.get_by_role("button", name="Stop", exact=True).locator("visible=true").click()


def held(sentences: int, left_out: int) -> re.Pattern[str]:
    return re.compile(f"is writing; held sentences so far: {sentences}, left out: {left_out}")


def test_what_stands_is_kept_when_the_model_is_stopped(
    page: Page, llm_server: ScriptedServer
) -> None:
    llm_server.script = [[FALSE, TRUE, "And then ", *SLOWLY]]
    ask(page)
    expect(page.locator(".yj-writing")).to_have_text(held(1, 1), timeout=20_000)
    expect(page.locator(".yj-written")).to_contain_text("1.4 million pounds")
    # What is typed meanwhile stays.
    page.fill("#yj-question textarea", "Who paid?")
    stop(page)
    expect(page.locator(".yj-answer")).to_contain_text("The language model was stopped.")
    expect(page.locator(".yj-written")).to_contain_text("1.4 million pounds")
    expect(page.locator(".yj-writing")).to_have_count(0)
    assert llm_server.left.wait(10)
    expect(page.locator("#yj-question textarea")).to_have_value("Who paid?")
    expect(page.locator("#yj-question").get_by_role("button", name="Ask")).to_be_visible()
    left_out = page.locator(".yj-cited ~ details.yj-dropped")
    expect(left_out).to_contain_text("left out: 1")
    expect(left_out.locator("li")).to_be_hidden()
    left_out.locator("summary").click()
    expect(left_out.locator("li")).to_contain_text("They cost 9 million pounds.")


def test_without_anything_that_stands_the_documents_words_answer(
    page: Page, llm_server: ScriptedServer
) -> None:
    llm_server.script = [SLOWLY]
    ask(page)
    expect(page.locator(".yj-writing")).to_have_text(held(0, 0), timeout=20_000)
    stop(page)
    expect(page.locator(".yj-words")).to_contain_text("1.4 million pounds")
    expect(page.locator(".yj-answer")).to_contain_text(
        "The language model was stopped. The documents in their own words:"
    )
    assert llm_server.left.wait(10)


def test_whoever_closes_the_page_ends_the_request(page: Page, llm_server: ScriptedServer) -> None:
    llm_server.script = [[TRUE, "And then ", *SLOWLY]]
    ask(page)
    expect(page.locator(".yj-writing")).to_have_text(held(1, 0), timeout=20_000)
    assert not llm_server.left.is_set()
    page.close()
    assert llm_server.left.wait(15)


def test_a_new_conversation_ends_the_request(page: Page, llm_server: ScriptedServer) -> None:
    llm_server.script = [[TRUE, "And then ", *SLOWLY], [TRUE]]
    ask(page)
    expect(page.locator(".yj-writing")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="New conversation").click()
    assert llm_server.left.wait(15)
    expect(page.locator(".yj-turn")).to_have_count(0)
    ask(page)
    expect(page.locator(".yj-written")).to_contain_text("1.4 million pounds", timeout=20_000)
    expect(page.locator(".yj-writing")).to_have_count(0)


def test_a_loop_is_told_in_one_line(page: Page, llm_server: ScriptedServer) -> None:
    llm_server.script = [[TRUE, *["The repairs were long and dear to the bay [1]. "] * 500]]
    ask(page)
    expect(page.locator(".yj-answer")).to_contain_text(
        "The language model repeated itself and was stopped.", timeout=20_000
    )
    expect(page.locator(".yj-written")).to_contain_text("1.4 million pounds")
