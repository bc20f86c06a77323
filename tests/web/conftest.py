"""Engines for the parts of the page, and the page in Debian's Chromium, driven by Playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli.scripted import WordEmbedder, WordReader
from playwright.sync_api import Browser, sync_playwright

from rag.engine import Engine
from rag.settings import Settings
from rag.web.app import serve

CHROMIUM = shutil.which("chromium")
IN_CHROMIUM = [
    # Warnings of the libraries under the page are theirs to mend.
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]
"""The marks of a module whose tests look at the page."""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine whose index is still to be made."""
    with Engine(Settings(index=tmp_path / "index")) as engine:
        engine.embedder = WordEmbedder()
        engine.answerer = WordReader(0.5)
        yield engine


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--disable-gpu"])
        yield browser
        browser.close()


@contextmanager
def served(engine: Engine, *, mcp: bool = False) -> Iterator[str]:
    """The address of the page over an engine whose models are read."""
    engine.warm()
    page = serve(engine, "127.0.0.1", mcp=mcp)
    try:
        yield page.local_url
    finally:
        page.close()
