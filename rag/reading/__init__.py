"""From the best passages to the words that answer."""

from rag.reading.base import Reader
from rag.reading.sentences import SentenceReader, open_reader

__all__ = ["Reader", "SentenceReader", "open_reader"]
