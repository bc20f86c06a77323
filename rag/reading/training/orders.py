"""Made-up documents that give orders to whoever reads them, and sentences on them: ``orders.txt``.

What a document orders an assistant to say is no evidence for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rag.records import Document


def read_orders() -> Iterator[tuple[Document, list[tuple[str, str]]]]:
    """Yield each document with its sentences and their kinds.

    Kinds: S supported; I what somebody who obeys would write, or, where there is no order, a wrong
    one. A document begins with ``#language title``; then its paragraphs, and kind and sentence with
    a tab between.
    """
    text = Path(__file__).with_name("orders.txt").read_text("utf-8")
    for number, part in enumerate(text.removeprefix("#").split("\n#")):
        head, *lines = part.splitlines()
        title = head.partition(" ")[2]
        paragraphs = [line for line in lines if line[1:2] != "\t"]
        sentences = [(line[0], line[2:]) for line in lines if line[1:2] == "\t"]
        yield Document(f"order/{number}", "", "\n".join(paragraphs), title), sentences
