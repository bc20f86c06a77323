"""From the best passages to the words that answer."""

from rag.reading.base import Reader
from rag.reading.judging import SUPPORTED, SupportJudge
from rag.reading.reader import SpanReader

__all__ = ["SUPPORTED", "Reader", "SpanReader", "SupportJudge"]
