"""What runs on the cluster: one model a worker."""

from __future__ import annotations

from typing import Any


def worker_class() -> type[Any]:
    """Return the class of a worker, for Ray to make actors of.

    It is made inside a function, so that Ray sends all of it and it can say by itself that Yinju is
    not installed where it runs. Therefore it refers to nothing of this module.
    """

    class YinjuWorker:
        """Embeds batches of passages with a model of its own."""

        def __init__(self, version: str, model: str, cache: str, threads: int) -> None:
            import importlib.metadata as installed

            self.version, self.problem = "", ""
            self.embedder: Any = None
            try:
                self.version = installed.version("yinju")
                if self.version != version:
                    return
                from pathlib import Path

                from rag.embedding import open_embedder
                from rag.errors import YinjuError
                from rag.settings import Settings
            except ImportError as error:
                self.problem = f"Yinju cannot be imported there ({error})"
                return
            try:
                # The folder of another machine may be nowhere here.
                folder = Path(cache) if Path(cache).is_dir() else Settings.load().cache
                self.embedder = open_embedder(model, folder, threads)
            except YinjuError as error:
                self.problem = str(error)

        def report(self) -> dict[str, Any]:
            """Return the fields of a ``WorkerReport``; the class may not be known here."""
            import platform

            return {
                "host": platform.node(),
                "version": self.version,
                "identity": self.embedder.identity if self.embedder else None,
                "problem": self.problem,
            }

        def embed(self, texts: list[str]) -> Any:  # noqa: ANN401
            """Return one unit vector a passage, shape (len(texts), dimension), in float32."""
            return self.embedder.embed_passages(texts)

    return YinjuWorker
