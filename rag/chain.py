"""Search and answers as LangChain parts, to put into a LangChain application.

engine = Engine.open(Path("index"))
passages = PassageRetriever(engine=engine).invoke("how much did Guangxi recover")
answer = AnswerChain(engine).invoke("how much did Guangxi recover")
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import Field

from rag.engine import Engine
from rag.records import Answer, Filters, SearchMode
from rag.serialise import hit_to_dict


class PassageRetriever(BaseRetriever):
    """The passages nearest to a question, best first, as LangChain documents.

    ``page_content`` is the passage as it stands in its document; the metadata are the document's
    ``key``, ``title``, ``publisher``, ``published`` (ISO date or None), ``path``, ``url``,
    ``excerpt``, ``warnings`` and number of ``characters``, the passage's ``start`` and ``end`` in
    the document's text, its ``place`` in the original (line, page or cell), and the ``score``, of
    which higher is better.
    """

    engine: Engine
    top_k: int = Field(default=8, ge=1)
    mode: SearchMode = SearchMode.HYBRID
    filters: Filters | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[LangChainDocument]:
        hits = self.engine.search_documents(
            query, mode=self.mode, top_k=self.top_k, filters=self.filters
        )
        return [
            LangChainDocument(hit.passage.text, metadata=hit_to_dict(hit, document))
            for hit, document in hits
        ]


class AnswerChain(Runnable[str, Answer]):
    """A question in, an ``Answer`` with its citations out: invoke, batch, stream, and async."""

    def __init__(self, engine: Engine, filters: Filters | None = None) -> None:
        self._engine = engine
        self._filters = filters

    def stream(
        self, input: str, config: RunnableConfig | None = None, **kwargs: Any  # noqa: ANN401
    ) -> Iterator[Answer]:  # fmt: skip
        """Yield the answer as it grows; each one replaces the one before."""
        for answer in self._engine.stream(input, filters=self._filters):
            # Until something stands there is nothing to say, not even that nothing is said.
            if answer.answered or not answer.writing:
                yield answer

    def invoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:  # noqa: ANN401
        """Return the answer to a question, or the statement that the documents do not say.

        Raises:
            UsageError: the question is empty or too long.
            IndexFolderError: the index cannot be used.
        """

        def ask(question: str) -> Answer:
            return self._engine.ask(question, filters=self._filters)

        return self._call_with_config(ask, input, config, run_type="chain")
