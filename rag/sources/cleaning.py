"""Telling an article from the page around it, for text dumps and HTML.

Cleaning is for pages that look like pages. Notes, poems, logs, lists and plain prose pass
through whole: two different signs of a page must be there before a line is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.remarks import Remark
from rag.sources.base import Block, Dropped, Similarity
from rag.sources.body import body_end, inside
from rag.sources.cards import Card, find_cards, mostly_pure, snippet_page, undated_cards
from rag.sources.datelines import parse_dateline
from rag.sources.furniture import Kind, is_prose, is_title, kind, truncated, width
from rag.sources.header import Header, find_header, is_repeat, repeats, with_publisher
from rag.sources.listing import Item, find_items, is_snippet
from rag.sources.pieces import Parsed, Piece, drop
from rag.sources.related import related
from rag.sources.stuffing import remove_stuffing

_MOST_LINES = 5000
"""Lines above which a text is a book, a log or a data file, and no page."""
_TELLING = (Kind.LABEL, Kind.EDITOR, Kind.BREADCRUMB)


def _signs(blocks: Sequence[Block], header: Header | None, cards: Sequence[Card]) -> set[str]:
    """Return the different signs that these lines were taken from a web page."""
    kinds = [kind(item.text) for item in blocks]
    signs: set[str] = set()
    if header and header.dateline_at is not None:
        signs.add("header")
    if header and sum(repeats(header.title, item.text) for item in blocks[:30]) > 1:
        signs.add("repeated title")
    if any(found in _TELLING for found in kinds):
        signs.add("furniture")
    if sum(found in (Kind.WIDGET, Kind.IMAGE) for found in kinds) >= 2:
        signs.add("buttons")
    if Kind.COMMENTS in kinds:
        signs.add("comments")
    if Kind.NOTICE in kinds:
        signs.add("notice")
    if cards and mostly_pure(blocks, cards):
        signs.add("teasers")
    if sum(truncated(item.text) and is_prose(item.text) for item in blocks) >= 2:
        signs.add("cut off")
    return signs


def _plain(blocks: Sequence[Block], header: Header | None, warnings: Sequence[str]) -> Parsed:
    """Keep every line; only say what the first ones are, where that is plain."""
    piece = Piece(tuple(blocks), warnings=tuple(warnings))
    if header and header.dateline_at is not None:
        piece = replace(
            piece, title=header.title, publisher=header.publisher, published=header.published
        )
        return Parsed((with_publisher(piece),))
    first = blocks[0].text if blocks else ""
    if len(blocks) > 1 and is_title(first) and not is_prose(first) and is_prose(blocks[1].text):
        piece = replace(piece, title=first)
    lines = [line for item in blocks[:8] if (line := parse_dateline(item.text)) and line.labelled]
    if lines and lines[0].published:
        titles = [b.text for b in blocks[:10] if is_title(b.text) and not parse_dateline(b.text)]
        piece = replace(
            piece,
            title=piece.title or (titles[0] if titles else ""),
            published=lines[0].published,
            publisher=lines[0].publisher,
        )
    return Parsed((with_publisher(piece),))


def _item(
    blocks: Sequence[Block], item: Item, warnings: Sequence[str]
) -> tuple[Piece, list[Dropped]]:
    """Return one article of a listing page, and what stood among its lines."""
    end = body_end(blocks[: item.end], item.start, ())
    if not any(is_prose(b.text) for b in blocks[item.start : end]):
        # A body of snippets has no running text that could mark where it ends.
        end = item.end
    body, dropped = _sift(blocks[item.start : end], None)
    dropped += [drop(b, Remark.BELOW_LISTED) for b in blocks[end : item.end]]
    piece = Piece(
        tuple(body),
        title=blocks[item.title_at].text,
        publisher=item.line.publisher,
        published=item.line.published,
        excerpt=is_snippet(blocks, item),
        warnings=tuple(warnings),
    )
    return piece, dropped


def _listing(blocks: Sequence[Block], items: Sequence[Item], warnings: Sequence[str]) -> Parsed:
    """Make a document of every article on a listing page."""
    dropped = [drop(b, Remark.ABOVE_LISTED) for b in blocks[: items[0].title_at]]
    listed = Remark.LISTED.format(len(items))
    pieces = []
    for item in items:
        piece, out = _item(blocks, item, (*warnings, listed))
        pieces.append(piece)
        dropped += out
    return Parsed(tuple(pieces), tuple(dropped))


def _sift(blocks: Sequence[Block], header: Header | None) -> tuple[list[Block], list[Dropped]]:
    """Part an article's lines from furniture between them and from its title said again."""
    kept: list[Block] = []
    dropped: list[Dropped] = []
    for n, item in enumerate(blocks):
        reason = inside(item.text)
        if header and n < 6 and is_repeat(header, item.text):
            reason = Remark.SAID_AGAIN
        if reason:
            dropped.append(drop(item, reason))
        else:
            kept.append(item)
    return kept, dropped


def _head(blocks: Sequence[Block], header: Header | None) -> list[Dropped]:
    """Say why the lines down to the header's end are left out of the text."""
    dropped = []
    for at, item in enumerate(blocks[: header.end if header else 0]):
        found = kind(item.text)
        if header and at == header.title_at:
            reason = Remark.TITLE.value
        elif header and at == header.dateline_at:
            reason = Remark.DATELINE.value
        else:
            reason = found.value if found else Remark.ABOVE
        dropped.append(drop(item, reason))
    return dropped


def _order_warning(body: Sequence[Block]) -> list[str]:
    """Warn of a page whose paragraphs were shuffled: many break off in the middle of a sentence."""
    prose = [item.text for item in body if is_prose(item.text)]
    broken = sum(text.endswith((",", "，", "、")) for text in prose)
    if broken >= 4 and broken >= 0.25 * len(prose):
        return [Remark.OUT_OF_ORDER.format(broken, len(prose))]
    return []


def _excerpts(cards: Sequence[Card], flags: Sequence[bool]) -> list[Piece]:
    """Make a piece of every related card."""
    return [
        Piece(
            card.blocks,
            title=card.title,
            publisher=card.publisher,
            published=card.published,
            excerpt=True,
        )
        for card, flag in zip(cards, flags, strict=True)
        if flag
    ]


def _tail(
    blocks: Sequence[Block], end: int, cards: Sequence[Card], flags: Sequence[bool]
) -> list[Dropped]:
    """Say why the lines below the article's end are left out."""
    reasons: dict[int, str] = {}
    for card, flag in zip(cards, flags, strict=True):
        for at in card.lines:
            words = any(blocks[at].origin.value == b.origin.value for b in card.blocks)
            if not flag:
                reasons[at] = Remark.TEASER
            elif not words:
                reasons[at] = Remark.OF_EXCERPT
            else:
                reasons[at] = ""
    dropped = []
    for at in range(end, len(blocks)):
        found = kind(blocks[at].text)
        reason = reasons.get(at, found.value if found else Remark.BELOW)
        if reason:
            dropped.append(drop(blocks[at], reason))
    return dropped


def _article(
    blocks: Sequence[Block],
    header: Header | None,
    cards: Sequence[Card],
    warnings: Sequence[str],
    similarity: Similarity | None,
) -> Parsed:
    """Take the one article off its page, and the teasers that are about its subject."""
    start = header.end if header else 0
    end = body_end(blocks, start, {at for card in cards for at in card.lines})
    body, dropped = _sift(blocks[start:end], header)
    outside = [card for card in cards if card.lines[0] >= end]
    taken = {at for card in outside for at in card.lines}
    outside += undated_cards(blocks, end, taken)
    title = header.title if header else ""
    flags = related(title, [b.text for b in body], [c.text for c in outside], similarity)
    main = Piece(tuple(body), title=title, warnings=(*warnings, *_order_warning(body)))
    if header:
        main = replace(main, publisher=header.publisher, published=header.published)
    dropped = _head(blocks, header) + dropped + _tail(blocks, end, outside, flags)
    return Parsed((main, *_excerpts(outside, flags)), tuple(dropped))


def clean(
    blocks: Sequence[Block], similarity: Similarity | None = None, *, page: bool = False
) -> Parsed:
    """Part what a page says from the page around it.

    Args:
        blocks: The lines of a text or page, in order, none of them blank.
        similarity: Tells which teasers are about the article's subject.
        page: Known to be a web page; without it, the lines themselves must show it.

    Returns:
        One piece, or several for a page that lists articles or teases related ones, and a note
        on every line left out. Text that shows no signs of a page comes back whole.
    """
    if len(blocks) > _MOST_LINES:
        return Parsed((Piece(tuple(blocks)),))
    lines, dropped, warnings = remove_stuffing(blocks)
    items = find_items(lines)
    if items:
        made = _listing(lines, items, warnings)
    else:
        made = _single(lines, warnings, similarity, page=page)
    kept = any(width(item.text) for piece in made.pieces for item in piece.blocks)
    if not kept:
        # Better a page with its menu than no page at all.
        return Parsed((Piece(tuple(blocks)),))
    out = sorted((*dropped, *made.dropped), key=_line)
    return replace(made, dropped=tuple(out))


def _line(item: Dropped) -> int:
    """Return the number of a dropped line, to list what was dropped in the page's order."""
    return int(item.place.rpartition(" ")[2])


def _single(
    blocks: Sequence[Block],
    warnings: Sequence[str],
    similarity: Similarity | None,
    *,
    page: bool,
) -> Parsed:
    """Clean a page of one article, or keep a text that is no page."""
    snippets = snippet_page(blocks)
    if snippets:
        flags = [True] * len(snippets)
        return Parsed(tuple(_excerpts(snippets, flags)), tuple(_tail(blocks, 0, snippets, flags)))
    header = find_header(blocks, max(40, len(blocks) * 2 // 5))
    cards = find_cards(blocks, header.end if header else 0)
    if not (page or warnings) and len(_signs(blocks, header, cards)) < 2:
        return _plain(blocks, header, warnings)
    return _article(blocks, header, cards, warnings, similarity)
