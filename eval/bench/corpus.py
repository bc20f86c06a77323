"""Documents and questions for the benchmarks, made from a folder of question answering sets."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.evaluation.squad import SquadParagraph, read_squad

FILES = ("cmrc2018_train.json", "drcd_dev.json", "drcd_test.json")
_SENTENCE = re.compile(r"[^。！？!?]+[。！？!?]?")


@dataclass(frozen=True)
class Run:
    """A child process that is over: wall and processor seconds, peak bytes, what it printed."""

    seconds: float
    processor_seconds: float
    peak_bytes: int
    output: str


def read_paragraphs(data: Path) -> list[SquadParagraph]:
    """Return the paragraphs of the Chinese sets in the folder."""
    return [item for name in FILES for item in read_squad(data / name)]


def split_sentences(text: str) -> list[str]:
    """Return the text's sentences, together the whole text."""
    return _SENTENCE.findall(text)


def make_documents(paragraphs: Sequence[SquadParagraph], count: int, characters: int) -> list[str]:
    """Return distinct texts of exactly so many characters, cut from the paragraphs end to end.

    When the paragraphs are used up they begin again, each starting one sentence later.
    """
    documents: list[str] = []
    text = ""
    for sentence in _endless_sentences(paragraphs):
        text += sentence
        while len(text) >= characters:
            documents.append(text[:characters])
            text = text[characters:]
            if len(documents) == count:
                return documents
    raise AssertionError("the sentences do not end")


def _endless_sentences(paragraphs: Sequence[SquadParagraph]) -> Iterator[str]:
    shift = 0
    while True:
        for paragraph in paragraphs:
            sentences = split_sentences(paragraph.text.replace("\n", ""))
            yield from sentences[shift % max(1, len(sentences)) :]
        shift += 1


def write_documents(path: Path, texts: Sequence[str]) -> None:
    """Write the texts as JSON lines that `rag index` reads."""
    lines = (json.dumps({"id": f"d{number}", "text": text}) for number, text in enumerate(texts))
    path.write_text("\n".join(lines), encoding="utf-8")


def command(name: str) -> str:
    """Return the path of a console script of this Python's environment."""
    path = Path(sys.executable).parent / name
    if not path.exists():
        raise SystemExit(f"{path} does not exist: install the project first (pip install -e .)")
    return str(path)


def run(arguments: Sequence[str]) -> Run:
    """Run a command to its end and measure it.

    Raises:
        SystemExit: it failed; with what it wrote.
    """
    start = time.perf_counter()
    child = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    )
    assert child.stdout is not None
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(arguments)}: exit status {child.returncode}\n{output}")
    unit = 1 if sys.platform == "darwin" else 1024
    processor = usage.ru_utime + usage.ru_stime
    return Run(seconds, processor, usage.ru_maxrss * unit, output)


def save(path: Path, content: object) -> None:
    """Write a benchmark's results as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
