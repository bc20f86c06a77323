import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.sentences import split_clauses, split_sentences

CASES = [
    ("天晴了。我们出门！去哪里？", ["天晴了。", "我们出门！", "去哪里？"]),
    ("It rained. We left! Where to?", ["It rained.", "We left!", "Where to?"]),
    ("It cost 3.5 pounds. Cheap.", ["It cost 3.5 pounds.", "Cheap."]),
    ("增长3.5%。很多", ["增长3.5%。", "很多"]),
    ("价格为3.5元。涨了。", ["价格为3.5元。", "涨了。"]),
    ("Dr. Quill met Mr. Ash. They spoke.", ["Dr. Quill met Mr. Ash.", "They spoke."]),
    ("J. R. Ash won. He sang.", ["J. R. Ash won.", "He sang."]),
    ("Tools, e.g. hammers. Done.", ["Tools, e.g. hammers.", "Done."]),
    ("It opens at 9 a.m. on Monday.", ["It opens at 9 a.m. on Monday."]),
    ("It closed at 5 p.m. They left.", ["It closed at 5 p.m.", "They left."]),
    ("See No. 5 and fig. 3. Good.", ["See No. 5 and fig. 3.", "Good."]),
    ("The answer is no. He left.", ["The answer is no.", "He left."]),
    ("他说：“走吧。”然后走了。", ["他说：“走吧。”", "然后走了。"]),
    ("“Go!” she said. (He went.) Bye.", ["“Go!”", "she said.", "(He went.)", "Bye."]),
    ("真的吗？！是的……好。", ["真的吗？！", "是的……", "好。"]),
    ("Wait... what? Yes!", ["Wait...", "what?", "Yes!"]),
    ("等等…再说。", ["等等…再说。"]),
    ("1. Wash it\n2. Dry it", ["1. Wash it", "2. Dry it"]),
    ("第一行\n\n  第二行  ", ["第一行", "第二行"]),
    ("See yinju.example/a?b=1 now. Ok.", ["See yinju.example/a?b=1 now.", "Ok."]),
    ("It ended in 2020. Then came 2021.", ["It ended in 2020.", "Then came 2021."]),
    ("甲说；乙听；丙走。", ["甲说；乙听；丙走。"]),
    ("no end", ["no end"]),
    (" \n\t", []),
    ("", []),
]


def pieces(text: str, *, at_semicolons: bool = False) -> list[str]:
    spans = split_sentences(text, at_semicolons=at_semicolons)
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_semicolons_end_sentences_when_asked_for() -> None:
    assert pieces("甲说；乙听；丙走。", at_semicolons=True) == ["甲说；", "乙听；", "丙走。"]
    assert pieces("one; two; three.", at_semicolons=True) == ["one;", "two;", "three."]


LETTERS = st.sampled_from("甲乙。！？；…,.;!? \n\t“”\"')）(ab1A3𠮷🎉\u3000\u2028")
TEXTS = st.text(LETTERS | st.characters())


@given(TEXTS, st.booleans())
def test_spans_are_ordered_apart_and_cover_all_but_space(text: str, at_semicolons: bool) -> None:
    last = 0
    for start, end in split_sentences(text, at_semicolons=at_semicolons):
        assert last <= start < end <= len(text)
        assert not text[last:start].strip()
        assert text[start:end].strip() == text[start:end]
        last = end
    assert not text[last:].strip()


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("It rained, and we left.", ["It rained,", "and we left."]),
        ("We sold 1,200 boats, 3 of them old.", ["We sold 1,200 boats,", "3 of them old."]),
        ("修桥31座，修路4公里；花了9亿元。", ["修桥31座，", "修路4公里；", "花了9亿元。"]),
        ("花、鸟、鱼都有", ["花、鸟、鱼都有"]),
        ("修桥31座,其中大桥4座", ["修桥31座,", "其中大桥4座"]),
        ("", []),
    ],
)
def test_a_sentence_is_parted_at_its_commas(text: str, clauses: list[str]) -> None:
    assert [text[a:b] for a, b in split_clauses(text, 0, len(text))] == clauses
    padded = f"x,{text},y"
    assert [padded[a:b] for a, b in split_clauses(padded, 2, 2 + len(text))] == clauses
