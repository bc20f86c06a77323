"""The page's abilities for programs: Gradio endpoints, and tools of an MCP server.

The functions' docstrings are what assistants and the API's page are told of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import gradio as gr
from gradio.events import api

from rag.engine import Engine
from rag.errors import UsageError, YinjuError
from rag.filtering import filters_from, is_found, parse_day
from rag.records import SearchMode
from rag.serialise import answer_to_dict, document_to_dict, hit_to_dict

MOST_HITS = 50
MOST_CHARACTERS = 20_000
"""How much of a document is read at once."""


class Api:
    """What programs may call."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        for function in (self.ask, self.search, self.read, self.documents):
            api(_telling(function), api_name=function.__name__)

    def ask(
        self, question: str, publisher: str = "", path: str = "", since: str = "", until: str = ""
    ) -> dict[str, Any]:
        """Answer a question from the documents in their own words, or say that they do not say.

        Parameters:
            question: A question in Chinese or English.
            publisher: Only documents whose publisher contains this.
            path: Only documents whose path matches this glob, like *.pdf or reports/*.
            since: Only documents published on this day (YYYY-MM-DD) or later.
            until: Only documents published on this day (YYYY-MM-DD) or earlier.

        Returns:
            The answer with its citations: the exact words, the document, the place in it.
        """
        filters = filters_from(publisher, path, parse_day(since), parse_day(until))
        return answer_to_dict(self._engine.ask(question, filters=filters))

    def search(
        self, question: str, top_k: int = 8, publisher: str = "", path: str = "",
        since: str = "", until: str = "",
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Find the passages nearest to a question, best first.

        Parameters:
            question: A question or search words in Chinese or English.
            top_k: How many passages, at most 50.
            publisher: Only documents whose publisher contains this.
            path: Only documents whose path matches this glob, like *.pdf or reports/*.
            since: Only documents published on this day (YYYY-MM-DD) or later.
            until: Only documents published on this day (YYYY-MM-DD) or earlier.

        Returns:
            The passages with their text, document and place.
        """
        if not 1 <= top_k <= MOST_HITS:
            raise UsageError(f"top_k is {top_k}, expected 1 to {MOST_HITS}")
        hits = self._engine.search_documents(
            question, mode=SearchMode.HYBRID, top_k=top_k,
            filters=filters_from(publisher, path, parse_day(since), parse_day(until)),
        )  # fmt: skip
        return [{"text": hit.passage.text, **hit_to_dict(hit, document)} for hit, document in hits]

    def read(self, key: str, start: int = 0) -> dict[str, Any]:
        """Read a document's text as it was indexed, so that a quotation can be seen in its place.

        Parameters:
            key: The document's key, as answers, passages and the list of documents give it.
            start: The character to begin at.

        Returns:
            What is known of the document, and at most 20,000 characters of its text.
        """
        document = self._engine.document(key)
        start = max(0, start)
        text = document.text[start : start + MOST_CHARACTERS]
        return {**document_to_dict(document), "start": start, "text": text}

    def documents(self, find: str = "") -> list[dict[str, Any]]:
        """List the documents.

        Parameters:
            find: Only documents that have this in their title, publisher or key.

        Returns:
            Title, publisher, date, key and warnings of each.
        """
        return [document_to_dict(item) for item in self._engine.documents() if is_found(item, find)]


def _telling(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with its errors as Gradio's, so that who calls is told them."""

    @wraps(function)
    def told(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        try:
            return _without_paths(function(*args, **kwargs))
        except YinjuError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return told


def _without_paths(value: Any) -> Any:  # noqa: ANN401
    """Return a JSON value without ``path``: Gradio would send the file in place of the object."""
    if isinstance(value, dict):
        return {name: _without_paths(item) for name, item in value.items() if name != "path"}
    if isinstance(value, list):
        return [_without_paths(item) for item in value]
    return value
