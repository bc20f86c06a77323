"""An index on a Milvus server, behind the same seam as the index folder."""

from rag.store.milvus.reading import MilvusReader, has_milvus_index, open_milvus_catalog
from rag.store.milvus.verifying import verify_milvus
from rag.store.milvus.writing import MilvusWriter

__all__ = [
    "MilvusReader",
    "MilvusWriter",
    "has_milvus_index",
    "open_milvus_catalog",
    "verify_milvus",
]
