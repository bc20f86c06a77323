"""Take pictures of the page, every tab, wide and narrow, in both languages: ``screens/*.jpg``.

    python docs/screenshots.py [--chromium PATH]

Serves the sample documents on loopback, asks, and runs the development half of the gold questions,
so that there is a run to show. Needs Playwright and a Chromium.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from rag.engine import Engine
from rag.evaluation import Split, default_gold, evaluate, load_gold
from rag.evaluation.environment import describe_engine
from rag.evaluation.history import keep_run
from rag.settings import Settings
from rag.web.app import serve
from rag.web.phrases import CHINESE, ENGLISH, Phrases

SEEDS, SCREENS = Path(__file__).parents[1] / "seeds", Path(__file__).parent / "screens"
SIZES = {"wide": (1280, 860), "narrow": (400, 860)}
LANGUAGES = {"en": ("en-GB", ENGLISH), "zh": ("zh-CN", CHINESE)}
QUESTIONS = {
    "en": ("How much money did Guangxi recover?", "Did Guangxi recover 500 million yuan?"),
    "zh": ("广西追回了多少钱？", "武汉反诈中心用多长时间冻结了32个账户"),
}
QUALITY = 70
PATIENCE = 60_000
"""Milliseconds, for a machine that does other work as well."""


def main() -> None:
    """Serve, look, and save."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    options = parser.parse_args()
    SCREENS.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        Engine(Settings(index=Path(folder) / "measured")) as measured,
        Engine(Settings(index=Path(folder) / "index")) as engine,
        sync_playwright() as playwright,
    ):
        measured.add([SEEDS])
        gold = [item for item in load_gold(default_gold()) if item.split is Split.DEV]
        report = evaluate(measured, gold, settings=describe_engine(measured))
        engine.add([as_lines(measured, Path(folder) / "samples.jsonl")])
        keep_run(report, engine.settings.index, datetime.now(UTC))
        page = serve(engine, "127.0.0.1")
        browser = playwright.chromium.launch(
            executable_path=options.chromium, args=["--disable-gpu"]
        )
        try:
            for language in LANGUAGES:
                for size in SIZES:
                    look(browser, page.local_url, language, size)
        finally:
            browser.close()
            page.close()


def as_lines(engine: Engine, path: Path) -> Path:
    """Write an engine's documents as JSON lines, under keys that are no paths of this machine."""
    lines = [
        json.dumps({
            "id": Path(item.path).stem, "title": item.title, "text": item.text,
            "publisher": item.publisher, "published": str(item.published or ""),
        })
        for item in engine.documents()
    ]  # fmt: skip
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def look(browser: Browser, address: str, language: str, size: str) -> None:
    """Save a picture of each tab in one language and size."""
    locale, phrases = LANGUAGES[language]
    width, height = SIZES[size]
    context = browser.new_context(locale=locale, viewport={"width": width, "height": height})
    page = context.new_page()
    page.goto(address)
    page.set_default_timeout(PATIENCE)
    # The page speaks its language once it is whole.
    expect(page.locator("#yj-language")).to_have_text(phrases.language, timeout=PATIENCE)

    def save(name: str) -> None:
        page.wait_for_timeout(800)
        path = SCREENS / f"{name}-{language}-{size}.jpg"
        page.screenshot(path=path, type="jpeg", quality=QUALITY)

    for number, question in enumerate(QUESTIONS[language], start=1):
        page.fill("#yj-question textarea", question)
        page.press("#yj-question textarea", "Enter")
        expect(page.locator(".yj-answer")).to_have_count(number, timeout=PATIENCE)
    save("chat")
    turn_to(page, phrases.library, phrases)
    if size == "wide":
        page.locator("#yj-documents tbody button").first.click()
        expect(page.locator("#yj-shown h3")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#yj-documents tbody")).to_be_visible(timeout=PATIENCE)
    save("library")
    turn_to(page, phrases.map, phrases)
    expect(page.locator("#yj-map circle").first).to_be_visible(timeout=PATIENCE)
    save("map")
    turn_to(page, phrases.evaluation, phrases)
    page.wait_for_timeout(2_000)
    save("evaluation")
    context.close()


def turn_to(page: Page, tab: str, phrases: Phrases) -> None:
    """Open a tab, behind the menu where the page is too narrow to show it."""
    button = page.get_by_role("tab", name=tab, exact=True)
    if not button.is_visible():
        page.locator(".overflow-menu button").first.click()
        button = page.locator(".overflow-dropdown button", has_text=tab)
    button.click()


if __name__ == "__main__":
    main()
