"""Documents into passages: paragraphs, long ones split at sentences, short neighbours joined."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.language.detect import detect_language
from rag.language.sentences import Span, split_sentences
from rag.records import Document, Language, Passage

CountTokens = Callable[[Sequence[str]], list[int]]
"""Counts each text's tokens in the embedder's own units."""


@dataclass(frozen=True, slots=True)
class PassageLengths:
    """How long passages are, in tokens: joined up to ``target``, never over ``most``."""

    target: int = 128
    most: int = 192

    @classmethod
    def around(cls, target: int) -> PassageLengths:
        """Return lengths about a target, half as much again at most."""
        return cls(target, target * 3 // 2)


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    tokens: int
    paragraph: int


def split_document(
    document: Document, count: CountTokens, lengths: PassageLengths | None = None
) -> list[Passage]:
    """Return the passages of a document, in order, without overlap.

    Every passage starts and ends at a sentence's edge, except inside a sentence longer than
    ``most`` tokens, which is cut at commas, else anywhere.
    """
    limits = lengths or PassageLengths()
    context = passage_context(document)
    title_language = detect_language(document.title) if document.title else Language.OTHER
    passages = []
    for start, end in _join(_pieces(document.text, count, limits), limits):
        text = document.text[start:end]
        passages.append(
            Passage(document.key, start, end, text, context, detect_language(text), title_language)
        )
    return passages


def passage_context(document: Document) -> str:
    """Return what the embedder is told about a passage's document: its title and date."""
    day = document.published.isoformat() if document.published else ""
    return " ".join(filter(None, (document.title.strip(), day)))


def _pieces(text: str, count: CountTokens, limits: PassageLengths) -> list[_Piece]:
    spans: list[tuple[Span, int]] = []
    for number, (start, end) in enumerate(_paragraphs(text)):
        spans.extend(((start + a, start + b), number) for a, b in split_sentences(text[start:end]))
    tokens = count([text[start:end] for (start, end), _ in spans]) if spans else []
    pieces: list[_Piece] = []
    for ((start, end), number), length in zip(spans, tokens, strict=True):
        if length <= limits.most:
            pieces.append(_Piece(start, end, length, number))
        else:
            for a, b, tokens_there in _cut(text, (start, end), length, count, limits):
                pieces.append(_Piece(a, b, tokens_there, number))
    return pieces


def _paragraphs(text: str) -> Iterator[Span]:
    start = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            yield start, start + len(line)
        start += len(line)


def _cut(
    text: str, span: Span, tokens: int, count: CountTokens, limits: PassageLengths
) -> Iterator[tuple[int, int, int]]:
    """Yield the parts of a sentence that is too long, with their tokens.

    Parts that are denser in tokens than the sentence as a whole are cut again.
    """
    parts = list(_cut_evenly(text, *span, (span[1] - span[0]) * limits.target // tokens))
    counts = count([text[start:end] for start, end in parts])
    for (start, end), length in zip(parts, counts, strict=True):
        if length > limits.most and len(parts) > 1:
            yield from _cut(text, (start, end), length, count, limits)
        else:
            yield start, end, length


def _cut_evenly(text: str, start: int, end: int, size: int) -> Iterator[Span]:
    """Yield stretches of about ``size`` characters that end at a comma or space where one is."""
    size = max(1, size)
    while end - start > size * 5 // 4:
        window = text[start + size // 2 : start + size]
        best = max(window.rfind(mark) for mark in "，,、；;：: ")
        cut = start + size // 2 + best + 1 if best >= 0 else start + size
        yield start, len(text[:cut].rstrip()) if text[cut - 1].isspace() else cut
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end


def _join(pieces: list[_Piece], limits: PassageLengths) -> Iterator[Span]:
    """Join neighbours up to the target; a paragraph's end closes a passage that is long enough."""
    current: list[_Piece] = []
    size = 0
    for piece in pieces:
        ends_paragraph = bool(current) and piece.paragraph != current[-1].paragraph
        enough = size + piece.tokens > limits.target or (
            ends_paragraph and size >= limits.target // 2
        )
        if current and enough:
            yield current[0].start, current[-1].end
            current, size = [], 0
        current.append(piece)
        size += piece.tokens
    if current:
        yield current[0].start, current[-1].end
