"""Questions and passages into vectors: the bundled model, or any sentence-transformers one."""

from rag.embedding.base import BUNDLED, Embedder, ModelIdentity, open_embedder

__all__ = ["BUNDLED", "Embedder", "ModelIdentity", "open_embedder"]
