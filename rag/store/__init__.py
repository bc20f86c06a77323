"""One index folder: vectors in FAISS, words in tantivy, documents and passages in SQLite."""

from rag.store.catalog import Catalog, Counts
from rag.store.folder import FEEDBACK, UPLOADS, current_generation
from rag.store.index import IndexReader, IndexWriter, verify_index
from rag.store.manifest import ModelRecord
from rag.store.words import Entry

__all__ = [
    "FEEDBACK",
    "UPLOADS",
    "Catalog",
    "Counts",
    "Entry",
    "IndexReader",
    "IndexWriter",
    "ModelRecord",
    "current_generation",
    "verify_index",
]
