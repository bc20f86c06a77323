"""HTML, by trafilatura: the best measured extractor of main text and metadata from web pages.

Its text is only the judge of which blocks belong to the article; the words and lines come from
our own reading of the page (``markup``), so that an answer can be traced to a line of the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.errors import SourceError
from rag.language.dates import parse_date
from rag.remarks import Remark
from rag.sources.base import Block, Dropped, Similarity
from rag.sources.cleaning import clean
from rag.sources.datelines import parse_dateline
from rag.sources.encoding import decode
from rag.sources.furniture import Kind, is_prose, is_title, kind
from rag.sources.listing import find_items
from rag.sources.markup import Page, read_page
from rag.sources.pieces import Parsed, drop

_DEEPEST = 200
"""Nesting from which on libxml2 cuts the tree off (its limit is 256)."""
_LARGEST = 5_000_000
_LINKED = 0.2
_ENCLOSED = re.compile(r"附件|附表|附录|attachment|annex|appendix", re.IGNORECASE)
_NAME_PARTS = re.compile(r"\s[-–—|_·]\s|[|｜]|(?<=[\u4e00-\u9fff])[-–—_](?=[\u4e00-\u9fff])")
_LONGEST_SITE = 30
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Extract:
    """What trafilatura says of a page: its main text without blanks, and metadata."""

    text: str = ""
    title: str = ""
    publisher: str = ""
    published: date | None = None
    url: str = ""


def _squeeze(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _extract(text: str, page: Page, name: str) -> _Extract:
    """Ask trafilatura for main text and metadata; a page too deep for it yields nothing."""
    if page.depth > _DEEPEST or len(text) > _LARGEST:
        return _Extract()
    try:
        import trafilatura
    except ImportError as error:
        reason = " ".join(str(error).split())
        raise SourceError(
            f"{name}: HTML needs trafilatura, which cannot be loaded ({reason}); "
            "run: pip install trafilatura lxml_html_clean"
        ) from error

    found = trafilatura.bare_extraction(
        text,
        with_metadata=True,
        include_comments=False,
        include_tables=True,
        favor_recall=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if found is None:
        return _Extract()
    return _Extract(
        text=_squeeze(found.text or ""),
        title=found.title or "",
        publisher=found.sitename or "",
        published=parse_date(found.date or ""),
        url=found.url or "",
    )


def _text(data: bytes, name: str) -> str:
    """Decode a page: a byte order mark and strict UTF-8 first, then what the page declares."""
    declared = _CHARSET.search(data[:4096])
    encoding = declared[1].decode("ascii").lower() if declared else ""
    encoding = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}.get(encoding, encoding)
    if encoding and encoding not in ("utf-8", "utf8", "utf-16"):
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            try:
                text = data.decode(encoding)
                return text.replace("\r\n", "\n").replace("\r", "\n")
            except (LookupError, UnicodeDecodeError):
                pass
    return decode(data, name)


def _in_article(page: Page, extract: _Extract) -> list[bool]:
    """Say for every block whether trafilatura counts it to the article."""
    flags = []
    for n, item in enumerate(page.blocks):
        if n in page.rows:
            cells = [_squeeze(cell) for cell in re.split(r"[：；]|: |; ", item.text)]
            hits = sum(cell in extract.text for cell in cells)
            flags.append(hits * 2 >= len(cells))
        else:
            flags.append(_squeeze(item.text) in extract.text)
    return flags


def _main(page: Page, extract: _Extract) -> tuple[list[Block], list[Dropped]]:
    """Return the article's blocks, what may be its head, and all below it; drop the rest.

    Below may stand teasers worth an excerpt; above it only a title and a date line count.
    """
    flags = _in_article(page, extract)
    first = flags.index(True)
    last = len(flags) - 1 - flags[::-1].index(True)
    kept: list[Block] = []
    dropped: list[Dropped] = []
    for n, item in enumerate(page.blocks):
        head = n < first and (is_title(item.text) or parse_dateline(item.text))
        region = n in page.regions and not flags[n]
        if not region and (flags[n] or n > last or (head and n >= first - 12)):
            kept.append(item)
        else:
            dropped.append(drop(item, Remark.MARGIN if region else Remark.OUTSIDE))
    return kept, dropped


def _around_article(page: Page, *, simple: bool) -> dict[int, str]:
    """Return what stands above the page's one heading or links on below its text, with why.

    Above a heading stand banners and what asks for consent; a run of links below the last running
    text leads to other pages, where it is short beside that text. No running text goes, and of a
    file that is no page only what asks its reader for something.
    """
    texts = [item.text for item in page.blocks]
    found: dict[int, str] = {}
    if len(page.headings) == 1 and page.headings[0] in texts:
        for n in range(texts.index(page.headings[0])):
            asks = kind(texts[n]) is Kind.NOTICE
            if asks or not (simple or is_prose(texts[n]) or parse_dateline(texts[n])):
                found[n] = Remark.ABOVE_HEADING
    prose = [n for n, text in enumerate(texts) if n not in page.links and is_prose(text)]
    below = [n for n in page.links if prose and n > prose[-1] and not _ENCLOSED.match(texts[n])]
    if not simple and 2 * sum(len(texts[n]) for n in below) < sum(len(texts[n]) for n in prose):
        found.update(dict.fromkeys(below, Remark.LINK))
    return {n: why for n, why in found.items() if n not in page.regions}


def _outside_regions(page: Page) -> tuple[list[Block], list[Dropped]]:
    """Return all blocks but those in menus and margins, unless nothing else is there."""
    kept = [item for n, item in enumerate(page.blocks) if n not in page.regions]
    if sum(len(item.text) for item in kept) * 10 < page.characters:
        return list(page.blocks), []
    return kept, [drop(page.blocks[n], Remark.MARGIN) for n in sorted(page.regions)]


def _with_metadata(made: Parsed, extract: _Extract, page: Page, head: Sequence[str]) -> Parsed:
    """Fill in what the page's head says and its lines do not."""
    if not made.pieces:
        return made
    main = made.pieces[0]
    title = main.title or (head[0] if len(head) == 1 else "") or extract.title
    named = " ".join(page.title.split())
    main = replace(
        main,
        title=title or named,
        publisher=main.publisher or extract.publisher or _site(named, title),
        published=main.published or extract.published,
        url=extract.url,
    )
    return replace(made, pieces=(main, *made.pieces[1:]))


def _site(named: str, title: str) -> str:
    """Return the site that a page's own name adds to its title: "Bridge opened | The Mail"."""
    parts = [part.strip() for part in _NAME_PARTS.split(named)]
    begins = len(parts) > 1 and title != named and title and title.startswith(parts[0])
    fits = len(parts[-1]) <= _LONGEST_SITE and not re.search(r"\d", parts[-1])
    return parts[-1] if begins and fits else ""


def parse(data: bytes, name: str, similarity: Similarity | None = None) -> Parsed:
    """Read a web page into its article, or the articles it lists, and excerpts of related ones.

    A page without menus and with few links is a document that was saved as HTML: nothing is
    taken from it but what a plain text would lose, too.
    """
    text = _text(data, name)
    page = read_page(text)
    if not page.blocks:
        return Parsed()
    extract = _extract(text, page, name)
    blocks, dropped = _outside_regions(page)
    simple = not page.regions and page.linked < _LINKED * page.characters
    if find_items(blocks):
        made = clean(blocks, similarity, page=True)
        return replace(made, dropped=(*dropped, *made.dropped))
    if not simple and any(_in_article(page, extract)) and extract.text:
        blocks, dropped = _main(page, extract)
    away = {id(page.blocks[n]): why for n, why in _around_article(page, simple=simple).items()}
    dropped += [drop(item, away[id(item)]) for item in blocks if id(item) in away]
    blocks = [item for item in blocks if id(item) not in away]
    made = clean(blocks, similarity, page=not simple)
    made = _with_metadata(made, extract, page, page.headings)
    return replace(made, dropped=(*dropped, *made.dropped))
