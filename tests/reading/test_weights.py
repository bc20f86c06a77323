"""The fitted weights belong to the features and the adapters that are here."""

import importlib.resources
import json

from rag.encoder.adapters import digest_of
from rag.reading.features import FEATURES
from rag.reading.reader import adapters_path, load_weights


def test_the_weights_were_fitted_to_these_features() -> None:
    weights = load_weights()
    assert weights.ranking.shape == (len(FEATURES),)
    assert weights.answered.shape == (len(FEATURES) + 1,)


def test_the_weights_were_fitted_over_these_adapters() -> None:
    file = importlib.resources.files("rag.reading").joinpath("weights.json")
    assert json.loads(file.read_text("utf-8"))["adapters"] == digest_of(adapters_path())
