"""Questions and passages into vectors: the bundled model, or any sentence-transformers one."""

from rag.embedding.base import BUNDLED, Embedder, ModelIdentity, Vectors, open_embedder, similarity
from rag.embedding.batches import Batch, Batches, OwnBatches

__all__ = [
    "BUNDLED",
    "Batch",
    "Batches",
    "Embedder",
    "ModelIdentity",
    "OwnBatches",
    "Vectors",
    "open_embedder",
    "similarity",
]
