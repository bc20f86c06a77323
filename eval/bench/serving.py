"""How long `rag serve` takes to be ready, to be seen, and to answer, in a real browser.

    python eval/bench/serving.py [--documents PATH] [--chromium PATH]

Over an index that is built: seconds from the command to its "ready" line, from asking for the page
to its first paint, and from sending a question to the first character of the answer: "at once" for
one that is asked as soon as the page is painted, while it still looks for questions to begin with,
and for those that follow. Best, median and worst of several servers and of several questions.
Writes eval/results/serving.json.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from corpus import command, run, save
from playwright.sync_api import Browser, sync_playwright

from rag.evaluation import Split, default_gold, load_gold
from rag.evaluation.environment import describe_machine
from rag.evaluation.report import markdown_table

ROOT = Path(__file__).parents[2]
_ANSWERED = """
number => {
  window.answered = new Promise(done => {
    let sent = null;
    document.addEventListener('keydown', () => { sent ??= performance.now(); }, { once: true });
    new MutationObserver((changes, observer) => {
      if (document.querySelectorAll('.yj-answer').length <= number) return;
      observer.disconnect();
      requestAnimationFrame(() => done((performance.now() - sent) / 1000));
    }).observe(document.body, { childList: true, subtree: true });
  });
}
"""
"""Has the page itself take the time from the key to the answer, since looking for it costs half a
second's precision."""

_READING = 1500
"""Milliseconds between an answer and the next question."""

_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--documents", type=Path, default=ROOT / "seeds", help="what to index")
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    parser.add_argument("--runs", type=int, default=5, help="how many servers are started")
    parser.add_argument("--questions", type=int, default=5, help="how many are asked of each")
    parser.add_argument("--out", type=Path, default=ROOT / "eval" / "results" / "serving.json")
    options = parser.parse_args()
    asked = [item.question for item in load_gold(default_gold()) if item.split is Split.DEV]
    names = ("ready", "first paint", "first character, at once", "first character")
    seconds: dict[str, list[float]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        run([command("rag"), "index", str(options.documents), "--index", folder])
        browser = playwright.chromium.launch(
            executable_path=options.chromium, args=["--disable-gpu"]
        )
        for number in range(options.runs):
            start = time.perf_counter()
            with serving(folder) as address:
                seconds["ready"].append(time.perf_counter() - start)
                questions = asked[number * options.questions :][: options.questions]
                painted, answered = visit(browser, address, questions)
            seconds["first paint"].append(painted)
            seconds["first character, at once"].append(answered[0])
            seconds["first character"] += answered[1:]
        browser.close()
    rows = [
        (name, *(f"{of(values):.2f}" for of in (min, statistics.median, max)))
        for name, values in seconds.items()
    ]
    print(markdown_table(("seconds to", "best", "median", "worst"), rows))
    settings = {"runs": options.runs, "questions": options.questions, **describe_machine()}
    save(options.out, {"seconds": seconds, "settings": settings})


@contextmanager
def serving(index: str) -> Iterator[str]:
    """Run `rag serve` and yield its address once it says that it is ready."""
    child = subprocess.Popen(
        [command("rag"), "serve", "--index", index],
        stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    try:
        assert child.stderr is not None
        for line in child.stderr:
            if line.startswith("ready: "):
                yield line.split()[1]
                return
        raise SystemExit("rag serve ended before it was ready")
    finally:
        child.terminate()
        child.wait()


def visit(browser: Browser, address: str, questions: Sequence[str]) -> tuple[float, list[float]]:
    """Return the seconds to the first paint and to the first character of each answer."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(address)
    page.wait_for_function(_PAINTED)
    painted = page.evaluate(_PAINTED) / 1000
    answered = []
    for number, question in enumerate(questions):
        box = page.locator("#yj-question textarea")
        box.fill(question)
        if number:
            page.wait_for_timeout(_READING)
        page.evaluate(_ANSWERED, number)
        box.press("Enter")
        answered.append(page.evaluate("window.answered"))
    context.close()
    return painted, answered


if __name__ == "__main__":
    main()
