"""Any embedding model that sentence-transformers loads, from a hub name or a local folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from rag.embedding.base import ModelIdentity, Vectors
from rag.errors import ModelError
from rag.records import Language


class HubEmbedder:
    """A sentence-transformers model, with the query and passage prompts it brings."""

    language_gap: Mapping[Language, float] = MappingProxyType({})
    """Not measured for models in general; the factor is 1."""

    def __init__(self, name: str, model: Any) -> None:  # noqa: ANN401
        self._model = model
        self._question_prompt = _prompt(model, name, "query")
        self._passage_prompt = _prompt(model, name, "passage", "document")
        dimension = int(model.get_embedding_dimension())
        self.identity = ModelIdentity(name, _digest(model), dimension, _precision(model))

    @classmethod
    def open(cls, name: str, threads: int | None = None) -> HubEmbedder:
        """Load the model; with ``threads``, torch computes on so many from now on.

        Raises:
            ModelError: sentence-transformers cannot find or load it.
        """
        import torch
        from sentence_transformers import SentenceTransformer

        if threads is not None:
            torch.set_num_threads(threads)
        try:
            return cls(name, SentenceTransformer(name, device="cpu"))
        except (OSError, ValueError) as error:
            reason = str(error).strip().split("\n")[0]
            raise ModelError(
                f"cannot load the embedding model {name!r}: {reason} "
                "Give a folder that holds it, or a hub name while online; without --model the "
                "bundled multilingual-e5-small is used"
            ) from error

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a question, shape (len(texts), dimension)."""
        return self._embed(texts, self._question_prompt)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a passage, shape (len(texts), dimension)."""
        return self._embed(texts, self._passage_prompt)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text is."""
        if not texts:
            return []
        ids = self._model.tokenizer(list(texts), add_special_tokens=False)["input_ids"]
        return [len(item) for item in ids]

    def _embed(self, texts: Sequence[str], prompt: str) -> Vectors:
        if not texts:
            return np.empty((0, self.identity.dimension), np.float32)
        vectors = self._model.encode(
            list(texts), prompt=prompt, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, np.float32)


def _prompt(model: Any, name: str, *kinds: str) -> str:  # noqa: ANN401
    """Return the model's own prompt; E5 models want theirs even when they do not bring it."""
    prompts: dict[str, str] = getattr(model, "prompts", None) or {}
    for kind in kinds:
        if prompts.get(kind):
            return prompts[kind]
    return f"{kinds[0]}: " if "e5" in name.lower().rpartition("/")[2].split("-") else ""


def _digest(model: Any) -> str:  # noqa: ANN401
    """Return a hash over every parameter, so that two models of one name are told apart."""
    digest = hashlib.sha256()
    for key, value in sorted(model.state_dict().items()):
        digest.update(key.encode())
        # NumPy has no bfloat16; every number of one is a float32 too.
        tensor = value.detach().cpu().contiguous()
        digest.update((tensor.float() if tensor.is_floating_point() else tensor).numpy().tobytes())
    return digest.hexdigest()[:16]


def _precision(model: Any) -> str:  # noqa: ANN401
    """Return how the parameters are held: float32, bfloat16 and so on."""
    return str(next(model.parameters()).dtype).removeprefix("torch.")
