"""Figures told "respectively", with what each is of."""

import pytest

from rag.language.figures import find_counts
from rag.language.respective import told_respectively


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("甲站和乙站的水位分别为3米和5米。", {"3米": "甲站", "5米": "乙站"}),
        ("一月产米300吨、面20吨，同比分别增长5%和8%。", {"5%": "一月产米300吨", "8%": "面20吨"}),
        (
            "The mill ground 400 tonnes and baked 90 tonnes, up 5% and 8% respectively.",
            {"5%": "The mill ground 400 tonnes", "8%": "baked 90 tonnes"},
        ),
        ("Rents and wages rose 5% and 8%, respectively.", {"5%": "Rents", "8%": "wages rose"}),
        ("玉米、大豆、小麦单产分别为510公斤、150公斤和420公斤。",
         {"510公斤": "玉米", "150公斤": "大豆", "420公斤": "小麦单产"}),
        ("两项指标分别下降5%。", {}),
        ("三个镇分别为5人和8人。", {}),
        ("甲站和乙站水位为3米和5米。", {}),
    ],
)  # fmt: skip
def test_each_listed_figure_has_its_own_subject(sentence: str, told: dict[str, str]) -> None:
    figures = find_counts(sentence)
    found = told_respectively(sentence, figures)
    said = {one.text: sentence[slice(*found[one.start])] for one in figures if one.start in found}
    assert {figure: words.strip() for figure, words in said.items()} == told
