"""Excel workbooks, by openpyxl: the one well-kept reader of .xlsx that needs no Excel."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from rag.errors import SourceError
from rag.records import PlaceUnit
from rag.sources import tables
from rag.sources.base import Similarity
from rag.sources.pieces import Parsed, Piece, block


def _cell(value: Any, number_format: str) -> str:  # noqa: ANN401 - a cell holds anything
    """Return a cell as its reader sees it: dates as ISO, per cents and thousands as shown."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(value, number_format)
    return str(value)


def _number(value: float, number_format: str) -> str:
    """Return a figure with the per cent sign, separators and decimals its format shows."""
    main = number_format.split(";")[0]
    decimals = len(main.split(".", 1)[1].rstrip("%_) ").rstrip("#")) if "." in main else 0
    if "%" in main:
        return f"{value * 100:.{decimals}f}%"
    comma = "," if "#,#" in main else ""
    if main == "General" or not main.strip("0#,. "):
        if main == "General" or "." not in main:
            # Rounding what the cell holds would change a figure; binary noise is not held.
            return (
                f"{value:{comma}}" if isinstance(value, int) else f"{round(value, 10):{comma}.12g}"
            )
        return f"{value:{comma}.{decimals}f}"
    return f"{value:{comma}}" if isinstance(value, int) else f"{round(value, 10):.12g}"


def _rows(sheet: Any) -> tuple[list[tables.Row], dict[int, str]]:  # noqa: ANN401
    """Return a sheet's rows, and for each the column letter of its first filled cell."""
    from openpyxl.utils import get_column_letter

    rows: list[tables.Row] = []
    first: dict[int, str] = {}
    # The size a sheet states is wrong in files of some writers, and would cut rows off.
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = tuple(_cell(cell.value, getattr(cell, "number_format", "") or "") for cell in row)
        rows.append((number, cells))
        for column, text in enumerate(cells, start=1):
            if text.strip():
                first[number] = get_column_letter(column)
                break
    return rows, first


def parse(data: bytes, name: str, similarity: Similarity | None = None) -> Parsed:
    """Read a workbook into a document a sheet; a row's place is its first filled cell.

    Raises:
        SourceError: The file is encrypted or no workbook.
    """
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise SourceError(
            f"{name}: is encrypted or an old .xls inside; open it in an office program and save "
            "it as .xlsx without a password"
        )
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        ValueError,
        ParseError,
        OSError,
        EOFError,
        TypeError,
    ) as error:
        raise SourceError(
            f"{name}: is no readable .xlsx workbook ({error}); open it in an office program and "
            "save it again"
        ) from error
    pieces = []
    for sheet in book.worksheets:
        rows, first = _rows(sheet)
        caption, lines = tables.lines(rows)
        blocks = tuple(
            block(line.text, PlaceUnit.CELL, f"{sheet.title}!{first[line.number]}{line.number}")
            for line in lines
        )
        if blocks:
            pieces.append(Piece(blocks, title=caption or sheet.title))
    book.close()
    return Parsed(tuple(pieces))
