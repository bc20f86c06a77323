"""Answers as the JSON that scripts rely on."""

from __future__ import annotations

import json
import re
from typing import Any

from rag.records import (
    Answer,
    Citation,
    Combined,
    Document,
    Figure,
    Filters,
    Hit,
    Reported,
    Sentence,
    Verdict,
)

# json escapes C0. C1 would steer a terminal as well, and half a surrogate pair is not UTF-8.
_UNSAFE = re.compile(r"[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def to_json(value: object, *, indent: int | None = None) -> str:
    """Return a value as JSON that is safe to print; characters beyond ASCII stay readable."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def answer_to_dict(answer: Answer) -> dict[str, Any]:
    """Return the object that ``ask --json`` prints."""
    return {
        "question": answer.question,
        "answered": answer.answered,
        "answer": answer.text,
        "answers": list(answer.texts),
        "citations": [citation_to_dict(item) for item in answer.citations],
        "nearest": [citation_to_dict(item) for item in answer.nearest],
        "figures": [figure_to_dict(item) for item in answer.figures],
        "conflicts": [reported_to_dict(item) for item in answer.conflicts],
        "verdict": verdict_to_dict(answer.verdict) if answer.verdict else None,
        "combined": combined_to_dict(answer.combined) if answer.combined else None,
        "unsaid": list(answer.unsaid),
        "warnings": list(answer.warnings),
        "sentences": [sentence_to_dict(item) for item in answer.sentences],
        "dropped": [sentence_to_dict(item) for item in answer.dropped],
        "unknown_citations": answer.unknown_citations,
        "fallback": answer.fallback.value,
        "ending": answer.ending.value,
        "error": answer.error,
        "filters": filters_to_dict(answer.filters) if answer.filters else None,
        "timings": dict(answer.timings),
    }


def filters_to_dict(filters: Filters) -> dict[str, Any]:
    """Return what an answer's documents were limited to; "" and None limit nothing."""
    return {
        "publisher": filters.publisher,
        "path": filters.path,
        "since": filters.since.isoformat() if filters.since else None,
        "until": filters.until.isoformat() if filters.until else None,
    }


def sentence_to_dict(sentence: Sentence) -> dict[str, Any]:
    """Return a sentence that a language model wrote, with what bears it out or why nothing does."""
    return {
        "text": sentence.text,
        "citations": list(sentence.citations),
        "fault": sentence.fault.value,
    }


def figure_to_dict(figure: Figure) -> dict[str, Any]:
    """Return a figure; its value is text, because a JSON number would round it."""
    return {
        "text": figure.text,
        "value": f"{figure.value:f}",
        "unit": figure.unit,
        "kind": figure.kind,
        "qualifier": figure.qualifier,
        "translated": figure.translated,
        "low": None if figure.low is None else f"{figure.low:f}",
        "comparison": figure.comparison,
        "column_unit": figure.column_unit,
    }


def verdict_to_dict(verdict: Verdict) -> dict[str, Any]:
    """Return whether the figure of a question is the source's, with that figure."""
    return {"claim": figure_to_dict(verdict.claim), "agrees": verdict.agrees}


def combined_to_dict(combined: Combined) -> dict[str, Any]:
    """Return the figures of a combined answer, and what they come to."""
    return {
        "operation": combined.operation.value,
        "parts": [
            {
                "subject": part.subject,
                **figure_to_dict(part.figure),
                "as_of": part.as_of.isoformat() if part.as_of else None,
                "citation": part.citation,
            }
            for part in combined.parts
        ],
        "result": figure_to_dict(combined.result) if combined.result else None,
        "compared": combined.compared,
        "comparable": combined.comparable,
    }


def reported_to_dict(reported: Reported) -> dict[str, Any]:
    """Return one of the figures that differing sources give."""
    return {
        **figure_to_dict(reported.figure),
        "as_of": reported.as_of.isoformat() if reported.as_of else None,
        "stated": reported.stated,
        "publisher": reported.publisher,
        "published": reported.published.isoformat() if reported.published else None,
        "relation": reported.relation.value,
        "sources": reported.sources,
        "citations": list(reported.citations),
    }


def citation_to_dict(citation: Citation) -> dict[str, Any]:
    """Return a citation; offsets count code points of the document's text."""
    document = citation.document
    return {
        "number": citation.number,
        "key": document.key,
        "title": document.title,
        "publisher": document.publisher,
        "published": document.published.isoformat() if document.published else None,
        "path": document.path,
        "place": citation.place,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "spans": [list(span) for span in citation.spans],
        "warnings": list(document.warnings),
        "url": document.url,
        "excerpt": document.excerpt,
        "score": round(citation.score, 4),
    }


def hit_to_dict(hit: Hit, document: Document) -> dict[str, Any]:
    """Return where a passage that a search found stands, and its document; not its text."""
    passage = hit.passage
    return {
        **document_to_dict(document),
        "start": passage.start,
        "end": passage.end,
        "place": document.place(passage.start),
        "score": round(hit.score, 4),
    }


def document_to_dict(document: Document) -> dict[str, Any]:
    """Return what ``rag list --json`` prints a line; ``rag show --json`` adds the text."""
    return {
        "key": document.key,
        "title": document.title,
        "publisher": document.publisher,
        "published": document.published.isoformat() if document.published else None,
        "path": document.path,
        "url": document.url,
        "excerpt": document.excerpt,
        "warnings": list(document.warnings),
        "characters": len(document.text),
    }
