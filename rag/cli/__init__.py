"""The commands ``ask`` and ``rag``."""

from rag.cli.ask import main as ask
from rag.cli.manage import main as rag

__all__ = ["ask", "rag"]
