"""Yinju through its Engine, with the settings it comes with. `rag index` builds the index."""

from __future__ import annotations

import sys
from pathlib import Path

from serving import Search, run

from rag import Engine, SearchMode

engine = Engine.open(Path(sys.argv[2]))


def load(index: Path, model: Path) -> Search:
    """Return the engine's search, with the documents of the hits, as a user shows them."""

    def search(question: str, hits: int) -> list[str]:
        found = engine.search_documents(question, mode=SearchMode.HYBRID, top_k=hits, filters=None)
        return [Path(document.path).stem for _hit, document in found]

    return search


run(None, load, engine.ask)
