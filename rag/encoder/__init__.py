"""The bundled e5 encoder: weights, tokenizer, ONNX graph. Embedding and reading stand on it."""

from rag.encoder.encoder import PASSAGE, QUESTION, Encoder, WindowScores
from rag.encoder.graph import Precision

__all__ = ["PASSAGE", "QUESTION", "Encoder", "Precision", "WindowScores"]
