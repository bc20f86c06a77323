"""Words for the two ends of a scale, in both languages."""

import pytest

from rag.language.opposites import are_opposed, ends_named


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sales rose.", "Sales fell by a tenth."),
        ("Sales are rising.", "销售额同比下降一成。"),
        ("病例比去年少了。", "病例同比增加两成。"),
        ("The gate was reopened in May.", "大门五月起关闭。"),
        ("Lorries may use the tunnel.", "货车不得驶入隧道。"),
        ("It is the highest dam of the province.", "该坝为全省最低。"),
        ("They gave up using the old line.", "They switched to the old line."),
        ("该村停止使用旧井。", "该村改用旧井。"),
        ("The hall is already built.", "大厅尚未建成。"),
        ("It happened the same day.", "次日发生。"),
        ("事故确实造成人员死亡。", "12人送医，无人死亡。"),
        ("Two workers were hurt.", "A blade broke. Nobody was hurt."),
        ("No one was killed.", "事故中三人遇难。"),
    ],
)
def test_different_ends_are_opposed(one: str, other: str) -> None:
    assert are_opposed(ends_named(one), ends_named(other))
    assert are_opposed(ends_named(other), ends_named(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sales rose.", "销售额增长一成。"),
        ("Sales rose.", "Sales rose while costs fell."),
        ("Sales rose.", "Sales did not fall."),
        ("Sales have not fallen.", "销售额上升。"),
        ("The quay opens again in March.", "The quay is closed until March."),
        ("码头三月重启。", "码头关闭，直到三月。"),
        ("The drop-in centre is green.", "It grew."),
        ("No one was injured.", "事故未造成人员伤亡。"),
        ("", ""),
    ],
)
def test_what_agrees_or_is_not_said_is_not_opposed(one: str, other: str) -> None:
    assert not are_opposed(ends_named(one), ends_named(other))
