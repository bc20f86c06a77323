"""Measuring answers and retrieval on questions whose answers and proofs are known."""

from rag.evaluation.gold import GoldQuestion, Proof, Split, default_gold, load_gold
from rag.evaluation.measuring import evaluate
from rag.evaluation.report import Report, to_json, to_markdown
from rag.evaluation.runs import Engine, ProofSet, Result

__all__ = [
    "Engine",
    "GoldQuestion",
    "Proof",
    "ProofSet",
    "Report",
    "Result",
    "Split",
    "default_gold",
    "evaluate",
    "load_gold",
    "to_json",
    "to_markdown",
]
