"""The records that stages hand to each other.

Every offset counts Unicode code points of ``Document.text``, so ``document.text[start:end]`` is
always the quoted words. Records are frozen: a stage makes new ones and changes none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


_OPENING = 150
"""How many characters at a document's beginning tell what it is about."""

_BESIDE = 200
"""How many characters before and after a quotation may."""


class Language(StrEnum):
    """The languages retrieval tells apart; text in any other one is ``OTHER``."""

    CHINESE = "zh"
    ENGLISH = "en"
    OTHER = "other"


class Field(StrEnum):
    """What lexical search looks for a word in."""

    BODY = "body"
    TITLE = "title"
    NAMES = "names"
    PLACES = "places"


class SearchMode(StrEnum):
    """Which lists a search is made of."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is limited to. Empty fields do not limit.

    ``publisher`` is a part of the publisher's name in any case, ``path`` a glob over the path or
    its end, ``since`` and ``until`` bound the publication date, both included.
    """

    publisher: str = ""
    path: str = ""
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return bool(self.publisher or self.path or self.since or self.until)


class PlaceUnit(StrEnum):
    """What a place in an original file is counted in."""

    LINE = "line"
    PAGE = "page"
    CELL = "cell"
    RECORD = "record"
    PARAGRAPH = "paragraph"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the characters ``start`` to ``end`` of a document's text stand in the original file."""

    start: int
    end: int
    unit: PlaceUnit
    value: str

    def __str__(self) -> str:
        return f"{self.unit.value} {self.value}"


@dataclass(frozen=True, slots=True)
class Document:
    """One report, article or record as the tool reads it.

    ``key`` is stable across runs; ``digest`` is a hash of the content, so an update is "same key,
    other digest". ``text`` is the cleaned text. ``excerpt`` marks a snippet of another article
    that stood on a page. ``origin`` is sorted by ``start``, and its ranges do not overlap.
    """

    key: str
    digest: str
    text: str
    title: str = ""
    publisher: str = ""
    published: date | None = None
    path: str = ""
    url: str = ""
    excerpt: bool = False
    warnings: tuple[str, ...] = ()
    origin: tuple[Origin, ...] = ()

    @property
    def with_heading(self) -> str:
        """Title, publisher and text, to look something up in; offsets do not count in it."""
        return f"{self.title}\n{self.publisher}\n{self.text}"

    @property
    def opening(self) -> str:
        """The title and the first words of the text, which say what a document is about."""
        return f"{self.title}\n{self.text[:_OPENING]}"

    def subject_of(self, start: int, end: int, *, alone: bool) -> str:
        """Return what says which places a quotation is about: the title and the quotation.

        Unless it speaks for itself ``alone``, the document's opening and its neighbours do as well.
        """
        if alone:
            return f"{self.title}\n{self.text[start:end]}"
        return f"{self.opening}\n{self.text[max(0, start - _BESIDE) : end + _BESIDE]}"

    def place(self, start: int) -> str:
        """Return the line, page or cell of the original that holds the character at ``start``."""
        best = ""
        for item in self.origin:
            if item.start > start:
                break
            best = str(item)
        return best


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one document's text, the unit of retrieval.

    ``context`` (title and date) goes to the embedder before ``text`` and is no part of the quote.
    """

    document_key: str
    start: int
    end: int
    text: str
    context: str = ""
    language: Language = Language.OTHER
    title_language: Language = Language.OTHER

    def __post_init__(self) -> None:
        if len(self.text) != self.end - self.start:
            raise ValueError("a passage's text must span exactly its offsets")


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found. Higher scores are better, in every method."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A question as search and reading need it.

    ``text`` is as typed, or asks for the figure that it was typed with: then ``claim`` is that
    figure and ``typed`` the question. ``vector`` is the unit vector of ``text``, ``names`` are the
    names in it in Latin letters, ``translations`` what its words may be in the other language, a
    tuple for each word that has any, ``places`` its places below the level of countries in
    lower-case Latin letters, ``senses`` its words, each with what it may be in the other language,
    and ``own_language_bonus`` how much higher the embedder scores
    passages of the question's own language in this index than equally good ones of another, in
    cosine.
    """

    text: str
    language: Language
    vector: NDArray[np.float32]
    words: tuple[str, ...]
    names: tuple[str, ...]
    translations: tuple[tuple[str, ...], ...] = ()
    own_language_bonus: float = 0.0
    places: frozenset[str] = frozenset()
    claim: Figure | None = None
    typed: str = ""
    senses: tuple[tuple[str, ...], ...] = ()

    @property
    def as_typed(self) -> str:
        """The question as it was typed, to be said again."""
        return self.typed or self.text


@dataclass(frozen=True, slots=True)
class Extract:
    """A quotable stretch of one document, with the answer's own words inside it.

    ``start`` and ``end`` bound the quoted sentence, ``spans`` the answer's words, all as offsets
    in the document's text. ``score`` is the reader's calibrated probability that it answers.
    """

    document_key: str
    start: int
    end: int
    spans: tuple[tuple[int, int], ...]
    score: float

    @property
    def answering(self) -> tuple[tuple[int, int], ...]:
        """Where the answer's words stand: the whole quotation where none are marked."""
        return self.spans or ((self.start, self.end),)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a reader makes of the best passages: extracts, best first, and whether they answer."""

    extracts: tuple[Extract, ...]
    answered: bool


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered quotation: ``quote`` is ``document.text[start:end]``, by construction."""

    number: int
    document: Document
    start: int
    end: int
    spans: tuple[tuple[int, int], ...] = ()
    score: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= len(self.document.text):
            raise ValueError("a citation must quote words of its document")
        for start, end in self.spans:
            if not self.start <= start < end <= self.end:
                raise ValueError("the answer's words must stand inside the quote")

    @property
    def quote(self) -> str:
        """The quoted words, exactly as the document has them."""
        return self.document.text[self.start : self.end]

    @property
    def words(self) -> tuple[str, ...]:
        """The answer's own words, the whole quote where none are marked."""
        return tuple(self.document.text[start:end] for start, end in self.spans) or (self.quote,)

    @property
    def place(self) -> str:
        """The line, page or cell of the original where the quote begins."""
        return self.document.place(self.start)


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity in an answer, as it stands in the source, and what it says.

    ``value`` is exact, with 万, million and so on multiplied in; of a range it is the upper end,
    and ``low`` the lower. ``kind`` is money, percent, time or count. ``translated`` is the same in
    the other language, "" where it would read alike. ``comparison`` is what the source compares
    it with: 同比, year on year. ``column_unit`` is, of a bare figure in a table, the unit as the
    head of its column or the table's caption gives it; ``value`` and ``unit`` have it counted in.
    """

    text: str
    value: Decimal
    unit: str
    kind: str
    qualifier: str
    translated: str
    low: Decimal | None = None
    comparison: str = ""
    column_unit: str = ""

    @property
    def shown(self) -> str:
        """The figure to be shown away from its table: with its unit."""
        space = " " if self.column_unit[:1].isascii() and self.column_unit[:1].isalnum() else ""
        return f"{self.text}{space * bool(self.text)}{self.column_unit}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the figure that a question brings along is the one that its answer's source has."""

    claim: Figure
    agrees: bool


class Relation(StrEnum):
    """How a figure that a source gives stands to the one that leads the answer.

    ``UNDECIDED`` is one of which the texts do not say whether it is of another time.
    """

    ANSWER = "answer"
    OVER_TIME = "over time"
    CONFLICT = "conflict"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Reported:
    """A figure that sources give for what was asked, where they differ.

    ``as_of`` is the last day that it covers: by the source's words where ``stated``, else the day
    of publication. ``sources`` counts the sources, copies of one report once, and ``citations`` are
    the numbers of their quotations; ``publisher`` and ``published`` are of the first one.
    """

    figure: Figure
    as_of: date | None
    relation: Relation
    sources: int
    citations: tuple[int, ...]
    stated: bool = True
    publisher: str = ""
    published: date | None = None


class Operation(StrEnum):
    """What is done with figures; each stands for itself where nothing is asked of them together."""

    EACH = "each"
    SUM = "sum"
    DIFFERENCE = "difference"
    MOST = "most"
    LEAST = "least"


@dataclass(frozen=True, slots=True)
class Part:
    """A figure of a combined answer: of what, up to which day, and its quotation's number.

    ``subject`` is the place, the year or what else names a row, as the source writes it.
    """

    subject: str
    figure: Figure
    as_of: date | None
    citation: int


@dataclass(frozen=True, slots=True)
class Combined:
    """What several figures come to. ``result`` is computed and stands in no source.

    It is None for ``EACH`` and where figures are compared to find the most; the first part is the
    answer there, and ``compared`` counts all figures that were, the parts among them. Figures that
    are not ``comparable`` count different things: they stand beside each other and answer nothing.
    """

    operation: Operation
    parts: tuple[Part, ...]
    result: Figure | None = None
    compared: int = 0
    comparable: bool = True


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence that a language model wrote, without its marks, and the numbers it cites."""

    text: str
    cited: tuple[int, ...]


class Fault(StrEnum):
    """Why a sentence that a language model wrote may not stand."""

    NONE = ""
    REPEATS = "repeats"
    UNCITED = "uncited"
    FIGURE = "figure"
    DATE = "date"
    PLACE = "place"
    NAME = "name"
    OPPOSITE = "opposite"
    UNSUPPORTED = "unsupported"


class Fallback(StrEnum):
    """Why the reader answers though a language model was asked to."""

    NONE = ""
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    STOPPED = "stopped"


class Ending(StrEnum):
    """Why a language model was cut off before it had ended."""

    NONE = ""
    STOPPED = "stopped"
    LOOPED = "looped"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that a language model wrote, as it was held to its sources.

    ``citations`` are the numbers of the answer's quotations that bear it out.
    """

    text: str
    citations: tuple[int, ...] = ()
    fault: Fault = Fault.NONE


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its evidence, or the statement that the documents do not say.

    ``text`` is the short exact answer as it stands in the source, "" when not answered;
    ``texts`` all of them when there are several: of a conflict, every figure in it. ``nearest``
    quotes what came closest when not answered. ``conflicts`` are the figures that differing sources
    give, the answer's own first and the others from the newest, empty where sources agree.
    ``verdict`` is on the figure of a question that has one, ``combined`` what an answer of several
    figures comes to; ``unsaid`` are those of several things asked at once that have no answer.
    ``timings`` are seconds by stage.

    Where a language model wrote, ``sentences`` are what is shown of it and ``dropped`` what is not,
    and ``unknown_citations`` counts those to no source, which are taken away; ``ending`` says why
    it was cut off, ``fallback`` why the reader answers after all, ``error`` what went wrong, on one
    line. While it is ``writing`` the answer is what stands so far, not answered where nothing does.
    ``filters`` are what the documents were limited to.
    """

    question: str
    text: str = ""
    texts: tuple[str, ...] = ()
    answered: bool = False
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    figures: tuple[Figure, ...] = ()
    conflicts: tuple[Reported, ...] = ()
    verdict: Verdict | None = None
    combined: Combined | None = None
    unsaid: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    dropped: tuple[Sentence, ...] = ()
    unknown_citations: int = 0
    fallback: Fallback = Fallback.NONE
    ending: Ending = Ending.NONE
    error: str = ""
    writing: bool = False
    filters: Filters = Filters()
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def shown(self) -> tuple[Citation, ...]:
        """What is quoted: the citations, or where there is no answer what came nearest."""
        return self.citations if self.answered else self.nearest

    def in_column(self, text: str) -> Figure | None:
        """Return the figure that one of the answer's texts ends in, if its column has its unit."""
        whole = [figure for figure in self.figures if text == figure.text]
        figures = whole or [figure for figure in self.figures if text.endswith(figure.text)]
        return figures[0] if len(figures) == 1 and figures[0].column_unit else None

    def translated(self, text: str) -> str:
        """Return the figure in one of the answer's texts as the other language says it, or ""."""
        whole = [figure.translated for figure in self.figures if text == figure.text]
        figures = whole or [figure.translated for figure in self.figures if figure.text in text]
        return figures[0] if len(figures) == 1 else ""
