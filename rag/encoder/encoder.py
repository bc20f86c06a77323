"""The bundled encoder at work: text to token ids to unit vectors."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.encoder import weights
from rag.encoder.cache import cached
from rag.encoder.graph import Precision, encoder_bytes
from rag.encoder.tokenizer import Tokenizer, model_bytes
from rag.encoder.weights import FloatArray, WeightFile

_FORM = 1
"""Raised when the converted files change form, so that old ones are made again."""

_PROBES = (
    "query: how many people live in the old town",
    "passage: 这座城市的图书馆于1932年建成,藏书约25万册,每天上午九点开放。",
    "passage: The committee met on 4 May and voted 31 to 7 to rebuild the bridge by 2030.",
)
_LEAST_COSINE = 0.985
"""Probes under this cosine to fp32 mean that 8-bit products overflow on this processor."""


class _Runner:
    """One ONNX Runtime session over memory-mapped word embeddings."""

    def __init__(self, file: WeightFile, model: Path | bytes) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        source = model if isinstance(model, bytes) else str(model)
        self._session: Any = onnxruntime.InferenceSession(
            source, options, providers=["CPUExecutionProvider"]
        )
        self._words: NDArray[np.uint8] = file.packed("emb.word", file.sizes.hidden)
        self._sizes = file.sizes

    def __call__(self, tokens: Sequence[int]) -> FloatArray:
        """Return the unit vector of one text, shape (hidden,)."""
        sizes = self._sizes
        ids = [sizes.bos, *tokens[: sizes.positions - 2], sizes.eos]
        rows = weights.unpack_rows(self._words, ids)
        vector: FloatArray = self._session.run(None, {"words": rows[None]})[0][0]
        return vector


class Encoder:
    """multilingual-e5-small on ONNX Runtime in int8.

    Each text runs alone, on one thread, so its vector does not depend on its neighbours; several
    texts run side by side, one on each processor.
    """

    def __init__(self, file: WeightFile, tokenizer: Tokenizer, model: Path) -> None:
        self.tokenizer = tokenizer
        self.precision = Precision(model.stem.rpartition("-")[2])
        self.dimension = file.sizes.hidden
        self.most_tokens = file.sizes.positions
        self._run = _Runner(file, model)
        self._pool = ThreadPoolExecutor(max(1, os.cpu_count() or 1))

    @classmethod
    def open(cls, cache: Path) -> Encoder:
        """Open the bundled weights; the first time, check and convert them into ``cache``.

        Raises:
            ModelError: the weights are missing or altered, or the cache cannot be written.
        """
        path = weights.locate()
        file = WeightFile.open(path)
        stem = f"{weights.MODEL_NAME}-{weights.FILE_SHA256[:8]}-{_FORM}"

        def pieces() -> bytes:
            weights.check_digest(path)
            return model_bytes(file.vocabulary())

        tokenizer = Tokenizer(cached(cache, f"{stem}.spm", pieces), file.character_map())
        return cls(file, tokenizer, _converted(file, tokenizer, cache, stem))

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """Return unit vectors, shape (len(texts), dimension). Texts over ``most_tokens`` are cut."""
        vectors = np.empty((len(texts), self.dimension), np.float32)
        tokens = self.tokenizer.encode_batch(texts)
        # The longest go first, so that no processor is left with one at the end.
        order = sorted(range(len(tokens)), key=lambda index: -len(tokens[index]))
        work = map if len(texts) == 1 else self._pool.map
        for index, vector in zip(
            order, work(self._run, [tokens[index] for index in order]), strict=True
        ):
            vectors[index] = vector
        return vectors


def _converted(file: WeightFile, tokenizer: Tokenizer, cache: Path, stem: str) -> Path:
    """Return the converted model for this processor, made when the cache has none."""
    for precision in (Precision.INT8, Precision.INT7):
        path = cache / f"{stem}-{precision}.onnx"
        if path.is_file():
            return path
    precision = _choose_precision(file, tokenizer)
    make = partial(encoder_bytes, file, precision)
    return cached(cache, f"{stem}-{precision}.onnx", make)


def _choose_precision(file: WeightFile, tokenizer: Tokenizer) -> Precision:
    """Return 8 bits where they agree with fp32 on this processor, else 7."""
    tokens = tokenizer.encode_batch(_PROBES)
    exact = _Runner(file, encoder_bytes(file, Precision.FP32))
    quantised = _Runner(file, encoder_bytes(file, Precision.INT8))
    least = min(float(exact(item) @ quantised(item)) for item in tokens)
    return Precision.INT8 if least >= _LEAST_COSINE else Precision.INT7
