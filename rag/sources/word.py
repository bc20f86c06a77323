"""Word documents, by python-docx: it gives paragraphs and tables in the order they stand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from rag.errors import SourceError
from rag.records import PlaceUnit
from rag.sources import tables
from rag.sources.base import Block, Similarity
from rag.sources.header import with_dateline
from rag.sources.pieces import Parsed, Piece, block


def _cells(row: Any) -> tuple[str, ...]:  # noqa: ANN401 - python-docx is not typed
    """Return a row's cells; one that is merged over several columns is given once."""
    texts: list[str] = []
    seen: set[int] = set()
    for cell in row.cells:
        merged = id(cell._tc) in seen
        seen.add(id(cell._tc))
        texts.append("" if merged else cell.text)
    return tuple(texts)


def _table(table: Any, number: int, caption: str) -> tuple[list[Block], int]:  # noqa: ANN401
    """Return a table's rows as blocks; every row counts as a paragraph."""
    rows = [(number + n, _cells(row)) for n, row in enumerate(table.rows)]
    _, lines = tables.lines(rows, caption)
    blocks = [block(line.text, PlaceUnit.PARAGRAPH, line.number) for line in lines]
    return blocks, number + len(rows)


def _caption(blocks: list[Block]) -> str:
    """Return the paragraph right above a table when it reads as a caption of it."""
    if not blocks:
        return ""
    text = blocks[-1].text
    return text if len(text) <= 60 and text[-1] not in "。！？.!?；;：:，," else ""


def _blocks(document: Any) -> Iterator[Block]:  # noqa: ANN401
    """Yield paragraphs and rows in order, numbered from 1 over all that hold text."""
    from docx.table import Table

    number = 1
    above: list[Block] = []
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            rows, number = _table(item, number, _caption(above))
            yield from rows
            above = []
            continue
        for text in item.text.split("\n"):
            made = block(text, PlaceUnit.PARAGRAPH, number)
            if made.text:
                yield made
                above = [made]
                number += 1


def _title(document: Any) -> str:  # noqa: ANN401
    """Return the document's title: a paragraph styled so, the first heading, or the property."""
    for style in ("Title", "Heading 1"):
        for paragraph in document.paragraphs:
            if paragraph.style is not None and paragraph.style.name == style:
                text: str = paragraph.text.strip()
                if text:
                    return text
    return (document.core_properties.title or "").strip()


def parse(data: bytes, name: str, similarity: Similarity | None = None) -> Parsed:
    """Read a Word document into one document.

    Raises:
        SourceError: The file is encrypted or no .docx.
    """
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise SourceError(
            f"{name}: is encrypted or an old .doc inside; open it in an office program and save it "
            "as .docx without a password"
        )
    try:
        document = docx.Document(io.BytesIO(data))
        blocks = tuple(_blocks(document))
        title = _title(document)
    except (
        zipfile.BadZipFile,
        OpcError,
        LxmlError,
        KeyError,
        ValueError,
        OSError,
        EOFError,
    ) as error:
        raise SourceError(
            f"{name}: is no readable .docx document ({error}); open it in an office program and "
            "save it again"
        ) from error
    return Parsed((with_dateline(Piece(blocks, title=title)),))
