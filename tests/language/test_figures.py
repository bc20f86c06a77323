"""Figures are what a text counts, not what it dates by."""

from decimal import Decimal

import pytest

from rag.language.figures import figures_within, find_figures
from rag.language.rendering import as_figure


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("In the first eight months, 189,000 numbers were checked.", ["189,000 numbers"]),
        ("2023年前11个月抓了3人", ["3人"]),
        ("11月27日开馆，用了8个月", ["8个月"]),
        ("It took two months.", ["two months"]),
    ],
)
def test_periods_are_no_figures(text: str, figures: list[str]) -> None:
    assert [figure.text for figure in find_figures(text)] == figures


@pytest.mark.parametrize(
    ("row", "cell", "value", "unit"),
    [
        ("城市：东港；产量(万吨)：39；占比（%）：4.5", "39", 390_000, "吨"),
        ("城市：东港；产量(万吨)：39；占比（%）：4.5", "4.5", "4.5", "%"),
        ("2031年产量（单位：万吨） 城市：东港；产量：39", "39", 390_000, "吨"),
        ("Output (unit: million tonnes) Town: Ost; Output: 1.5", "1.5", 1_500_000, "tonnes"),
        ("2031年产量（单位：万吨） 城市：东港；人数：39名", "39名", 39, "名"),
        ("城市：东港(北)；人数：39", "39", 39, ""),
        ("东港（万吨）有39", "39", 39, ""),
        ("GDP（2023年）：39；人口（1）：4", "39", 39, ""),
        ("（单位：万吨） 序号：3；人数：39；产量：4", "3", 3, ""),
        ("（单位：万吨） 序号：3；人数：39；产量：4", "39", 39, ""),
        ("（单位：万吨） 序号：3；人数：39；产量：4", "4", 40_000, "吨"),
        ("人数（含志愿者）：39；人口：4", "39", 39, ""),
        ("Sales (net): 39; Staff: 4", "39", 39, ""),
        ("Lake: Ost; Volume (million cubic metres): 39.5; Depth (m): 4", "4", 4, "m"),
        ("Farm: Ost; Yield (t/ha): 3.9; Staff: 4", "3.9", "3.9", "t/ha"),
        ("县：东岭；单产（公斤/亩）：390；人口：4", "390", 390, "公斤"),
        ("（单位：万吨、人） 县：东岭；产量：4", "4", 4, ""),
        ("（单位：万吨） 县：东岭；2021年：39；2022年：4", "39", 390_000, "吨"),
        ("（单位：万吨） 县：东岭；年产量：39；播种：4", "39", 390_000, "吨"),
        ("Output (unit: kt) Mill: Ost; Frankfurt: 39; Bonn: 4", "39", 39, "kt"),
    ],
)
def test_a_bare_figure_in_a_table_has_the_unit_of_its_column_or_caption(
    row: str, cell: str, value: int | str, unit: str
) -> None:
    at = row.index(cell)
    [figure] = figures_within(row, at, at + len(cell))
    assert (figure.text, figure.value, figure.unit) == (cell, Decimal(value), unit)
    assert (figure.start, figure.end) == (0, len(cell))


@pytest.mark.parametrize(
    ("row", "cell", "shown", "value", "translated"),
    [
        ("县：东岭；游客（万人次）：39", "39", "39万人次", 390_000, "390,000 visits"),
        (
            "（单位：亿元） 县：东岭；收入：39.5",
            "39.5",
            "39.5亿元",
            3_950_000_000,
            "3.95 billion yuan",
        ),
        (
            "Lake: Ost; Volume (million cubic metres): 39",
            "39",
            "39 million cubic metres",
            39_000_000,
            "",
        ),
        ("Lake: Ost; Depth (m): 4", "4", "4 m", 4, "4米"),
        ("Lake: Ost; Fill (%): 4", "4", "4%", 4, ""),
        ("Lake: Ost; Depth: 4 m", "4", "4", 4, ""),
    ],
)
def test_a_figure_of_a_table_is_shown_with_the_unit_of_its_column(
    row: str, cell: str, shown: str, value: int, translated: str
) -> None:
    at = row.rindex(cell)
    [found] = figures_within(row, at, at + len(cell))
    figure = as_figure(found)
    assert (figure.text, figure.shown, figure.value) == (cell, shown, value)
    if translated:
        assert figure.translated == translated
