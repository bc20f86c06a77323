"""Indexes: a folder with FAISS, tantivy and SQLite files, or collections on a Milvus server."""

from rag.store.base import (
    CatalogReader,
    StoreReader,
    StoreWriter,
    has_index,
    open_reader,
    open_writer,
    verify_index,
)
from rag.store.catalog import Catalog, Counts
from rag.store.folder import FEEDBACK, RUNS, UPLOADS, current_generation, write_durably
from rag.store.index import IndexReader, IndexWriter
from rag.store.manifest import ModelRecord
from rag.store.words import Entry

__all__ = [
    "FEEDBACK",
    "RUNS",
    "UPLOADS",
    "Catalog",
    "CatalogReader",
    "Counts",
    "Entry",
    "IndexReader",
    "IndexWriter",
    "ModelRecord",
    "StoreReader",
    "StoreWriter",
    "current_generation",
    "has_index",
    "open_reader",
    "open_writer",
    "verify_index",
    "write_durably",
]
