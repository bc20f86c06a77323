"""bm25s as its documentation has it: its Tokenizer with a splitter, stop words and a stemmer.

The splitter is jieba's for search engines; the stop words and the stemmer, both for English, are
those of its quick start.
"""

from __future__ import annotations

from pathlib import Path

import bm25s
import jieba
import Stemmer
from bm25s.tokenization import Tokenizer
from serving import Search, read_documents, run


def make_tokenizer() -> Tokenizer:
    """Return the tokenizer, without a vocabulary."""
    return Tokenizer(splitter=split, stopwords="en", stemmer=Stemmer.Stemmer("english"))


def split(text: str) -> list[str]:
    """Return a text's words, punctuation left out."""
    return [word for word in jieba.cut_for_search(text) if any(map(str.isalnum, word))]


def build(documents: Path, index: Path, model: Path) -> int:
    """Cut, index and save, the texts too."""
    corpus = [{"id": name, "text": text} for name, text in read_documents(documents)]
    tokenizer = make_tokenizer()
    words = tokenizer.tokenize(
        [item["text"] for item in corpus], return_as="tuple", show_progress=False
    )
    retriever = bm25s.BM25()
    retriever.index(words, show_progress=False)
    retriever.save(str(index), corpus=corpus)
    tokenizer.save_vocab(str(index))
    return len(corpus)


def load(index: Path, model: Path) -> Search:
    """Open the saved folder."""
    retriever = bm25s.BM25.load(str(index), load_corpus=True)
    tokenizer = make_tokenizer()
    tokenizer.load_vocab(str(index))

    def search(question: str, hits: int) -> list[str]:
        words = tokenizer.tokenize([question], update_vocab=False, show_progress=False)
        most = min(hits, len(retriever.corpus))
        documents, _scores = retriever.retrieve(words, k=most, show_progress=False)
        return [item["id"] for item in documents[0]]

    return search


run(build, load)
