"""Figures are what a text counts, not what it dates by."""

import pytest

from rag.language.figures import find_figures


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
