import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.passages import PassageLengths, passage_context, split_document
from rag.records import Document, Language, Passage

if TYPE_CHECKING:
    from rag.embedding.bundled import BundledEmbedder


def count(texts: Sequence[str]) -> list[int]:
    """One token a Chinese character, a Latin word or a mark."""
    return [len(re.findall(r"[a-z0-9]+|\S", text.lower())) for text in texts]


def split(text: str, target: int = 10, title: str = "") -> list[Passage]:
    return split_document(Document("d", "x", text, title), count, PassageLengths.around(target))


def texts(text: str, target: int = 10) -> list[str]:
    return [passage.text for passage in split(text, target)]


def test_short_paragraphs_are_joined_up_to_the_target() -> None:
    assert texts("一二三。\n四五。\n六七八九。") == ["一二三。\n四五。", "六七八九。"]


def test_a_paragraph_that_is_long_enough_ends_a_passage() -> None:
    assert texts("一二三四五。\n六七。\n八九。") == ["一二三四五。", "六七。\n八九。"]


def test_a_long_paragraph_is_split_at_sentences() -> None:
    found = texts("一二三四五六。七八九十甲乙。丙丁戊。")
    assert found == ["一二三四五六。", "七八九十甲乙。", "丙丁戊。"]


def test_a_long_sentence_is_cut_at_commas() -> None:
    text = "一二三四五六七，八九十甲乙丙丁，戊己庚辛壬癸子，丑寅卯。"
    assert texts(text) == ["一二三四五六七，", "八九十甲乙丙丁，", "戊己庚辛壬癸子，丑寅卯。"]


def test_a_long_sentence_without_commas_is_cut_all_the_same() -> None:
    passages = split("甲" * 100)
    assert "".join(passage.text for passage in passages) == "甲" * 100
    assert max(len(passage.text) for passage in passages) <= 15


def test_a_sentence_that_is_denser_at_its_end_keeps_to_the_limit() -> None:
    text = "incomprehensibilities " * 4 + "甲乙丙丁" * 30
    assert max(count(texts(text))) <= 15


def test_offsets_count_code_points() -> None:
    text = "🎉𠮷。\n\n  甲乙丙丁戊己庚辛壬癸。"
    found = split(text)
    assert [(passage.start, passage.end) for passage in found] == [(0, 3), (7, 18)]
    assert [passage.text for passage in found] == ["🎉𠮷。", "甲乙丙丁戊己庚辛壬癸。"]


@pytest.mark.parametrize("text", ["", " \n\t\n"])
def test_a_text_without_words_has_no_passages(text: str) -> None:
    assert split(text) == []


def test_the_context_is_the_title_and_the_date() -> None:
    document = Document("d", "x", "Bees fly.", " Bees ", published=date(2022, 9, 17))
    assert passage_context(document) == "Bees 2022-09-17"
    assert passage_context(Document("d", "x", "Bees fly.")) == ""
    (passage,) = split_document(document, count)
    assert passage.context == "Bees 2022-09-17"
    assert passage.text == "Bees fly."


def test_text_and_title_have_languages_of_their_own() -> None:
    (passage,) = split("The bees fly.", title="蜜蜂飞了")
    assert passage.language is Language.ENGLISH
    assert passage.title_language is Language.CHINESE
    (passage,) = split("The bees fly.")
    assert passage.title_language is Language.OTHER


def test_lengths_go_half_as_much_over_the_target() -> None:
    assert PassageLengths.around(100) == PassageLengths(100, 150)


LETTERS = st.sampled_from("甲乙丙。！，；,. \n\tab12𠮷🎉\u3000\u2028\x85“”")
TEXTS = st.text(LETTERS | st.characters(), max_size=300)


@given(TEXTS, st.integers(2, 30))
def test_passages_slice_the_text_in_order_and_leave_only_space_out(text: str, target: int) -> None:
    last = 0
    limits = PassageLengths.around(target)
    passages = split(text, target)
    for passage in passages:
        assert last <= passage.start < passage.end <= len(text)
        assert text[passage.start : passage.end] == passage.text == passage.text.strip()
        assert not text[last : passage.start].strip()
        last = passage.end
    assert not text[last:].strip()
    assert all(length <= limits.most for length in count([item.text for item in passages]))


def test_with_the_bundled_tokenizer_passages_stay_within_the_limits(
    embedder: "BundledEmbedder",
) -> None:
    text = "云溪大桥全长三公里半，横跨两条河，" * 60 + "and then it was open to everyone, " * 60
    limits = PassageLengths.around(64)
    passages = split_document(Document("d", "x", text), embedder.count_tokens, limits)
    lengths = embedder.count_tokens([passage.text for passage in passages])
    assert max(lengths) <= limits.most
    assert sum(lengths) / len(lengths) > limits.target / 2
