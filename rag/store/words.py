"""The lexical index: BM25 over words, in tantivy, with titles and names as fields of their own.

Words come ready-made (see ``rag.language.words``); tantivy splits them at spaces and stems the
English ones. Its files are immutable, so a new generation links the old ones and adds its own.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamagedError
from rag.language.words import stemmer
from rag.passage_set import PassageSet
from rag.records import Field, Language
from rag.store.folder import is_writable, mirror
from rag.store.word_queries import WordQueries

_Query = Any
_Numbers = NDArray[np.int64]
_ANALYZER = "words"
_HEAP_BYTES = 64_000_000
_PANIC = "PanicException"
_LARGE = 50_000
"""Above so many passages more than is wanted is found in all languages, and the others left out.

With nothing but words in a query tantivy passes over all that cannot be among the best.
"""
_FEW = 500
"""Up to so many passages are looked up beforehand; tantivy takes twenty microseconds for each."""
_MOST_TAKEN = 50_000
_PART = 4
"""Through a filter, one in so many of the passages asked for is enough."""
_FEW_OF = 20
"""A language with less than this part of the passages is no large one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The words of one passage, by field; ``places`` are those that it is about."""

    passage: int
    language: Language
    title_language: Language
    body: Sequence[str]
    title: Sequence[str]
    names: Sequence[str]
    places: Collection[str] = ()


class WordIndex:
    """A tantivy index in a folder."""

    def __init__(self, folder: Path) -> None:
        """Open the index, or make an empty one where there is none.

        Raises:
            IndexDamagedError: tantivy cannot read its files.
        """
        import tantivy

        self._tantivy: Any = tantivy
        self._analyzer = stemmer()
        self._schema = _schema(tantivy)
        self._writer: Any = None
        self._folder = folder
        folder.mkdir(exist_ok=True)
        path = str(folder)
        if not is_writable(folder):
            # tantivy locks even what it only reads.
            path = tempfile.mkdtemp(prefix="yinju-")
            weakref.finalize(self, shutil.rmtree, path, ignore_errors=True)
            mirror(folder, Path(path))
        with self._telling_damage():
            self._index = tantivy.Index(self._schema, path=path)
            self._index.register_tokenizer(_ANALYZER, self._analyzer)
            self._open_searcher()

    def add(self, entries: Iterable[Entry]) -> None:
        """Stage passages to be added at the next commit."""
        for entry in entries:
            document = self._tantivy.Document()
            document.add_unsigned("passage", entry.passage)
            document.add_unsigned("language_number", _number(entry.language))
            document.add_text("language", entry.language.value)
            document.add_text("title_language", entry.title_language.value)
            for field, words in (
                (Field.BODY, entry.body), (Field.TITLE, entry.title), (Field.NAMES, entry.names),
                (Field.PLACES, map(_one_word, entry.places)),
            ):  # fmt: skip
                document.add_text(field.value, " ".join(words))
            self._open_writer().add_document(document)

    def remove(self, passages: Iterable[int]) -> None:
        """Stage passages to be removed at the next commit."""
        gone = list(passages)
        if gone:
            query = self._tantivy.Query.term_set_query(self._schema, "passage", gone)
            self._open_writer().delete_documents_by_query(query)

    def commit(self) -> None:
        """Write what is staged and wait until the files are still."""
        if self._writer is not None:
            self._writer.commit()
            self._writer.wait_merging_threads()
            self._writer = None
            self._share_files()
        self._open_searcher()

    def _open_searcher(self) -> None:
        self._index.reload()
        self._searcher = self._index.searcher()
        self._queries = WordQueries(self._tantivy, self._schema, self._analyzer, self._searcher)

    def _share_files(self) -> None:
        """Let those who may list the folder read its files; tantivy closes some to others."""
        mode = self._folder.stat().st_mode & 0o666
        for path in self._folder.glob("*.json"):
            path.chmod(mode)

    def count(self) -> int:
        """Return how many passages there are."""
        return int(self._searcher.num_docs)

    def ids(self) -> list[int]:
        """Return the ids of all passages, in order."""
        with self._telling_damage():
            every = self._tantivy.Query.all_query()
            hits = self._searcher.search(every, max(1, self.count()), count=False).hits
            ids = self._searcher.fast_field_values("passage", [address for _, address in hits])
        return sorted(int(number) for number in ids)

    def search(
        self,
        words: Sequence[str],
        fields: dict[Field, float],
        limit: int,
        *,
        language: Language | None = None,
        title_language: Language | None = None,
        allowed: PassageSet | None = None,
    ) -> list[tuple[int, float]]:
        """Return passage ids with their BM25 scores, best first.

        ``fields`` gives each field's weight. The other arguments limit the search before ranking.
        Of many or frequent words the rarest count (see ``word_queries``).
        """
        best = self._queries.sum_of(words, fields)
        return self._run(best, limit, language, title_language, allowed)

    def search_meanings(
        self,
        meanings: Sequence[Sequence[str]],
        limit: int,
        *,
        language: Language,
        allowed: PassageSet | None = None,
    ) -> list[tuple[int, float]]:
        """Return passage ids with BM25 scores for words of which any one form will do.

        ``meanings`` has for each word its forms; a form of several words needs them all. A word
        scores as the best of its forms that is there.
        """
        return self._run(self._queries.meanings(meanings), limit, language, None, allowed)

    def search_places(
        self, places: Collection[str], passages: Sequence[int]
    ) -> list[tuple[int, float]]:
        """Return those of some passages that are about places, with the share that they name."""
        best = self._queries.places([_one_word(place) for place in places])
        return self._run(best, max(1, len(passages)), None, None, PassageSet(passages))

    def _run(
        self,
        best: _Query | None,
        limit: int,
        language: Language | None,
        title_language: Language | None,
        allowed: PassageSet | None,
    ) -> list[tuple[int, float]]:
        if best is None or (allowed is not None and not allowed):
            return []
        limited = self._queries.limited(best, language, title_language)
        tries: list[tuple[_Query, int]] = []
        # Words are only a bonus: through a filter fewer passages will do.
        enough, take = limit, 2 * limit
        if allowed is not None:
            enough, take = -(-limit // _PART), round(limit * self.count() / len(allowed))
        if self._is_sifted(language) and title_language is None:
            tries.append((best, take))
        if allowed is not None and len(allowed) > _FEW:
            tries.extend((limited, 4**n * take) for n in range(3))
        for query, most in tries:
            if most <= _MOST_TAKEN:
                found = self._sift(query, most, enough, limit, language, allowed)
                if found is not None:
                    return found
        if allowed is not None:
            limited = self._queries.limited(best, language, title_language, allowed)
        ids, _, scores = self._best(limited, limit)
        return _ranking(ids, scores)

    def _is_sifted(self, language: Language | None) -> bool:
        """Return whether to find passages in all languages first: there are many in this one."""
        if self.count() <= _LARGE or language is None:
            return False
        return self._queries.passages_in(language) * _FEW_OF >= self.count()

    def _sift(
        self,
        query: _Query,
        take: int,
        enough: int,
        limit: int,
        language: Language | None,
        allowed: PassageSet | None,
    ) -> list[tuple[int, float]] | None:
        """Return the best of what a query finds and may be found, None where too few are.

        ``take`` of its finds are looked at; fewer than ``enough`` that may be found are too few
        where there are more.
        """
        ids, languages, scores = self._best(query, take)
        wanted = np.ones(len(ids), np.bool_)
        if language is not None:
            wanted &= languages == _number(language)
        if allowed is not None:
            wanted &= allowed.holds(ids)
        if np.count_nonzero(wanted) < enough and len(ids) == take:
            return None
        return _ranking(ids[wanted][:limit], scores[wanted][:limit])

    def _best(self, query: _Query, limit: int) -> tuple[_Numbers, _Numbers, NDArray[np.float64]]:
        """Return the passages that a query finds, the numbers of their languages, scores."""
        with self._telling_damage():
            hits = self._searcher.search(query, limit, count=False).hits
            places = [address for _, address in hits]
            ids, languages = (
                np.array(self._searcher.fast_field_values(name, places), np.float64)
                for name in ("passage", "language_number")
            )
            if np.isnan(ids).any() or np.isnan(languages).any():
                raise ValueError("a passage has no number")
        scores = np.array([score for score, _ in hits], np.float64)
        return ids.astype(np.int64), languages.astype(np.int64), scores

    @contextmanager
    def _telling_damage(self) -> Iterator[None]:
        """Turn what tantivy raises over damaged files, panics too, into one error."""
        try:
            yield
        except BaseException as error:
            # A panic of its Rust code is no Exception and has no public class.
            told = isinstance(error, ValueError | OSError) or type(error).__name__ == _PANIC
            if not told or getattr(error, "errno", None) or "No space left" in str(error):
                raise
            raise IndexDamagedError(
                f"the word index in {self._folder} cannot be read ({error}). Run `rag repair`"
            ) from error

    def _open_writer(self) -> Any:  # noqa: ANN401
        if self._writer is None:
            self._writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        return self._writer


def _one_word(place: str) -> str:
    return place.replace(" ", "")


def _ranking(ids: NDArray[np.int64], scores: NDArray[np.float64]) -> list[tuple[int, float]]:
    """Return ids with scores; equal ones in the order of the passages, in whatever segment."""
    found = zip(ids.tolist(), scores.tolist(), strict=True)
    return sorted(found, key=lambda item: (-item[1], item[0]))


def _number(language: Language) -> int:
    return list(Language).index(language)


def _schema(tantivy: Any) -> Any:  # noqa: ANN401
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage", indexed=True, fast=True)
    builder.add_unsigned_field("language_number", fast=True)
    for name in ("language", "title_language"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for field in Field:
        # The stem of a place is another place: nanning and nan.
        name = "whitespace" if field is Field.PLACES else _ANALYZER
        builder.add_text_field(field.value, tokenizer_name=name, index_option="freq")
    return builder.build()
