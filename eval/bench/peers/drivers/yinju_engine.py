"""Yinju through its Engine, with the settings it comes with."""

from __future__ import annotations

from pathlib import Path

from serving import Search, run

from rag import Engine, SearchMode


def build(documents: Path, index: Path, model: Path) -> int:
    """Return how many passages there are: `rag index` has built the index."""
    with Engine.open(index) as engine:
        return engine.contents.manifest.counts.passages


def load(index: Path, model: Path) -> Search:
    """Return the engine's search, with the documents of the hits, as a user shows them."""
    engine = Engine.open(index)

    def search(question: str, hits: int) -> list[str]:
        if not hits:
            engine.ask(question)
            return []
        found = engine.search_documents(question, mode=SearchMode.HYBRID, top_k=hits, filters=None)
        return [Path(document.path).stem for _hit, document in found]

    return search


run(build, load)
