"""What of a passage goes where in a store: vector, words, and the text its vector is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from rag.language.names import chinese_names, local_places, romanise
from rag.language.words import Segmenter
from rag.records import Document, Language, Passage
from rag.store import Entry, StoreWriter


def store_vectors(
    writer: StoreWriter, ids: Sequence[int], passages: Sequence[Passage], vectors: np.ndarray
) -> None:
    """Stage the vectors of passages, each among those of its language."""
    for language in Language:
        places = [i for i, passage in enumerate(passages) if passage.language is language]
        if places:
            writer.vectors.add(language, [ids[i] for i in places], vectors[places])


def word_entries(
    segmenter: Segmenter, document: Document, ids: Sequence[int], passages: Sequence[Passage]
) -> Iterator[Entry]:
    """Yield what lexical search holds of a document's passages."""
    title = segmenter.words(document.title)
    opening = document.opening
    about = local_places(opening, segmenter.words(opening))
    for number, passage in zip(ids, passages, strict=True):
        body = segmenter.words(passage.text)
        names = romanise(chinese_names([*body, *title]))
        places = about | local_places(passage.text, body)
        languages = (passage.language, passage.title_language)
        yield Entry(number, *languages, body, title, names, places)


def text_to_embed(passage: Passage) -> str:
    """Return a passage's text after its title and date."""
    return f"{passage.context}\n{passage.text}" if passage.context else passage.text


def remove_document(writer: StoreWriter, key: str) -> None:
    """Take a document's passages out of every part of an index."""
    ids = writer.catalog.passage_ids_of(key)
    writer.vectors.remove(ids)
    writer.words.remove(ids)
    writer.catalog.remove_document(key)
