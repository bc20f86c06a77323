"""Yinju: exact, cited answers over Chinese and English documents, offline.

The public names are loaded at first use, so that importing the package costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.chain import AnswerChain, PassageRetriever
    from rag.engine import Engine
    from rag.errors import (
        ClusterError,
        IndexDamagedError,
        IndexFolderError,
        IndexLockedError,
        IndexMissingError,
        IndexModelError,
        IndexServerError,
        IndexVersionError,
        LLMError,
        ModelError,
        SettingsError,
        SourceError,
        UsageError,
        YinjuError,
    )
    from rag.records import (
        Answer,
        Citation,
        Document,
        Filters,
        Hit,
        Language,
        Origin,
        Passage,
        SearchMode,
    )
    from rag.settings import Settings

__all__ = [
    "Answer",
    "AnswerChain",
    "Citation",
    "ClusterError",
    "Document",
    "Engine",
    "Filters",
    "Hit",
    "IndexDamagedError",
    "IndexFolderError",
    "IndexLockedError",
    "IndexMissingError",
    "IndexModelError",
    "IndexServerError",
    "IndexVersionError",
    "LLMError",
    "Language",
    "ModelError",
    "Origin",
    "Passage",
    "PassageRetriever",
    "SearchMode",
    "Settings",
    "SettingsError",
    "SourceError",
    "UsageError",
    "YinjuError",
]

_RECORDS = frozenset(
    {
        "Answer", "Citation", "Document", "Filters", "Hit", "Language", "Origin", "Passage",
        "SearchMode",
    }
)  # fmt: skip
_CHAIN = frozenset({"AnswerChain", "PassageRetriever"})


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _RECORDS:
        home = "rag.records"
    elif name.endswith("Error"):
        home = "rag.errors"
    elif name in _CHAIN:
        home = "rag.chain"
    else:
        home = f"rag.{name.lower()}"
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
