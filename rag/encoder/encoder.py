"""The bundled encoder at work: text to token ids to unit vectors."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.cache import cached, damaged
from rag.encoder import weights
from rag.encoder.adapters import digest_of, load_adapters
from rag.encoder.graph import Precision, Smoothing, encoder_bytes, reader_bytes
from rag.encoder.smoothing import load_smoothing, smoothing_path
from rag.encoder.tokenizer import Tokenizer, model_bytes
from rag.encoder.weights import FloatArray, WeightFile

QUESTION, PASSAGE = "query: ", "passage: "
"""What e5 was trained to see before a question and before a text to find."""

_FORM = 3
"""Raised when the converted files or ``smoothing.npz`` change, so that old ones are made again."""

_PROBES = (
    "query: how many people live in the old town",
    "passage: 这座城市的图书馆于1932年建成,藏书约25万册,每天上午九点开放。",
    "passage: The committee met on 4 May and voted 31 to 7 to rebuild the bridge by 2030.",
)
_LEAST_COSINE = 0.985
"""Probes under this cosine to fp32 mean that 8-bit products overflow on this processor."""


@dataclass(frozen=True, slots=True)
class WindowScores:
    """What the reader says of one window: a start and an end score a token, and relevance.

    ``spans`` has shape (tokens, 2), special tokens included; the first token's scores stand for
    "the answer is not here".
    """

    spans: FloatArray
    relevance: float


class Session:
    """One ONNX Runtime session over memory-mapped word embeddings, on one thread a call."""

    def __init__(self, file: WeightFile, model: Path | bytes) -> None:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as errors

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        source = model if isinstance(model, bytes) else str(model)
        try:
            self._session: Any = onnxruntime.InferenceSession(
                source,
                options,
                providers=["CPUExecutionProvider"],
                disabled_optimizers=["SkipLayerNormFusion"],  # it would be slower: see graph.py
            )
        except (errors.InvalidProtobuf, errors.InvalidGraph, errors.Fail) as error:
            if isinstance(model, bytes):
                raise
            raise damaged(model) from error
        self.outputs = [output.name for output in self._session.get_outputs()]
        self._words: NDArray[np.uint8] = file.packed("emb.word", file.sizes.hidden)

    def __call__(self, ids: Sequence[int]) -> list[FloatArray]:
        """Return the model's outputs for one text, special tokens included in its ids."""
        rows = weights.unpack_rows(self._words, list(ids))
        outputs: list[FloatArray] = self._session.run(None, {"words": rows[None]})
        return outputs


class Encoder:
    """multilingual-e5-small on ONNX Runtime in int8, to embed with and to read with.

    Each text runs alone, on one thread, so its vector does not depend on its neighbours; several
    texts run side by side, one on each processor, or on so many ``threads``.
    """

    def __init__(
        self, file: WeightFile, tokenizer: Tokenizer, cache: Path, threads: int | None = None
    ) -> None:
        self.tokenizer = tokenizer
        self.dimension = file.sizes.hidden
        self.most_tokens = file.sizes.positions
        self._file = file
        self._cache = cache
        model = _converted(file, tokenizer, cache)
        self.precision = Precision(model.stem.rpartition("-")[2])
        self._embedder = Session(file, model)
        self._pool = ThreadPoolExecutor(threads or os.cpu_count() or 1)

    @classmethod
    def open(cls, cache: Path, threads: int | None = None) -> Encoder:
        """Open the bundled weights; the first time, check and convert them into ``cache``.

        Raises:
            ModelError: the weights are missing or altered, or the cache cannot be written.
        """
        path = weights.locate()
        file = WeightFile.open(path)

        def pieces() -> bytes:
            weights.check_digest(path)
            return model_bytes(file.vocabulary())

        model = cached(cache, f"{_STEM}.spm", pieces)
        return cls(file, Tokenizer(model, file.character_map()), cache, threads)

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """Return unit vectors, shape (len(texts), dimension); texts are cut at ``most_tokens``."""
        vectors = np.empty((len(texts), self.dimension), np.float32)
        tokens = self.tokenizer.encode_batch(texts)
        for place, outputs in self._run(self._embedder, [self._framed(ids) for ids in tokens]):
            vectors[place] = outputs[0][0]
        return vectors

    def read(self, windows: Iterable[Sequence[int]], adapters: Path) -> list[WindowScores]:
        """Return the scores of windows of token ids, special tokens included.

        Args:
            windows: ``<s> question </s></s> text </s>``, each at most ``most_tokens`` long. The
                first are read while the next are made.
            adapters: the trained adapters' file.
        """
        session = self._reader(adapters)
        reading = [self._pool.submit(session, window) for window in windows]
        outputs = (future.result() for future in reading)
        return [WindowScores(spans[0], float(score[0, 0, 0])) for spans, score in outputs]

    @functools.cache  # noqa: B019  an encoder lives as long as its process
    def _reader(self, adapters: Path) -> Session:
        name = f"{_STEM}-reader-{digest_of(adapters)}-{self.precision}.onnx"

        def make() -> bytes:
            return reader_bytes(self._file, self.precision, load_adapters(adapters), _smoothing())

        return Session(self._file, cached(self._cache, name, make))

    def _framed(self, ids: Sequence[int]) -> list[int]:
        sizes = self._file.sizes
        return [sizes.bos, *ids[: sizes.positions - 2], sizes.eos]

    def _run(
        self, session: Session, inputs: Sequence[Sequence[int]]
    ) -> Iterator[tuple[int, list[FloatArray]]]:
        """Yield the place and outputs of each input, in no certain order."""
        # The longest go first, so that no processor is left with one at the end.
        order = sorted(range(len(inputs)), key=lambda place: -len(inputs[place]))
        work = map if len(inputs) == 1 else self._pool.map
        yield from zip(order, work(session, [inputs[place] for place in order]), strict=True)


_STEM = f"{weights.MODEL_NAME}-{weights.FILE_SHA256[:8]}-{_FORM}"


def _smoothing() -> Smoothing:
    return load_smoothing(smoothing_path())


def _converted(file: WeightFile, tokenizer: Tokenizer, cache: Path) -> Path:
    """Return the converted model for this processor, made when the cache has none."""
    for precision in (Precision.INT8, Precision.INT7):
        path = cache / f"{_STEM}-{precision}.onnx"
        if path.is_file():
            return path
    precision = _choose_precision(file, tokenizer)
    make = partial(encoder_bytes, file, precision, _smoothing())
    return cached(cache, f"{_STEM}-{precision}.onnx", make)


def _choose_precision(file: WeightFile, tokenizer: Tokenizer) -> Precision:
    """Return 8 bits where they agree with fp32 on this processor, else 7."""
    exact = Session(file, encoder_bytes(file, Precision.FP32))
    quantised = Session(file, encoder_bytes(file, Precision.INT8, _smoothing()))
    ids = [[file.sizes.bos, *tokens, file.sizes.eos] for tokens in tokenizer.encode_batch(_PROBES)]
    least = min(float(exact(item)[0][0] @ quantised(item)[0][0]) for item in ids)
    return Precision.INT8 if least >= _LEAST_COSINE else Precision.INT7
