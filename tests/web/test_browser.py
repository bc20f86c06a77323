"""The page in a real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from rag.engine import Engine
from rag.evaluation import Report
from rag.evaluation.bootstrap import Interval
from rag.evaluation.history import keep_run
from rag.evaluation.scores import Score
from rag.settings import Settings
from rag.web.chat import FEEDBACK
from tests.web.conftest import IN_CHROMIUM, served

pytestmark = IN_CHROMIUM

HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
PLACEHOLDERS = "{{7*7}} ${window.hacked=1}"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DOCUMENTS = [
    {
        "id": "mill",
        "title": "The mill of Ostby",
        "text": "🌾🌾 In 𠮷野 they say 🎉: the mill of Ostby ground 3,200 tonnes of rye in 2019. "
        "Its wheel was built in 1811 by Jonas Ferrel.",
        "publisher": "Ostby Herald",
        "published": "2020-02-01",
    },
    {
        "id": "barn",
        "title": "云溪粮仓",
        "text": "云溪粮仓去年存粮4.2万吨，管理员是周禾。",
        "publisher": "云溪日报",
        "published": "2021-03-04",
    },
    {
        "id": "dairy",
        "title": "The dairy of Holm",
        "text": "The dairy of Holm churns 950 kilograms of butter every week.",
        "publisher": "Ostby Herald",
        "published": "2021-07-08",
    },
    {
        "id": "hostile",
        "title": f"Notes {HOSTILE}",
        "text": f"The ferry of Lund carries 48 cars {HOSTILE} {PLACEHOLDERS} a day.",
        "publisher": HOSTILE,
        "published": "2022-05-06",
    },
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("web")


@pytest.fixture(scope="module")
def address(folder: Path, cache: Path) -> Iterator[str]:
    lines = [json.dumps(row, ensure_ascii=False) for row in DOCUMENTS]
    (folder / "all.jsonl").write_text("\n".join(lines), "utf-8")
    with Engine(Settings(index=folder / "index", cache=cache)) as engine:
        engine.add([folder / "all.jsonl"])
        with served(engine) as address:
            yield address


@pytest.fixture
def visits(browser: Browser, address: str) -> Iterator[list[BrowserContext]]:
    contexts: list[BrowserContext] = []
    yield contexts
    for context in contexts:
        context.close()


def visit(
    browser: Browser, address: str, visits: list[BrowserContext], locale: str = "en-GB",
    **options: Any,  # noqa: ANN401
) -> Page:  # fmt: skip
    context = browser.new_context(locale=locale, **options)
    visits.append(context)
    page = context.new_page()
    page.goto(address)
    other = "中文" if locale < "zh" else "English"
    expect(page.locator("#yj-language")).to_have_text(other, timeout=20_000)
    return page


@pytest.fixture
def page(browser: Browser, address: str, visits: list[BrowserContext]) -> Page:
    return visit(browser, address, visits)


def ask(page: Page, question: str) -> None:
    turns = page.locator(".yj-answer").count()
    page.fill("#yj-question textarea", question)
    page.press("#yj-question textarea", "Enter")
    expect(page.locator(".yj-answer")).to_have_count(turns + 1)


def test_an_answer_is_cited_and_its_words_are_highlighted_in_the_source(page: Page) -> None:
    ask(page, "How many tonnes of rye did the mill of Ostby grind in 2019?")
    expect(page.locator(".yj-words").first).to_contain_text("3,200 tonnes")
    expect(page.locator(".yj-cited").first).to_contain_text("The mill of Ostby · Ostby Herald")
    page.click("button[data-act=open][data-number='1']")
    quote = page.locator("#yj-opened #yj-quote")
    expect(quote).to_have_text(re.compile("^🌾🌾 In 𠮷野 they say 🎉: .*in 2019.$"))
    expect(quote.locator("mark")).to_have_text("3,200 tonnes")


def test_a_question_to_begin_with_is_answered(page: Page) -> None:
    examples = page.locator("#yj-examples button")
    expect(examples.first).to_be_visible(timeout=20_000)
    examples.first.click()
    expect(page.locator(".yj-asked")).to_have_text(
        "The dairy of Holm churns how many kilograms of butter every week?"
    )
    expect(page.locator(".yj-words").first).to_contain_text("950 kilograms")
    # They are to begin with, and come back for a new conversation.
    expect(examples.first).to_be_hidden()
    page.get_by_role("button", name="New conversation").click()
    expect(examples.first).to_be_visible()


def test_an_opened_source_closes_and_leads_back_to_the_conversation(
    browser: Browser, address: str, visits: list[BrowserContext]
) -> None:
    page = visit(browser, address, visits, **PHONE)
    ask(page, "How many tonnes of rye did the mill of Ostby grind in 2019?")
    number = page.locator("button[data-act=open][data-number='1']").first
    close = page.locator("#yj-opened button[data-act=close]")
    for way in (close.click, lambda: page.keyboard.press("Escape")):
        number.click()
        expect(page.locator("#yj-opened .yj-quote")).to_be_in_viewport()
        expect(close).to_be_in_viewport()
        way()
        expect(page.locator("#yj-opened .yj-document")).to_have_count(0)
        expect(number).to_be_focused()
        expect(number).to_be_in_viewport()


def test_an_answer_comes_into_sight_on_a_phone(
    browser: Browser, address: str, visits: list[BrowserContext]
) -> None:
    page = visit(browser, address, visits, **PHONE)
    ask(page, "How many tonnes of rye did the mill of Ostby grind in 2019?")
    expect(page.locator("#yj-opened .yj-quote")).to_be_attached()
    ask(page, "Who built the wheel of the mill?")
    # Nothing that comes after moves it away again.
    page.wait_for_timeout(1_000)
    expect(page.locator(".yj-asked").last).to_be_in_viewport()
    expect(page.locator(".yj-words").last).to_be_in_viewport()


def test_an_answer_is_copied_with_its_source(
    browser: Browser, address: str, visits: list[BrowserContext]
) -> None:
    page = visit(browser, address, visits, permissions=["clipboard-read", "clipboard-write"])
    ask(page, "How many tonnes of rye did the mill of Ostby grind in 2019?")
    page.locator("button[data-act=copy]").click()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("3,200 tonnes\n\n[1] “🌾🌾 In 𠮷野 they say 🎉: the mill")
    assert text.endswith("The mill of Ostby · Ostby Herald · 2020-02-01, all.jsonl, record 1")


def test_a_follow_up_is_shown_as_it_was_understood_and_can_be_changed(page: Page) -> None:
    ask(page, "How much rye did the mill grind in 2019?")
    ask(page, "and in 2015?")
    understood = page.locator(".yj-understood")
    expect(understood).to_contain_text("How much rye did the mill grind in 2015?")
    understood.locator("button").click()
    expect(page.locator("#yj-question textarea")).to_have_value(
        "How much rye did the mill grind in 2015?"
    )


def test_a_conversation_is_saved_as_it_stands(page: Page) -> None:
    ask(page, "How many cars does the ferry of Lund carry?")
    with zipfile.ZipFile(download(page, "Save the conversation")) as archive:
        [row] = json.loads(archive.read("conversation.json"))
        assert row["typed"] == "How many cars does the ferry of Lund carry?"
        assert "48 cars" in archive.read("conversation.md").decode()
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".yj-turn")).to_have_count(0)


def download(page: Page, button: str) -> Path:
    """Click until there is a file: the button does not show when it has one."""
    for _ in range(9):
        with suppress(PlaywrightTimeoutError):
            with page.expect_download(timeout=2_000) as saved:
                page.get_by_text(button).click()
            return Path(saved.value.path())
    raise AssertionError("there is nothing to download")


def test_what_no_document_says_is_not_answered(page: Page) -> None:
    ask(page, "Who won the chess championship of Novgorod?")
    expect(page.locator(".yj-unsaid")).to_have_text("The documents do not say.")


def test_an_upload_is_answered_from_and_can_be_deleted(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "kiln.md"
    path.write_text("# The kiln of Tarn\n\nThe kiln of Tarn fires 640 pots a week.\n")
    page.get_by_role("tab", name="Library").click()
    page.set_input_files("#yj-files input[type=file]", path)
    expect(page.locator("#yj-progress")).to_contain_text("1 added")
    rows = page.locator("#yj-documents").get_by_text("The kiln of Tarn").locator("visible=true")
    rows.first.click()
    expect(page.locator("#yj-shown .yj-text")).to_contain_text("640 pots")
    page.get_by_role("tab", name="Chat").click()
    ask(page, "How many pots does the kiln of Tarn fire a week?")
    expect(page.locator(".yj-words").first).to_contain_text("640 pots")
    page.get_by_role("tab", name="Library").click()
    delete = page.get_by_role("button", name="Delete", exact=True)
    delete.click()
    expect(page.get_by_text("Delete “The kiln of Tarn” from the index?")).to_be_visible()
    expect(delete).to_have_count(1)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#yj-sure")).to_be_hidden()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="What cleaning leaves out").click()
    expect(page.locator("#yj-shown .yj-note")).to_have_text(
        "Cleaning leaves nothing out of kiln.md."
    )
    delete.click()
    page.locator("#yj-sure").click()
    expect(page.locator("#yj-shown")).to_have_text("Deleted: The kiln of Tarn")
    expect(page.locator("#yj-sure")).to_be_hidden()
    expect(rows).to_have_count(0)


def test_a_filter_keeps_to_its_documents(page: Page) -> None:
    page.get_by_text("Only documents…").click()
    page.get_by_label("Publisher contains").fill("云溪")
    ask(page, "How many tonnes of rye did the mill of Ostby grind in 2019?")
    expect(page.locator(".yj-unsaid")).to_be_visible()
    expect(page.locator(".yj-limited")).to_have_text(
        "Looked only in documents whose publisher contains “云溪”."
    )


def test_a_wrong_date_is_told_by_its_field_until_it_is_mended(page: Page) -> None:
    page.get_by_text("Only documents…").click()
    told = page.locator("#yj-limits .yj-warning")
    since = page.get_by_label("Published since")
    since.fill("yesterday")
    since.blur()
    expect(told).to_contain_text("“yesterday” is no date")
    page.fill("#yj-question textarea", "How many cars?")
    page.press("#yj-question textarea", "Enter")
    # Nothing is asked, and the question is there to be asked again.
    page.wait_for_timeout(500)
    expect(page.locator(".yj-turn")).to_have_count(0)
    expect(page.locator("#yj-question textarea")).to_have_value("How many cars?")
    expect(told).to_be_visible()
    expect(page.locator(".toast-wrap").get_by_text("Error")).to_have_count(0)
    expect(page.get_by_text("Error", exact=True).locator("visible=true")).to_have_count(0)
    since.fill("2030-01-01")
    expect(told).to_have_count(0)
    page.get_by_label("Published until").fill("2021-01-01")
    page.press("#yj-question textarea", "Enter")
    expect(told).to_contain_text("after the second")
    page.get_by_label("Published until").fill("")
    expect(told).to_have_count(0)
    page.press("#yj-question textarea", "Enter")
    # No document is so new; what is wrong is told without a pop-up, until a question can be asked.
    problem = page.locator("#yj-problem .yj-warning")
    expect(problem).to_contain_text("no document passes the filters")
    expect(page.locator("#yj-question textarea")).to_have_value("How many cars?")
    expect(page.get_by_text("Error", exact=True).locator("visible=true")).to_have_count(0)
    since.fill("")
    ask(page, "How many cars does the ferry of Lund carry?")
    expect(problem).to_have_count(0)


def test_the_page_speaks_the_browsers_language_and_switches(
    browser: Browser, address: str, visits: list[BrowserContext]
) -> None:
    page = visit(browser, address, visits, "zh-CN")
    expect(page.get_by_role("tab", name="文档库")).to_be_visible()
    ask(page, "云溪粮仓去年存粮多少？")
    expect(page.locator(".yj-words").first).to_contain_text("4.2万吨")
    page.click("#yj-language")
    expect(page.get_by_role("tab", name="Library")).to_be_visible()


def test_no_markup_of_a_document_a_title_or_a_question_runs(page: Page) -> None:
    ask(page, f"How many cars does the ferry of Lund carry? {HOSTILE} {{{{7*7}}}} ${{1+1}}")
    expect(page.locator(".yj-asked").first).to_contain_text("<img src=x")
    expect(page.locator(".yj-asked").first).to_contain_text("{{7*7}} ${1+1}")
    page.click("button[data-act=open][data-number='1']")
    opened = page.locator("#yj-opened")
    expect(opened).to_contain_text("<script>window.hacked=1</script> {{7*7}} ${window.hacked=1}")
    page.get_by_role("tab", name="Library").click()
    page.locator("#yj-documents").get_by_text("Notes <img").locator("visible=true").first.click()
    expect(page.locator("#yj-shown")).to_contain_text("{{7*7}}")
    assert page.evaluate("window.hacked") is None
    assert page.locator(".yj-turn img, .yj-document img, #yj-documents img").count() == 0


@pytest.mark.parametrize("phone", [False, True])
def test_the_library_is_as_wide_as_the_page_and_sorts_and_shows_no_path(
    browser: Browser, address: str, visits: list[BrowserContext], phone: bool, folder: Path
) -> None:
    wide = {"viewport": {"width": 1280, "height": 860}}
    page = visit(browser, address, visits, "zh-CN", **(PHONE if phone else wide))
    page.get_by_role("tab", name="文档库").click()
    rows = page.locator("#yj-documents tbody tr")
    expect(rows).to_have_count(len(DOCUMENTS))
    fits = "(element) => element.scrollWidth <= element.clientWidth"
    assert page.locator(".yj-shelf").evaluate(fits)
    assert page.locator("html").evaluate(fits)
    head = page.locator("#yj-documents th").filter(has_text="发布日期")
    for way, first in (("ascending", "2020-02-01"), ("descending", "2022-05-06")):
        head.locator("button").click()
        expect(head).to_have_attribute("aria-sort", way)
        expect(rows.first).to_contain_text(first)
    page.locator("#yj-documents").get_by_text("云溪粮仓").click()
    expect(rows.filter(has_text="云溪粮仓")).to_have_class("yj-chosen")
    expect(page.locator("#yj-shown h3")).to_have_text("云溪粮仓")
    expect(page.locator("#yj-shown h3")).to_be_in_viewport()
    assert str(folder) not in page.content()
    page.keyboard.press("Escape")
    expect(page.locator("#yj-shown")).to_have_text("点选一篇文档，即可在此阅读。")


def test_a_finger_beside_a_point_of_the_map_opens_it(
    browser: Browser, address: str, visits: list[BrowserContext]
) -> None:
    page = visit(browser, address, visits, **PHONE)
    page.get_by_role("tab", name="Map").click()
    point = page.locator("#yj-map circle").filter(has_text="云溪粮仓")
    box = point.bounding_box()
    assert box is not None
    assert box["width"] > 12
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] + 8)
    expect(page.locator("#yj-map-opened h3")).to_have_text("云溪粮仓")
    page.locator("#yj-map-opened button[data-act=close]").click()
    expect(page.locator("#yj-map-opened .yj-document")).to_have_count(0)


def test_visitors_do_not_see_each_others_conversations(
    browser: Browser, address: str, visits: list[BrowserContext]
) -> None:
    one, other = (visit(browser, address, visits) for _ in range(2))
    ask(one, "How many cars does the ferry of Lund carry?")
    ask(other, "Who built the wheel of the mill?")
    assert other.locator(".yj-asked").all_inner_texts() == ["Who built the wheel of the mill?"]
    assert one.locator(".yj-asked").count() == 1


def test_nothing_is_asked_of_another_machine(
    browser: Browser, address: str, visits: list[BrowserContext]
) -> None:
    context = browser.new_context(locale="en-GB")
    visits.append(context)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    ask(page, "How many cars does the ferry of Lund carry?")
    page.get_by_role("tab", name="Library").click()
    assert asked
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def test_feedback_is_kept_where_the_evaluation_can_read_it(page: Page, folder: Path) -> None:
    ask(page, "How many cars does the ferry of Lund carry?")
    page.locator("button[data-act=dislike]").first.click()
    expect(page.get_by_text("Noted, thank you.").first).to_be_visible()
    [line] = (folder / "index" / FEEDBACK).read_text("utf-8").splitlines()
    noted = json.loads(line)
    assert noted["liked"] is False
    assert noted["citations"][0]["key"] == "hostile"


def test_a_point_of_the_map_opens_its_passage_and_what_was_quoted_is_ringed(page: Page) -> None:
    ask(page, "How many tonnes of rye did the mill of Ostby grind in 2019?")
    page.get_by_role("tab", name="Map").click()
    points = page.locator("#yj-map circle")
    expect(points).to_have_count(len(DOCUMENTS))
    expect(page.locator("#yj-map circle.yj-hit title").last).to_have_text("The mill of Ostby")
    points.filter(has_text="云溪粮仓").click()
    opened = page.locator("#yj-map-opened")
    expect(opened.locator("h3")).to_have_text("云溪粮仓")
    expect(opened.locator(".yj-quote")).to_have_text(DOCUMENTS[1]["text"])
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(opened.locator("h3")).not_to_have_text("云溪粮仓")
    page.click("#yj-language")
    expect(page.locator("#yj-map")).to_contain_text("每种颜色代表一篇文档")
    assert page.evaluate("window.hacked") is None


def test_kept_runs_are_charted_and_compared(
    browser: Browser, address: str, visits: list[BrowserContext], folder: Path
) -> None:
    def keep(day: int, right: float) -> None:
        interval = Interval(right, right - 0.1, right + 0.1, 20)
        groups = (("all", ""), ("pair zh->en", ""), ("kind who", ""))
        scores = [Score(group, mode, "right", interval) for group, mode in groups]
        scores += [Score("all", "hybrid", f"recall@{depth}", interval) for depth in (1, 10)]
        seconds = {"ask": {"p50": 0.25, "p95": 0.5}}
        report = Report({"model": HOSTILE + str(day)}, (), tuple(scores), seconds, ((0.5, 1.0),))
        keep_run(report, folder / "index", datetime(2026, 3, day, tzinfo=UTC))

    keep(1, 0.25)
    keep(2, 0.75)
    page = visit(browser, address, visits)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    assert page.locator("#yj-compared table").count() == 0
    page.get_by_role("tab", name="Evaluation").click()
    table = page.locator("#yj-compared")
    expect(table).to_contain_text("Compared with the run of 2026-03-01 00:00 UTC", timeout=20_000)
    expect(table.locator("tbody tr").first).to_contain_text("+0.500")
    expect(table).to_contain_text(f"model {HOSTILE}1 → {HOSTILE}2")
    # Pairs, kinds, recall, coverage and seconds.
    expect(page.locator("svg.marks").locator("visible=true")).to_have_count(5, timeout=20_000)
    expect(page.locator("svg.marks").first).to_contain_text("zh→en")
    expect(page.locator("#yj-opinions")).to_contain_text("Answers that visitors liked:")
    page.locator("#yj-runs input").click()
    page.get_by_role("option", name="2026-03-01").click()
    expect(table).to_contain_text("There is no earlier run")
    page.click("#yj-language")
    expect(table).to_contain_text("没有更早的")
    assert page.evaluate("window.hacked") is None
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
