"""txtai as its documentation has it: one Embeddings with `hybrid` and `content`.

Instructions carry E5's prefixes, as its page on vectors says. A document is one section of text, as
in its examples: the documents here are paragraphs. Its words are those of its own tokenizer.
"""

from __future__ import annotations

from pathlib import Path

from serving import Search, read_documents, run
from txtai import Embeddings


def build(documents: Path, index: Path, model: Path) -> int:
    """Index and save."""
    embeddings = Embeddings(
        path=str(model),
        instructions={"query": "query: ", "data": "passage: "},
        hybrid=True,
        content=True,
    )
    embeddings.index(read_documents(documents))
    embeddings.save(str(index))
    return int(embeddings.count())


def load(index: Path, model: Path) -> Search:
    """Open the saved folder, which names the model."""
    embeddings = Embeddings()
    embeddings.load(str(index))

    def search(question: str, hits: int) -> list[str]:
        return [str(item["id"]) for item in embeddings.search(question, hits)]

    return search


run(build, load)
