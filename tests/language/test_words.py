import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.words import Segmenter, normalise, to_simplified


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("廣西壯族自治區", "广西壮族自治区"),
        ("後來", "后来"),
        ("ＡＢＣ１２３％", "abc123%"),
        ("中 国　银 行", "中国银行"),
        ("中国 bank 银行", "中国 bank 银行"),
        ("The Keeper's Lamp", "the keeper lamp"),
        ("the keeper’s lamp", "the keeper lamp"),
        ("Xi'an and Xi’an", "xian and xian"),
        ("the keepers' lamp", "the keepers' lamp"),
        ("", ""),
    ],
)
def test_text_is_normalised_as_it_is_matched(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_traditional_and_simplified_give_the_same_words(segmenter: Segmenter) -> None:
    assert segmenter.words("雲溪大橋的總投資") == segmenter.words("云溪大桥的总投资")
    assert "投资" in segmenter.words("總投資")


def test_full_width_letters_and_figures_give_the_same_words(segmenter: Segmenter) -> None:
    assert segmenter.words("Ｂｅｅｓ　８５") == ["bees", "85"]


def test_spaces_inside_chinese_words_do_not_matter(segmenter: Segmenter) -> None:
    assert segmenter.words("图 书 馆 开 放") == segmenter.words("图书馆开放")


def test_shorter_words_inside_long_ones_are_given_too(segmenter: Segmenter) -> None:
    assert segmenter.words("中国人民银行") == ["中国", "国人", "人民", "银行", "中国人民银行"]


def test_punctuation_is_no_word(segmenter: Segmenter) -> None:
    assert segmenter.words("…，。（）!?  ") == []


def test_a_decimal_stays_one_word(segmenter: Segmenter) -> None:
    assert "3.6" in segmenter.words("全长3.6公里")


def test_only_words_of_the_dictionary_are_known(segmenter: Segmenter) -> None:
    assert segmenter.frequency("银行") > 0
    assert segmenter.frequency("李春禾") == 0
    # A prefix of words that is no word itself.
    assert segmenter.frequency("中华人民共") == 0


@given(text=st.text(st.sampled_from("云溪大橋，。 3.5abc\n𠮷🎉") | st.characters(), max_size=40))
def test_cut_gives_a_partition_of_the_text(segmenter: Segmenter, text: str) -> None:
    assert "".join(segmenter.cut(text)) == text


@given(st.text())
def test_simplified_text_has_the_same_length(text: str) -> None:
    assert len(to_simplified(text)) == len(text)
