"""Indexes: a folder with FAISS, tantivy and SQLite files, or collections on a Milvus server."""

from rag.store.base import (
    CatalogReader,
    StoreReader,
    StoreWriter,
    has_index,
    open_catalog,
    open_reader,
    open_writer,
    verify_index,
)
from rag.store.catalog import Catalog, Counts
from rag.store.checking import readable_paths, salvaged_source
from rag.store.folder import (
    FEEDBACK,
    RUNS,
    SPOOL,
    UPLOADS,
    current_generation,
    explain_full_disk,
    write_durably,
)
from rag.store.index import IndexReader, IndexWriter
from rag.store.manifest import ModelRecord
from rag.store.rows import FileState
from rag.store.spool import Spool
from rag.store.words import Entry

__all__ = [
    "FEEDBACK",
    "RUNS",
    "SPOOL",
    "UPLOADS",
    "Catalog",
    "CatalogReader",
    "Counts",
    "Entry",
    "FileState",
    "IndexReader",
    "IndexWriter",
    "ModelRecord",
    "Spool",
    "StoreReader",
    "StoreWriter",
    "current_generation",
    "explain_full_disk",
    "has_index",
    "open_catalog",
    "open_reader",
    "open_writer",
    "readable_paths",
    "salvaged_source",
    "verify_index",
    "write_durably",
]
