"""One index folder: vectors in FAISS, words in tantivy, documents and passages in SQLite."""

from rag.store.catalog import Catalog, Counts
from rag.store.folder import FEEDBACK, RUNS, UPLOADS, current_generation, write_durably
from rag.store.index import IndexReader, IndexWriter, verify_index
from rag.store.manifest import ModelRecord
from rag.store.words import Entry

__all__ = [
    "FEEDBACK",
    "RUNS",
    "UPLOADS",
    "Catalog",
    "Counts",
    "Entry",
    "IndexReader",
    "IndexWriter",
    "ModelRecord",
    "current_generation",
    "verify_index",
    "write_durably",
]
