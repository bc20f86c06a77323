from pathlib import Path

import numpy as np
import pytest

from rag.embedding import open_embedder
from rag.embedding.hub import HubEmbedder
from rag.errors import IndexModelError, ModelError
from rag.store import IndexReader, IndexWriter, ModelRecord

from .conftest import make_model

TEXTS = ["tea bees", "honey", "bridge tea"]


@pytest.fixture(scope="module")
def hub(tiny_model: Path) -> HubEmbedder:
    return HubEmbedder.open(str(tiny_model))


def record(embedder: HubEmbedder) -> ModelRecord:
    identity = embedder.identity
    return ModelRecord(identity.name, identity.digest, identity.dimension, identity.precision)


def test_any_model_folder_opens_by_its_name(tiny_model: Path, tmp_path: Path) -> None:
    embedder = open_embedder(str(tiny_model), tmp_path)
    assert isinstance(embedder, HubEmbedder)
    assert embedder.identity.name == str(tiny_model)
    assert embedder.identity.dimension == 8
    assert embedder.identity.precision == "float32"


def test_the_models_own_prompts_go_before_questions_and_passages(hub: HubEmbedder) -> None:
    questions, passages = hub.embed_questions(TEXTS), hub.embed_passages(TEXTS)
    plain = hub._model.encode([f"query : {t}" for t in TEXTS], normalize_embeddings=True)
    assert questions == pytest.approx(plain, abs=1e-5)
    plain = hub._model.encode([f"passage : {t}" for t in TEXTS], normalize_embeddings=True)
    assert passages == pytest.approx(plain, abs=1e-5)
    assert np.abs(questions - passages).max() > 0.01


def test_vectors_have_length_one_and_are_float32(hub: HubEmbedder) -> None:
    vectors = hub.embed_passages(TEXTS)
    assert vectors.shape == (3, 8)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)


def test_no_texts_give_no_vectors_and_no_counts(hub: HubEmbedder) -> None:
    assert hub.embed_passages([]).shape == (0, 8)
    assert hub.embed_questions([]).shape == (0, 8)
    assert hub.count_tokens([]) == []


def test_tokens_are_counted_without_special_ones(hub: HubEmbedder) -> None:
    assert hub.count_tokens(["tea", "tea bees : honey", ""]) == [1, 4, 0]


def test_counting_a_long_text_is_no_reason_to_warn(hub: HubEmbedder) -> None:
    assert hub.count_tokens(["tea " * 100]) == [100]


def test_the_digest_tells_models_apart(tiny_model: Path, tmp_path: Path) -> None:
    other = make_model(tmp_path / "tiny-model", seed=1)
    paths = (tiny_model, tiny_model, other)
    digests = [HubEmbedder.open(str(path)).identity.digest for path in paths]
    assert digests[0] == digests[1] != digests[2]


def test_a_model_in_bfloat16_opens_and_embeds(tmp_path: Path) -> None:
    embedder = HubEmbedder.open(str(make_model(tmp_path / "half", seed=0, dtype="bfloat16")))
    assert embedder.embed_passages(TEXTS).dtype == np.float32
    assert len(embedder.identity.digest) == 16


def test_an_e5_model_without_prompts_gets_those_it_was_trained_with() -> None:
    from rag.embedding.hub import _prompt

    class Bare:
        prompts: dict[str, str] = {}  # noqa: RUF012

    assert _prompt(Bare, "someone/multilingual-e5-large", "query") == "query: "
    assert _prompt(Bare, "someone/multilingual-e5-large", "passage", "document") == "passage: "
    assert _prompt(Bare, "someone/tea5-model", "query") == ""


def test_a_document_prompt_serves_for_passages() -> None:
    from rag.embedding.hub import _prompt

    class Model:
        prompts = {"document": "doc: ", "query": "q: "}  # noqa: RUF012

    assert _prompt(Model, "m", "passage", "document") == "doc: "
    assert _prompt(Model, "m", "query") == "q: "


@pytest.mark.parametrize("name", ["no-one/no-such-model", "./no/such/folder"])
def test_an_unknown_name_fails_offline_saying_what_to_do(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError) as caught:
        open_embedder(name, tmp_path)
    assert f"cannot load the embedding model {name!r}" in str(caught.value)
    assert "without --model the bundled" in str(caught.value)
    assert caught.value.__cause__ is not None


def test_an_index_of_another_model_names_both(hub: HubEmbedder, tmp_path: Path) -> None:
    bundled = ModelRecord("multilingual-e5-small", "0123456789abcdef", 384, "int8")
    with IndexWriter(tmp_path / "index", bundled) as writer:
        writer.commit()
    with pytest.raises(IndexModelError) as caught:
        IndexReader.open(tmp_path / "index", record(hub))
    message, digest = str(caught.value), hub.identity.digest[:8]
    assert "was built with multilingual-e5-small (int8, 01234567)" in message
    assert f"the model in use is {hub.identity.name} (float32, {digest})" in message
    assert "--model multilingual-e5-small" in message
