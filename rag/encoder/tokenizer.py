"""The encoder's tokenizer: SentencePiece over the weight file's own pieces and character map.

SentencePiece runs the unigram model; the character map of the weight file is applied before it,
so that the ids are exactly those the encoder was trained on.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.cache import damaged
from rag.encoder.weights import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

_SPACES = re.compile(" {2,}")
_CONTROL, _UNKNOWN, _NORMAL = 3, 2, 1


def model_bytes(vocabulary: Vocabulary) -> bytes:
    """Return a SentencePiece model of the vocabulary, with the identity as its normaliser."""
    pb: Any = importlib.import_module("sentencepiece.sentencepiece_model_pb2")
    special = {vocabulary.bos, vocabulary.eos, vocabulary.pad}
    model = pb.ModelProto()
    for id_, (piece, score) in enumerate(
        zip(vocabulary.pieces, vocabulary.scores.tolist(), strict=True)
    ):
        kind = _CONTROL if id_ in special else _UNKNOWN if id_ == vocabulary.unknown else _NORMAL
        model.pieces.add(piece=piece, score=score, type=kind)
    model.trainer_spec.model_type = pb.TrainerSpec.UNIGRAM
    model.trainer_spec.vocab_size = len(vocabulary.pieces)
    model.trainer_spec.bos_id = vocabulary.bos
    model.trainer_spec.eos_id = vocabulary.eos
    model.trainer_spec.pad_id = vocabulary.pad
    model.trainer_spec.unk_id = vocabulary.unknown
    model.normalizer_spec.name = "identity"
    result: bytes = model.SerializeToString()
    return result


class Tokenizer:
    """Turns text into token ids, the special ones not included."""

    def __init__(self, model: Path, mapping: dict[int, str]) -> None:
        import sentencepiece

        try:
            self._processor: Any = sentencepiece.SentencePieceProcessor(
                model_proto=model.read_bytes(), num_threads=1
            )
        except RuntimeError as error:
            raise damaged(model) from error
        self._mapping = mapping

    def encode(self, text: str) -> list[int]:
        """Return the token ids of a text."""
        ids: list[int] = self._processor.encode(self._normalise(text))
        return ids

    def pieces(self, text: str) -> list[tuple[int, int, int]]:
        """Return (id, start, end) of each token, with offsets in the characters of ``text``."""
        normalised, places = self._normalise_with_places(text)
        # SentencePiece counts the bytes of UTF-8.
        chars = [n for n, char in enumerate(normalised) for _ in char.encode()]
        found = []
        for piece in self._processor.encode(normalised, return_type="proto").pieces:
            if piece.end > piece.begin:
                start, end = chars[piece.begin], chars[piece.end - 1]
                found.append((piece.id, places[start], places[end] + 1))
            else:
                at = found[-1][2] if found else 0
                found.append((piece.id, at, at))
        return found

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each text."""
        ids: list[list[int]] = self._processor.encode([self._normalise(text) for text in texts])
        return ids

    def _normalise_with_places(self, text: str) -> tuple[str, list[int]]:
        """Return the normalised text and, for each of its characters, where it comes from."""
        chars: list[str] = []
        places: list[int] = []
        for place, char in enumerate(text):
            for new in self._mapping.get(ord(char), char):
                if not (new == " " and chars and chars[-1] == " "):
                    chars.append(new)
                    places.append(place)
        return "".join(chars), places

    def _normalise(self, text: str) -> str:
        return _SPACES.sub(" ", text.translate(self._mapping))
