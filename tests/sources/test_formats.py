"""Every format, made in the test and read back: text, metadata and places."""

import io
from datetime import date, datetime

import docx
import openpyxl
import pytest
from conftest import Load
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

from rag.records import PlaceUnit
from rag.sources import Source


def places(source: Source, n: int = 0) -> list[str]:
    return [str(origin) for origin in source.documents[n].origin]


# Plain text and identity


def test_a_text_file_becomes_one_document_with_lines_as_places(load: Load) -> None:
    source = load("a.txt", "\u3000\u3000第一行。\r\n\r\n\r\n第二行。  \r\n")
    (document,) = source.documents
    assert document.text == "第一行。\n第二行。"
    assert places(source) == ["line 1", "line 4"]
    assert document.key == document.path == source.path
    assert source.path.startswith("/")
    assert document.place(document.text.index("第二")) == "line 4"


def test_the_digest_follows_title_text_and_metadata_not_the_path(load: Load) -> None:
    record = '{"id": "1", "text": "same", "title": "t", "url": "u", "published": "2024-01-02"}'
    one = load("a.jsonl", record).documents[0]
    two = load("b.jsonl", record.replace('"1"', '"2"')).documents[0]
    other = load("c.jsonl", record.replace("01-02", "01-03")).documents[0]
    assert one.digest == two.digest != other.digest
    assert len(one.digest) == 64


# Markdown


def test_markdown_loses_its_markup_and_keeps_words_and_lines(load: Load) -> None:
    text = (
        "# 港口 *年报*\n\n"
        "吞吐量为 **1240万吨**，见[附表](http://x.y)，代码 `a_b`。\n第二行在同一段。\n\n"
        "- 泊位 12 个\n- 桥吊 30 台\n\n"
        "3. 第三步\n4. 第四步\n\n"
        "> 引文一句。\n\n"
        "```\nx = 1\n```\n\n"
        "| 年份 | 吞吐量 |\n| --- | --- |\n| 2022 | 1100 |\n| 2023 | 1240 |\n"
    )
    source = load("a.md", text)
    (document,) = source.documents
    assert document.title == "港口 年报"
    assert document.text.split("\n") == [
        "港口 年报",
        "吞吐量为 1240万吨，见附表，代码 a_b。",
        "第二行在同一段。",
        "泊位 12 个",
        "桥吊 30 台",
        "3. 第三步",
        "4. 第四步",
        "引文一句。",
        "x = 1",
        "年份：2022；吞吐量：1100",
        "年份：2023；吞吐量：1240",
    ]
    numbers = [int(place.split()[1]) for place in places(source)]
    assert numbers == [1, 3, 4, 6, 7, 9, 10, 12, 15, 20, 21]


def test_front_matter_becomes_metadata(load: Load) -> None:
    text = (
        '---\ntitle: "A: quoted title"\npublisher: Harbour Gazette\npublished: 2024-05-02\n'
        "url: https://example.org/a?b=1\n---\n\n# Another heading\n\nThe text.\n"
    )
    source = load("a.md", text)
    (document,) = source.documents
    assert document.title == "A: quoted title"
    assert document.publisher == "Harbour Gazette"
    assert document.published == date(2024, 5, 2)
    assert document.url == "https://example.org/a?b=1"
    assert document.text == "Another heading\nThe text."
    assert places(source) == ["line 8", "line 10"]


def test_a_rule_at_the_top_is_no_front_matter(load: Load) -> None:
    (document,) = load(
        "a.md", "---\n\nJust a sentence under a rule.\n\n---\n\nAnother.\n"
    ).documents
    assert document.text == "Just a sentence under a rule.\nAnother."


# HTML

PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><title>Bridges - Site</title>
<meta property="og:site_name" content="River News">
<meta property="article:published_time" content="2023-04-05T08:00:00Z"></head>
<body><nav><a href="/">Home</a> <a href="/n">News</a></nav>
<article><h1>Two bridges reopen</h1>
<p>Both bridges over the Alba reopened on Tuesday after
eleven months of repairs that cost <b>14.2 million</b> euros, the county said.</p>
<p>Lorries of up to 40 tonnes may cross again, and cyclists have got a lane of their own
on each side of the northern bridge, which is 310 metres long.</p>
<table><caption>Repairs (unit: million euros)</caption>
<tr><th>Bridge</th><th>Cost</th></tr>
<tr><td>North</td><td>9.1</td></tr>
<tr><td>South</td><td>5.1</td></tr></table>
<p>The county expects 21,000 vehicles a day from June on, as many as before the works began.</p>
</article>
<aside><a href="/x">Ten best pizzas in town</a></aside>
<footer>Contact us. All rights reserved.</footer></body></html>"""


def test_a_web_page_gives_its_article_metadata_and_tables(load: Load) -> None:
    source = load("a.html", PAGE)
    (document,) = source.documents
    assert document.title == "Two bridges reopen"
    assert document.publisher == "River News"
    assert document.published == date(2023, 4, 5)
    lines = document.text.split("\n")
    assert (
        "Both bridges over the Alba reopened on Tuesday after eleven months of repairs" in lines[0]
    )
    assert "Repairs (unit: million euros) Bridge: North; Cost: 9.1" in lines
    assert "Repairs (unit: million euros) Bridge: South; Cost: 5.1" in lines
    assert "pizzas" not in document.text
    assert "Contact" not in document.text
    place = document.place(document.text.index("Lorries"))
    assert place == "line 9"
    assert {item.reason for item in source.dropped} >= {"menu or margin of the page"}


def test_a_page_in_gbk_is_read_by_what_it_declares(load: Load) -> None:
    page = '<html><head><meta charset="gb2312"></head><body><p>码头的灯亮了。</p></body></html>'
    (document,) = load("a.htm", page.encode("gbk")).documents
    assert document.text == "码头的灯亮了。"


def test_a_layout_table_is_read_as_paragraphs(load: Load) -> None:
    long = "这一格里放的是整篇文章，" * 40
    page = (
        f"<table><tr><td>栏目</td><td><p>{long}</p></td></tr><tr><td>a</td><td>b</td></tr></table>"
    )
    (document,) = load("a.html", page).documents
    assert document.text.split("\n") == ["栏目", long, "a", "b"]


def test_row_spans_are_carried_down(load: Load) -> None:
    page = (
        "<table><tr><th>省</th><th>市</th><th>人口</th></tr>"
        "<tr><td rowspan=2>甲省</td><td>一市</td><td>30</td></tr><tr><td>二市</td><td>40</td></tr></table>"  # noqa: E501
    )
    (document,) = load("a.html", page).documents
    assert document.text.split("\n")[1] == "省：甲省；市：二市；人口：40"


# PDF


def make_pdf(*pages: list[str], font: str = "Helvetica", **options: object) -> bytes:
    data = io.BytesIO()
    style = ParagraphStyle("p", fontName=font, fontSize=11, leading=16, spaceAfter=8)
    if font == "STSong-Light":
        registerFont(UnicodeCIDFont(font))
        style.wordWrap = "CJK"
    story: list[object] = []
    for page in pages:
        story += [Paragraph(text, style) for text in page] + [PageBreak()]
    SimpleDocTemplate(data, pagesize=A4, **options).build(story)
    return data.getvalue()


def test_a_chinese_pdf_joins_broken_lines_without_spaces(load: Load) -> None:
    first = "全市去年共整修农村公路六百一十二公里，加固危桥三十九座，惠及沿线村庄二百零八个，总投资四亿二千万元，其中财政承担三成，其余由企业自筹，工程于十一月底全部完工。"  # noqa: E501
    second = "下一步将引入无人机巡检，并公开每条道路的责任人和电话。"
    source = load("a.pdf", make_pdf([first], [second], font="STSong-Light", title="公路年报"))
    (document,) = source.documents
    assert document.text.split("\n") == [first, second]
    assert document.title == "公路年报"
    assert places(source) == ["page 1", "page 2"]
    assert document.origin[0].unit is PlaceUnit.PAGE


def test_an_english_pdf_joins_broken_lines_with_spaces(load: Load) -> None:
    first = (
        "The lighthouse at the northern cape was built in 1871 and is still in use today, and its "
        "lamp can be seen from a distance of twenty-two miles in clear weather, which made it the "
        "brightest on this part of the coast for more than sixty years."
    )
    (document,) = load("a.pdf", make_pdf([first, "Tickets cost four dollars."])).documents
    assert document.text.split("\n") == [first, "Tickets cost four dollars."]


def test_page_numbers_and_running_heads_are_dropped(load: Load) -> None:
    pages = [
        ["Harbour office report", f"Section {n} says something new.", f"- {n} -"] for n in (1, 2, 3)
    ]
    source = load("a.pdf", make_pdf(*pages))
    assert source.documents[0].text.split("\n") == [
        f"Section {n} says something new." for n in (1, 2, 3)
    ]
    assert {item.reason for item in source.dropped} == {"page number", "running head or foot"}


# Word


def test_a_word_document_keeps_the_order_of_paragraphs_and_tables(load: Load) -> None:
    document = docx.Document()
    document.add_heading("港口年报", level=1)
    document.add_paragraph("全年吞吐量创新高。")
    document.add_paragraph("各港区吞吐量（单位：万吨）")
    table = document.add_table(rows=3, cols=2)
    for row, cells in zip(
        table.rows, [("港区", "吞吐量"), ("东区", "820"), ("西区", "420")], strict=True
    ):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_paragraph("数据截至年底。")
    data = io.BytesIO()
    document.save(data)
    source = load("a.docx", data.getvalue())
    (made,) = source.documents
    assert made.title == "港口年报"
    assert made.text.split("\n") == [
        "港口年报",
        "全年吞吐量创新高。",
        "各港区吞吐量（单位：万吨）",
        "各港区吞吐量（单位：万吨） 港区：东区；吞吐量：820",
        "各港区吞吐量（单位：万吨） 港区：西区；吞吐量：420",
        "数据截至年底。",
    ]
    assert places(source) == [f"paragraph {n}" for n in (1, 2, 3, 5, 6, 7)]


# Tables


def test_a_workbook_gives_a_document_a_sheet_and_a_line_a_row(load: Load) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "损失"
    sheet.append(["2023年各地挽回损失情况"])
    sheet.append([None, None, "单位：万元"])
    sheet.append(["地区", "挽回损失", "占比"])
    sheet.append(["东州", 3000, 0.125])
    sheet.append(["西州", 1250.5, 0.05])
    sheet["B4"].number_format = "#,##0"
    sheet["C4"].number_format = sheet["C5"].number_format = "0.0%"
    other = book.create_sheet("Days")
    other.append(["Day", "Visitors"])
    other.append([datetime(2024, 5, 1), 88])
    book.create_sheet("Empty")
    data = io.BytesIO()
    book.save(data)
    source = load("a.xlsx", data.getvalue())
    first, second = source.documents
    assert first.title == "2023年各地挽回损失情况"
    assert first.text.split("\n") == [
        "2023年各地挽回损失情况（单位：万元） 地区：东州；挽回损失：3,000；占比：12.5%",
        "2023年各地挽回损失情况（单位：万元） 地区：西州；挽回损失：1250.5；占比：5.0%",
    ]
    assert places(source) == ["cell 损失!A4", "cell 损失!A5"]
    assert (second.title, second.text) == ("Days", "Day: 2024-05-01; Visitors: 88")
    assert (first.key, second.key) == (f"{source.path}#1", f"{source.path}#2")


def test_two_header_rows_are_joined(load: Load) -> None:
    rows = "地区,2022年,,2023年,\n,案件,损失,案件,损失\n东州,12,30,10,25\n西州,7,11,6,9\n"
    (document,) = load("a.csv", rows).documents
    assert (
        document.text.split("\n")[0]
        == "地区：东州；2022年/案件：12；2022年/损失：30；2023年/案件：10；2023年/损失：25"
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_of_a_csv_is_found(load: Load, delimiter: str) -> None:
    rows = [["Town", "Ships", "Note"], ["East", "12", "new pier"], ["West", "7", "two, no three"]]
    quote = {True: '"{}"', False: "{}"}
    text = "\n".join(delimiter.join(quote[delimiter in c].format(c) for c in row) for row in rows)
    source = load("a.csv", text)
    (document,) = source.documents
    assert document.text.split("\n") == [
        "Town: East; Ships: 12; Note: new pier",
        "Town: West; Ships: 7; Note: two, no three",
    ]
    assert places(source) == ["line 2", "line 3"]


def test_a_tsv_and_a_quoted_line_feed_are_read(load: Load) -> None:
    source = load("a.tsv", '城市\t说明\n东州\t"第一行\n第二行"\n西州\t无\n')
    (document,) = source.documents
    assert document.text == "城市：东州；说明：第一行 第二行\n城市：西州；说明：无"
    assert places(source) == ["line 2", "line 4"]


def test_a_table_without_header_keeps_all_rows(load: Load) -> None:
    (document,) = load("a.csv", "东州,12\n西州,7\n南州,9\n").documents
    assert document.text == "东州；12\n西州；7\n南州；9"


# JSON lines


def test_records_keep_their_ids_and_metadata(load: Load) -> None:
    source = load(
        "a.jsonl",
        '{"id": "n-1", "title": "标题", "text": "第一段。\\n第二段。", "publisher": "报社", '
        '"published": "2024-05-06", "url": "https://example.org"}\n\n{"id": 7, "text": "B"}\n'
        '{"text": "C"}\n',
    )
    one, two, three = source.documents
    assert (one.key, one.title, one.publisher) == ("n-1", "标题", "报社")
    assert (one.published, one.url) == (date(2024, 5, 6), "https://example.org")
    assert one.text == "第一段。\n第二段。"
    assert places(source) == ["record 1", "record 1"]
    assert (two.key, three.key) == ("7", f"{source.path}#3")
    assert source.problems == ()


@pytest.mark.parametrize(
    "line",
    [
        "Halden Post, 18 January 2031",
        "*Halden Post, 18 January 2031. By Nora Pell*",
        "Halden Post | Updated 18 January 2031",
        "来源：Halden Post 2031年1月18日",
    ],
)
def test_a_date_line_under_the_heading_of_a_markdown_file_is_read_and_kept(
    load: Load, line: str
) -> None:
    (document,) = load("ferry.md", f"# Ferries of Halden\n\n{line}\n\nThe ferries stop.").documents
    assert (document.publisher, document.published) == ("Halden Post", date(2031, 1, 18))
    assert "2031" in document.text


@pytest.mark.parametrize(
    "line",
    [
        "Born 5 May 1950 in Halden",
        "Valid until 31 December 2030",
        "有效期至2030年12月31日",
        "有效期至 2030年12月31日",
    ],
)
def test_a_line_that_only_holds_a_date_is_no_date_line(load: Load, line: str) -> None:
    text = f"# Minutes of 3 March 2025\n\n{line}\n\nThe ferries stop."
    (document,) = load("ferry.md", text).documents
    assert (document.publisher, document.published) == ("", None)


@pytest.mark.parametrize(
    ("name", "head"),
    [
        (
            "note.md",
            "# Notes on the mill\n\nPublisher: Ministry of Mills\nPublished: 2031-05-03\n\n",
        ),
        ("note.txt", "Notes on the mill\nPublisher: Ministry of Mills\nDate: 3 May 2031\n\n"),
    ],
)
def test_a_publisher_on_a_line_of_its_own_is_read(load: Load, name: str, head: str) -> None:
    text = "The mill of Ostby ground 3,200 tonnes of rye, more than in any year before it burnt.\n"
    [document] = load(name, f"{head}\n{text}\nSource: a well, which nobody cleaned.\n").documents
    assert document.title == "Notes on the mill"
    assert (document.publisher, document.published) == ("Ministry of Mills", date(2031, 5, 3))


def test_a_date_line_under_the_title_of_a_word_file_is_read(load: Load) -> None:
    document = docx.Document()
    document.add_heading("Ferries of Halden", 0)
    document.add_paragraph("Halden Post, 18 January 2031")
    document.add_paragraph("The ferries stop.")
    file = io.BytesIO()
    document.save(file)
    (found,) = load("ferry.docx", file.getvalue()).documents
    assert (found.publisher, found.published) == ("Halden Post", date(2031, 1, 18))


def test_lines_that_an_editor_broke_are_one_paragraph_in_markdown(load: Load) -> None:
    wrapped = (
        "The tank at the Tolvik works burst on Monday night and some ninety residents were\n"
        "moved to a school for two nights. Eleven workers were treated in the county\n"
        "hospital.\n\n这座水库位于云溪镇以北的山谷里，坝高四十二米，总库容三千一百万立方米，\n"
        "每年向下游的七个乡镇供水。\n"
    )
    source = load("wrapped.md", wrapped)
    text = source.documents[0].text
    assert "some ninety residents were moved to a school for two nights." in text
    assert "in the county hospital." in text
    assert "三千一百万立方米，每年向下游" in text
    assert places(source) == ["line 1", "line 5"]


def test_short_lines_and_hard_breaks_stay_lines_in_markdown(load: Load) -> None:
    facts = "Output 2031: 45 tonnes\nOutput 2032: 51 tonnes\n\n"
    hard = "The first of these two lines is as long as any that an editor breaks,  \nand ends here."
    source = load("facts.md", facts + hard)
    assert places(source) == ["line 1", "line 2", "line 4", "line 5"]
