from pathlib import Path

import numpy as np
import pytest

from rag.embedding import BUNDLED, ModelIdentity, open_embedder
from rag.embedding.bundled import BundledEmbedder
from rag.embedding.langchain import LangChainEmbeddings
from rag.encoder.weights import FILE_SHA256


def test_the_bundled_model_opens_by_its_name(cache: Path) -> None:
    assert isinstance(open_embedder(BUNDLED, cache), BundledEmbedder)


def test_its_identity_names_the_weights_and_the_precision(embedder: BundledEmbedder) -> None:
    assert embedder.identity == ModelIdentity(
        "multilingual-e5-small", FILE_SHA256[:16], 384, embedder.encoder.precision.value
    )
    assert embedder.identity.precision in ("int8", "int7")


def test_questions_and_passages_get_the_prefixes_of_training(embedder: BundledEmbedder) -> None:
    encode = embedder.encoder.embed
    assert np.array_equal(embedder.embed_questions(["tea"]), encode(["query: tea"]))
    assert np.array_equal(embedder.embed_passages(["tea"]), encode(["passage: tea"]))


def test_no_texts_give_no_vectors(embedder: BundledEmbedder) -> None:
    assert embedder.embed_questions([]).shape == (0, 384)
    assert embedder.embed_passages([]).shape == (0, 384)


def test_tokens_are_counted_without_special_ones(embedder: BundledEmbedder) -> None:
    assert embedder.count_tokens(["Hello world", "", "你好，世界"]) == [2, 0, 4]


def test_a_question_is_nearest_to_what_answers_it_in_either_language(
    embedder: BundledEmbedder,
) -> None:
    passages = embedder.embed_passages(
        ["茶园今年采茶4.5万斤。", "大桥全长3.6公里。", "The orchard keeps 85 hives of bees."]
    )
    questions = embedder.embed_questions(
        ["大桥有多长？", "How long is the bridge?", "how many hives are there", "how much tea"]
    )
    assert np.argmax(questions @ passages.T, axis=1).tolist() == [1, 1, 2, 0]


def test_langchain_gets_the_same_vectors(embedder: BundledEmbedder) -> None:
    adapter = LangChainEmbeddings(embedder)
    texts = ["茶园", "bridge"]
    documents = adapter.embed_documents(texts)
    assert np.array_equal(np.array(documents, np.float32), embedder.embed_passages(texts))
    question = adapter.embed_query("tea")
    assert question == pytest.approx(embedder.embed_questions(["tea"])[0].tolist())
    assert isinstance(question[0], float)
    assert adapter.embed_documents([]) == []
