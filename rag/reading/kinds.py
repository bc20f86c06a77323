"""What kind of words a question asks for, told from its embedding by a linear layer."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.reading.spans import SpanKind

FloatArray = NDArray[np.float32]
WEIGHTS_FILE = "weights.json"


@dataclass(frozen=True, slots=True)
class Weights:
    """What was fitted (see ``rag.reading.fitting``).

    ``kinds`` is (4, dimension + 1), a row a kind of words with its bias last; ``sentence`` has a
    weight a sentence feature; ``span`` a weight a span feature; ``answered`` the logistic weights
    over the best sentence's features, bias last.
    """

    kinds: FloatArray
    sentence: FloatArray
    span: FloatArray
    answered: FloatArray


@cache
def load_weights() -> Weights:
    """Return the fitted weights that come with the package."""
    file = importlib.resources.files("rag.reading").joinpath(WEIGHTS_FILE)
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    names = ("kinds", "sentence", "span", "answered")
    return Weights(*(np.array(content[name], np.float32) for name in names))


def question_kinds(vector: FloatArray, weights: FloatArray) -> Mapping[SpanKind, float]:
    """Return how likely a question asks for each kind of words; the values sum to 1."""
    logits = weights[:, :-1] @ vector + weights[:, -1]
    odds = np.exp(logits - logits.max())
    return dict(zip(SpanKind, (odds / odds.sum()).tolist(), strict=True))
