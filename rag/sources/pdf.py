"""PDF, by pypdfium2: Chrome's engine under a permissive licence, good with CJK fonts."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from rag.errors import SourceError
from rag.records import PlaceUnit
from rag.remarks import Remark
from rag.sources.base import Block, Dropped, Similarity
from rag.sources.pieces import EDGES, Parsed, Piece, block, drop

_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
_ENDS = tuple("。！？!?.:：；;」』”\"'）)】")
_PAGE_NUMBER = re.compile(
    r"^[-—–\s]*(?:第\s*\d+\s*页(?:\s*[共/,，]\s*共?\s*\d+\s*页)?|(?:page\s+)?\d+(?:\s*(?:/|of)\s*\d+)?)[-—–\s]*$",
    re.I,
)
_BULLET = re.compile(
    r"^(?:[•·▪◦●■\-*]\s|[（(]?[\d一二三四五六七八九十]{1,3}[)）.、．]\s?|第.{1,3}[章节条])"
)


def _width(text: str) -> int:
    """Return a line's width in columns: a Chinese character takes two."""
    return len(text) + len(_WIDE.findall(text))


def _glue(before: str, after: str) -> str:
    """Join two lines of one paragraph: no space in Chinese, hyphens of English resolved."""
    if re.search(r"[A-Za-z]-$", before) and re.match(r"[a-z]", after):
        return before[:-1] + after
    if _WIDE.match(before[-1]) or _WIDE.match(after[0]):
        return before + after
    return f"{before} {after}"


def _paragraphs(lines: list[str]) -> list[str]:
    """Join the lines of a page into paragraphs.

    A line runs on when it is about as wide as the page's text and does not end a sentence at a
    short line; a heading, a list item and a paragraph's last line are narrower.
    """
    full = 0.85 * max((_width(line) for line in lines), default=0)
    made: list[str] = []
    open_ended = False
    for raw in lines:
        line = raw.strip(EDGES)
        if not line:
            open_ended = False
            continue
        indented = raw[:1] in " \u3000\t"
        if made and open_ended and not indented and not _BULLET.match(line):
            made[-1] = _glue(made[-1], line)
        else:
            made.append(line)
        wide = _width(raw) >= full and full > 20
        open_ended = wide or (line[-1:] in ",，、" and _width(raw) > 0.5 * full)
        # A sentence that ends in the last columns still may be followed by the next paragraph,
        # but splitting there would cut most paragraphs: a later stage splits at sentences anyway.
    return made


def _pages(document: Any) -> list[list[str]]:  # noqa: ANN401 - pypdfium2 has no types
    """Return the lines of every page."""
    pages = []
    for page in document:
        text_page = page.get_textpage()
        # PDFium marks a hyphen at a line's end as U+FFFE, or as U+0002 in older builds.
        text = re.sub("[\ufffe\x02](?:\r?\n)?", "-\n", text_page.get_text_bounded())
        pages.append([line.rstrip() for line in text.replace("\r\n", "\n").split("\n")])
        text_page.close()
        page.close()
    return pages


def _running(pages: list[list[str]]) -> set[str]:
    """Return the lines that head or foot most pages, digits aside."""
    if len(pages) < 3:
        return set()
    edges: Counter[str] = Counter()
    for lines in pages:
        filled = [line.strip(EDGES) for line in lines if line.strip(EDGES)]
        edges.update({re.sub(r"\d+", "#", line) for line in (*filled[:1], *filled[-1:])})
    return {line for line, count in edges.items() if count >= max(3, 0.6 * len(pages))}


def _split(pages: list[list[str]]) -> tuple[list[Block], list[Dropped]]:
    """Return the paragraphs of all pages, and the running heads and page numbers left out."""
    running = _running(pages)
    blocks: list[Block] = []
    dropped: list[Dropped] = []
    for number, lines in enumerate(pages, start=1):
        filled = [n for n, line in enumerate(lines) if line.strip(EDGES)]
        kept = []
        for n, line in enumerate(lines):
            stripped = line.strip(EDGES)
            at_edge = filled and n in (filled[0], filled[-1])
            if at_edge and _PAGE_NUMBER.match(stripped) and len(pages) > 1:
                dropped.append(drop(block(line, PlaceUnit.PAGE, number), Remark.PAGE_NUMBER))
            elif at_edge and re.sub(r"\d+", "#", stripped) in running:
                dropped.append(drop(block(line, PlaceUnit.PAGE, number), Remark.RUNNING_HEAD))
            else:
                kept.append(line)
        blocks += [block(text, PlaceUnit.PAGE, number) for text in _paragraphs(kept)]
    return [item for item in blocks if item.text], dropped


def _open(data: bytes, name: str) -> Any:  # noqa: ANN401
    """Open a PDF, with the library's errors translated."""
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise SourceError(
                f"{name}: is encrypted; remove the password first, for example with "
                "qpdf --decrypt --password=... IN OUT"
            ) from error
        raise SourceError(
            f"{name}: is no readable PDF ({error}); open it in a viewer and save or print it as a "
            "new PDF"
        ) from error


def parse(data: bytes, name: str, similarity: Similarity | None = None) -> Parsed:
    """Read a PDF into one document, paragraphs with their page.

    Raises:
        SourceError: The file is encrypted, broken, or has no text layer.
    """
    import pypdfium2

    document = _open(data, name)
    try:
        pages = _pages(document)
        metadata = document.get_metadata_dict()
    except pypdfium2.PdfiumError as error:
        raise SourceError(
            f"{name}: has a page that cannot be read ({error}); save it anew"
        ) from error
    finally:
        document.close()
    blocks, dropped = _split(pages)
    if not blocks:
        raise SourceError(
            f"{name}: has no text layer; run OCR on it, for example with ocrmypdf "
            "(ocrmypdf -l chi_sim+eng IN OUT)"
        )
    title = metadata.get("Title", "").strip(EDGES)
    piece = Piece(
        tuple(blocks),
        title="" if _meaningless(title) else title,
    )
    return Parsed((piece,), tuple(dropped))


def _meaningless(title: str) -> bool:
    """Say whether a title is what a program puts there by itself: a file name, a placeholder."""
    return bool(
        re.search(r"\.(?:docx?|pdf|wps|indd|xlsx?|pptx?)$", title, re.I)
        or re.match(
            r"(?:untitled|\(?anonymous\)?|microsoft word|unspecified|未命名|无标题)", title, re.I
        )
    )
