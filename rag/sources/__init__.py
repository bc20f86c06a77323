"""The ``sources`` stage: files into documents.

``find_files`` lists what can be read, ``load_file`` reads one file. Importing the package loads
no library of any format.
"""

from rag.sources.base import Block, Dropped, Similarity, Source
from rag.sources.files import SUFFIXES, Problem, document_path, find_files
from rag.sources.loading import MAX_BYTES, load_file

__all__ = [
    "MAX_BYTES",
    "SUFFIXES",
    "Block",
    "Dropped",
    "Problem",
    "Similarity",
    "Source",
    "document_path",
    "find_files",
    "load_file",
]
