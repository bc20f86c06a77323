"""One index folder: vectors in FAISS, words in tantivy, documents and passages in SQLite."""

from rag.store.catalog import Catalog, Counts
from rag.store.checking import readable_paths, salvaged_source, verify_index
from rag.store.folder import (
    FEEDBACK,
    RUNS,
    SPOOL,
    UPLOADS,
    current_generation,
    explain_full_disk,
    write_durably,
)
from rag.store.index import IndexReader, IndexWriter, open_catalog
from rag.store.manifest import ModelRecord
from rag.store.rows import FileState
from rag.store.source import Start, whole_source
from rag.store.spool import Spool
from rag.store.words import Entry

__all__ = [
    "FEEDBACK",
    "RUNS",
    "SPOOL",
    "UPLOADS",
    "Catalog",
    "Counts",
    "Entry",
    "FileState",
    "IndexReader",
    "IndexWriter",
    "ModelRecord",
    "Spool",
    "Start",
    "current_generation",
    "explain_full_disk",
    "open_catalog",
    "readable_paths",
    "salvaged_source",
    "verify_index",
    "whole_source",
    "write_durably",
]
