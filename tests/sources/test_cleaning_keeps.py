"""Texts that are no pages come through whole."""

import pytest
from conftest import Load

FACTS = "东港区去年接待游客320万人次\n旅游收入18.6亿元\n新增民宿45家"
NOTE = "明天下午三点把投影仪还给行政部。"
POEM = "秋风过了山冈\n带走三两声雁鸣\n\n我把窗推开\n月色落在旧书上\n一页，又一页"
CHAT = "\n".join(
    f"{name} 2024-05-0{n} 10:0{n}\n{text}"
    for n, (name, text) in enumerate(
        [
            ("小林", "周五的评审改到几点？"),
            (
                "阿珍",
                "改到下午四点，会议室换成三楼东侧那间，记得带上打印好的方案和预算表，领导也会来听。",
            ),
            ("小林", "好的"),
            (
                "老吴",
                "预算表我更新过了，总额从48万调到52万，多出来的是差旅，说明写在第二页的备注里...",
            ),
            ("阿珍", "收到，谢谢"),
            ("小林", "那我四点前到..."),
        ],
        start=1,
    )
)
GLOSSARY = "\n".join(
    f"{term}：{meaning}"
    for term, meaning in [
        ("引水", "在港口引领船舶进出的人，也指这项工作，需要持证上岗，熟悉水道、潮汐与航标。"),
        ("吃水", "船体浸在水里的深度"),
        ("锚地", "供船舶停泊的水域"),
        ("来源", "货物的产地"),
        ("分享", "把舱位分给别的公司使用"),
    ]
)
MINUTES = "\n".join(
    [
        "项目周会纪要",
        "2024年5月8日",
        "参会：王一、李二、赵三",
        "1. 服务器迁移推迟一周，原因是机房空调检修，新的时间定在5月20日凌晨一点到四点之间。",
        "2. 预算",
        "- 硬件 12万元",
        "- 人力 30万元",
        "3. 下一步",
        "- 王一：联系机房",
        "- 李二：通知客户",
    ]
)
ESSAY = "\n\n".join(
    [
        "论早起",
        "早起的好处人人会说，做到的却少。我从四月起每天五点半起床，到今天一百二十天，瘦了六公斤，书读了十四本。",
        "未经许可的熬夜最伤身，这是祖父的原话。他版权意识淡薄，我照录于此，不代表本站立场云云的话就不必写了。",
        "朋友问我要不要分享经验，我说没有经验，只有闹钟……",
        "2024年8月3日于北窗下",
    ]
)
TIMELINE = (
    "公司大事记记录了从创办到上市的全部经过，供新员工了解公司的历史，也供档案室查阅，编者是行政部。\n"
    + "\n".join(
        f"{year}-0{year % 9 + 1}-15\n第{year - 2009}家分店开业，员工增至{(year - 2009) * 40}人"
        for year in range(2010, 2020)
    )
)
CODE_NOTES = "pip install foo\nfoo --help\n\n2024\n17\n\nsee: README\nshare\nlike"

TEXTS = {
    "facts": FACTS,
    "note": NOTE,
    "poem": POEM,
    "chat": CHAT,
    "glossary": GLOSSARY,
    "minutes": MINUTES,
    "essay": ESSAY,
    "timeline": TIMELINE,
    "code": CODE_NOTES,
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("suffix", ["txt", "md", "html"])
def test_every_line_of_an_ordinary_text_stays(load: Load, name: str, suffix: str) -> None:
    lines = [line for line in TEXTS[name].split("\n") if line]
    if suffix == "txt":
        source = load("notes.txt", TEXTS[name])
    elif suffix == "md":
        source = load("notes.md", "\n\n".join(lines).replace("- ", "• "))
        lines = [line.replace("- ", "• ") for line in lines]
    else:
        body = "\n".join(f"<p>{line}</p>" for line in lines)
        source = load("notes.html", f"<html><body>{body}</body></html>")
    (document,) = source.documents
    assert document.text.split("\n") == lines
    assert source.dropped == ()


def test_a_text_with_a_head_keeps_it_and_tells_publisher_and_date(load: Load) -> None:
    text = (
        "绿道建成通车\n来源：江城日报 2024-05-06\n"
        + "绿道全长28公里，沿线有驿站九座，骑行者称赞路面平整，沿江风光一览无余。"
    )
    (document,) = load("note.txt", text).documents
    assert document.text == text
    assert (document.title, document.publisher) == ("绿道建成通车", "江城日报")


def test_speakers_with_colons_are_not_stuffing(load: Load) -> None:
    turns = []
    for n in range(12):
        turns.append(
            f"王主持人:第{n}个问题，请谈谈今年的打算，大家都很关心，也想听听具体的数字和办法。"
        )
        turns.append(
            f"陈局长:我们打算再建{n + 2}座泵站，工期不超过{n + 8}个月，资金已经落实到位了。"
        )
    (document,) = load("interview.txt", "\n".join(turns)).documents
    assert document.text.split("\n") == turns
    assert not document.warnings


def test_fields_of_a_form_are_not_stuffing(load: Load) -> None:
    rows = [
        f"主要责任单位:第{n}科 次要责任单位:第{n + 1}科 完成时限:{n + 3}月底前" for n in range(12)
    ]
    (document,) = load("form.txt", "\n".join(rows)).documents
    assert document.text.split("\n") == rows
    assert not document.warnings


def test_lines_broken_at_a_fixed_width_become_paragraphs(load: Load) -> None:
    text = (
        "The lighthouse at the northern cape was built in 1871 and is still in\n"
        "use today. Its lamp can be seen from a distance of twenty-two miles in\n"
        "clear weather, which made it the brightest on this part of the coast\n"
        "for more than sixty years.\n"
        "\n"
        "Visitors may climb the 214 steps to the gallery between April and the\n"
        "end of October. Tickets cost four dollars; children under twelve climb\n"
        "for free, and the keeper's house has a small museum.\n"
    )
    (document,) = load("cape.txt", text).documents
    first, second = document.text.split("\n")
    assert first.endswith("is still in use today. " + first.split("today. ")[1])
    assert second.startswith(
        "Visitors may climb the 214 steps to the gallery between April and the end"
    )
    assert [origin.value for origin in document.origin] == ["1", "6"]
