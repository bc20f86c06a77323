"""Remarks on sources, in both languages."""

import pytest

from rag.remarks import Remark, in_chinese


@pytest.mark.parametrize("remark", Remark)
def test_every_remark_has_a_chinese_form_with_the_same_gaps(remark: Remark) -> None:
    gaps = [f"<{number}>" for number in range(remark.count("{}"))]
    chinese = in_chinese(remark.format(*gaps))
    assert min(map(chinese.count, gaps), default=1) == 1
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese)


def test_what_is_no_remark_stays() -> None:
    assert in_chinese("counted twice") == "counted twice"
