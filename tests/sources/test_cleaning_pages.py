"""Pages of several kinds, as text dumps and as HTML: what stays, what goes, and why."""

import html
from datetime import date

import made_up_pages as pages
import pytest
from conftest import Load


def as_html(dump: str) -> str:
    """Dress a dump as a page: a paragraph a line."""
    lines = [line for line in dump.split("\n") if line.strip()]
    body = "\n".join(f"<p>{html.escape(line.strip())}</p>" for line in lines)
    return f"<!doctype html>\n<html><head><title>x</title></head>\n<body>\n{body}\n</body></html>"


@pytest.fixture(params=["txt", "html"])
def load_page(request: pytest.FixtureRequest, load: Load) -> Load:
    def load_as(dump: str, **options: object) -> object:
        content = as_html(dump) if request.param == "html" else dump
        return load(f"page.{request.param}", content, **options)

    return load_as


def test_a_news_page_keeps_only_its_article(load_page: Load) -> None:
    source = load_page(pages.NEWS_PAGE)
    (document,) = source.documents
    assert document.text.split("\n") == pages.WATER
    assert document.title == "云溪去年修复漏损管道1240处"
    assert document.publisher == "云溪晚报"
    assert document.published == date(2024, 3, 5)
    assert not document.warnings
    reasons = {item.text: item.reason for item in source.dropped}
    assert reasons["（责任编辑：周一帆）"] == "editor's mark"
    assert reasons["精彩推荐"] == "heading of a list of other pages"
    assert reasons["2024-06-01 09:00"] == "unrelated teaser"


def test_nothing_of_a_page_is_lost_without_a_note(load: Load) -> None:
    source = load("page.txt", pages.NEWS_PAGE)
    kept = source.documents[0].text.split("\n")
    noted = [item.text for item in source.dropped]
    lines = [line.strip() for line in pages.NEWS_PAGE.split("\n") if line.strip()]
    assert sorted(kept + noted) == sorted(lines)


def test_a_snapshot_page_gives_its_article_and_excerpts_of_related_ones(load_page: Load) -> None:
    def similarity(subject: str, texts: object) -> list[float]:
        return [0.92 if "水" in text or "漏" in text else 0.83 for text in texts]  # type: ignore[attr-defined]

    source = load_page(pages.SNAPSHOT_PAGE, similarity=similarity)
    article, *excerpts = source.documents
    assert article.text.split("\n") == pages.WATER
    assert (article.publisher, article.published) == ("云溪晚报", date(2024, 3, 5))
    assert not article.excerpt
    assert [(e.title, e.published, e.excerpt) for e in excerpts] == [
        ("", date(2024, 3, 5), True),
        ("安河市更换供水管道百公里 漏损率降至9%", date(2023, 11, 2), True),
        ("省水务厅部署城镇供水管网漏损治理", date(2023, 8, 19), True),
    ]
    assert excerpts[1].text.startswith("...供水企业更换老旧管道")
    everything = "".join(document.text for document in source.documents)
    for word in ("股市", "影星", "电竞", "快照", "收藏"):
        assert word not in everything


def test_without_an_embedder_shared_words_tell_related_teasers(load: Load) -> None:
    source = load("page.txt", pages.SNAPSHOT_PAGE)
    assert [d.published for d in source.documents if d.excerpt] == [
        date(2024, 3, 5),
        date(2023, 11, 2),
        date(2023, 8, 19),
    ]


@pytest.mark.parametrize("count", [2, 3, 50])
def test_every_article_of_a_listing_page_is_a_document(load_page: Load, count: int) -> None:
    source = load_page(pages.listing_page(count))
    assert len(source.documents) == count
    for n, document in enumerate(source.documents):
        title, publisher, day, text = pages.LISTED[n % 3]
        assert document.title == title
        assert document.publisher == publisher
        assert document.published == date.fromisoformat(day)
        assert document.text == text
        assert not document.excerpt
        [warning] = document.warnings
        assert warning.startswith(f"listed on a page of {count} articles")
        assert document.key == f"{source.path}#{n + 1}"
    assert [item.reason for item in source.dropped[:2]] == ["above the first listed article"] * 2


def test_a_hijacked_page_is_freed_of_the_brand_and_carries_a_warning(load_page: Load) -> None:
    source = load_page(pages.HIJACKED_PAGE)
    (document,) = source.documents
    assert pages.BRAND not in document.text + document.title
    assert document.warnings == (f"keyword-stuffed page: “{pages.BRAND}” repeated 14 times",)
    assert document.title == "南浦完成农村公路养护三年计划"
    assert document.publisher == "南浦日报客户端"
    assert document.text.split("\n")[1].startswith("南浦坚持建养并重，由主任带队，每月巡查一次")
    assert "★" not in document.text


@pytest.mark.parametrize("name", ["远山电器", "招商引资办公室", "Acme"])
def test_a_company_named_in_every_sentence_is_not_stuffing(load_page: Load, name: str) -> None:
    source = load_page(pages.COMPANY_ARTICLE.replace("远山电器", name))
    (document,) = source.documents
    assert not document.warnings
    assert document.text.count(name) >= 17
    assert document.published == date(2024, 4, 1)


def test_an_english_blog_page_keeps_only_the_post(load_page: Load) -> None:
    source = load_page(pages.BLOG_PAGE)
    (document,) = source.documents
    assert document.text.split("\n") == pages.BLOG_BODY
    assert document.title == "A year with a heat pump: the numbers"
    assert document.published == date(2024, 3, 3)
    assert document.publisher in ("", "x")


def test_a_forum_page_keeps_every_post(load_page: Load) -> None:
    source = load_page(pages.FORUM_PAGE)
    (document,) = source.documents
    assert document.title == "冬天跑高速，电动车续航到底打几折？"
    assert document.published == date(2024, 1, 8)
    for words in ("续航打了六七折", "轮胎气压也要补到2.6", "从24度降到19度"):
        assert words in document.text
    for words in ("回复", "下一页", "发表"):
        assert words not in document.text


def test_dates_above_their_teasers_are_told_from_dates_below(load: Load) -> None:
    above = pages.NEWS_PAGE.split("精彩推荐")[0] + "相关新闻\n"
    cards = [
        ("2023-01-05", "云溪水务局公布管道漏损率，去年修复漏损管道超过千处，自来水流失减少"),
        ("2022-07-15", "云溪更换老旧供水管道，智能水表覆盖城区，管网漏损率明显下降"),
        ("2021-03-09", "云溪启动管网漏损治理，水务局计划三年更换供水管道两百公里"),
    ]
    after = "\n".join(f"{text}\n{day}" for day, text in cards)
    before = "\n".join(f"{day}\n{text}" for day, text in cards)
    for listed in (after, before):
        source = load("page.txt", above + listed)
        excerpts = [(str(d.published), d.text) for d in source.documents[1:]]
        assert excerpts == cards


def test_a_page_of_shuffled_sentences_carries_a_warning(load: Load) -> None:
    lines = ["城市绿道建设提速 市民家门口添新景"]
    lines += [
        f"第{n}段说的是绿道工程的进度，沿线树木都已栽好，灯光也装上了，只差最后一段，"
        for n in range(8)
    ]
    lines += [
        "相关文章",
        "- 另一篇报道的摘要说商场周末打折，满三百减五十，人流如织，停车位紧2025-01-02",
    ]
    lines += ["- 又一篇报道的摘要说球队赢得比赛，主教练称赞队员拼搏，下周将客场再战劲敌2025-01-02"]
    lines += ["- 还有一篇摘要说新剧开播收视走高，主演在见面会上感谢观众，称拍摄历时半年2025-01-02"]
    (document,) = load("page.txt", "\n".join(lines)).documents
    assert document.warnings == ("sentences out of order: 8 of 8 paragraphs break off",)
    assert document.title == lines[0]
    assert document.text.split("\n") == lines[1:9]


_BRIDGE = (
    "<h1>New bridge opens in Halden</h1><p>The second bridge of Halden opened on Monday. It is "
    "410 metres long and cost 63 million kroner, said the mayor, Ida Lund.</p>"
)


@pytest.mark.parametrize(
    "page",
    [
        "<div class='x'>We set 143 cookies to improve your visit. Accept all</div>{}",
        "<nav>Menu</nav><div>Save a quarter of the price in your first year of reading</div>{}",
        "<nav><a href='/'>Home</a></nav><main>{}<div><h3>Read more</h3><a href='/a'>Ferry sinks, 9 "
        "dead</a> <a href='/b'>Ten best beaches of 2025</a></div></main>",
        "<nav>Menu</nav>{}<p><a href='/a'>Ferry sinks, 9 dead</a></p><p><a href='/b'>Sea</a></p>",
    ],
)
def test_banners_above_the_heading_and_links_below_the_text_are_no_part_of_it(
    load: Load, page: str
) -> None:
    name = "<title>New bridge opens in Halden | Halden Post</title>"
    source = load(
        "page.html", f"<html><head>{name}</head><body>{page.format(_BRIDGE)}</body></html>"
    )
    (document,) = source.documents
    assert (document.title, document.publisher) == ("New bridge opens in Halden", "Halden Post")
    text = document.text.removeprefix(document.title).strip()
    assert text.startswith("The second bridge")
    assert text.endswith("Ida Lund.")
    assert source.dropped


def test_links_inside_a_text_and_a_list_of_links_alone_are_kept(load: Load) -> None:
    linked = _BRIDGE.replace("Ida Lund", "<a href='/lund'>Ida Lund</a>")
    (document,) = load("page.html", linked).documents
    assert "the mayor, Ida Lund." in document.text
    links = "<ul><li><a href='/a'>Water board</a></li><li><a href='/b'>Road board</a></li></ul>"
    (document,) = load("links.html", links).documents
    assert document.text.split("\n") == ["Water board", "Road board"]


@pytest.mark.parametrize(
    ("page", "kept"),
    [
        (
            "<p>This contract of 2031 is between two mills, and worth 40 million.</p>{}",
            "40 million",
        ),
        ("<p>Mills of Ost</p>{}", "Mills of Ost"),
        ("{}<h2><a href='/c'>Costs: 77 million</a></h2>", "77 million"),
        ("<nav>Menu</nav>{}<p><a name='s2'>Part 2<p>The other bridge is older.</p>", "older"),
        ("<nav>Menu</nav>{}<p><a href='/a.pdf'>Annex: 40 bridges</a></p>", "40 bridges"),
    ],
)
def test_text_above_a_heading_and_links_that_belong_to_a_text_stay(
    load: Load, page: str, kept: str
) -> None:
    (document,) = load("page.html", page.format(_BRIDGE)).documents
    assert kept in document.text


@pytest.mark.parametrize(
    "line",
    [
        "王某扫描对方发来的二维码后，银行卡内的5万元被转走。",
        "CT扫描结果显示，患者情况令人关注，医生建议尽快手术。",
        "The club sold 200 cookies to improve the hall, and urged members to subscribe today.",
    ],
)
def test_a_sentence_that_tells_of_what_notices_ask_for_is_none(load: Load, line: str) -> None:
    page = f"<nav>Menu</nav>{_BRIDGE}<p>{line}</p><p>Trams run there, every ten minutes or so.</p>"
    (document,) = load("page.html", page).documents
    assert line in document.text
