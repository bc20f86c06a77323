"""A model of two dimensions, and documents whose vectors and words are given by hand."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from rag.address import Index, MilvusAddress
from rag.records import Document, Language, Passage
from rag.store import Entry, ModelRecord, StoreWriter

MODEL = ModelRecord("tiny", "0123456789abcdef", 2, "fp32")


def put(
    writer: StoreWriter,
    key: str,
    text: str,
    vector: Sequence[float] = (1.0, 0.0),
    *,
    digest: str = "",
    language: Language = Language.ENGLISH,
) -> int:
    """Add a document of one passage to every part of an index; return the passage's id."""
    document = Document(key, digest or text, text, path=f"/docs/{key}.txt")
    row = writer.catalog.put_document(document)
    passage = Passage(key, 0, len(text), text, language=language)
    (number,) = writer.catalog.put_passages(row, [passage], [f"digest of {text}"])
    writer.vectors.add(language, [number], np.array([vector], np.float32))
    words = text.lower().split()
    writer.words.add([Entry(number, language, Language.OTHER, words, [], [])])
    return number


def take(writer: StoreWriter, key: str) -> None:
    """Remove a document from every part of an index."""
    ids = writer.catalog.passage_ids_of(key)
    writer.vectors.remove(ids)
    writer.words.remove(ids)
    writer.catalog.remove_document(key)


@pytest.fixture(params=["folder", "milvus"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Index:
    """Where an index may lie, with nothing there yet: one test runs over every store."""
    if request.param == "folder":
        return tmp_path / "index"
    address: MilvusAddress = request.getfixturevalue("milvus")
    return address
