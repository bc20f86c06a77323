"""Answers as the JSON that scripts rely on."""

from __future__ import annotations

from typing import Any

from rag.records import Answer, Citation


def answer_to_dict(answer: Answer) -> dict[str, Any]:
    """Return the object that ``ask --json`` prints."""
    return {
        "question": answer.question,
        "answered": answer.answered,
        "answer": answer.text,
        "answers": list(answer.texts),
        "citations": [citation_to_dict(item) for item in answer.citations],
        "nearest": [citation_to_dict(item) for item in answer.nearest],
        "conflicts": [dict(item) for item in answer.conflicts],
        "warnings": list(answer.warnings),
        "timings": dict(answer.timings),
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
