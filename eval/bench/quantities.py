"""How many of the test table's expressions public libraries read as we do.

    python eval/bench/quantities.py

Install what is to be compared first: ``cn2an`` (Chinese numerals), ``text2num`` (English number
words), ``quantulum3`` (English quantities), ``recognizers-text-suite`` with ``emoji<2`` (both
languages). A row is right when the library's value, or one of its values, is the row's; units are
not asked for. The time is that of all rows, a second time.
"""

from __future__ import annotations

import importlib.util
import re
import time
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

TABLE = Path(__file__).parents[2] / "tests" / "language" / "quantities.tsv"
_HAN = re.compile(r"[\u4e00-\u9fff]")

Values = Callable[[str, bool], Iterator[Decimal]]


def ours(text: str, _chinese: bool) -> Iterator[Decimal]:
    """Yield what this project reads."""
    from rag.language.quantities import find_quantities

    for found in find_quantities(text):
        yield found.value


def cn2an(text: str, _chinese: bool) -> Iterator[Decimal]:
    """Yield what cn2an makes of a text's Chinese numerals."""
    import cn2an as library

    changed = library.transform(text, "cn2an")
    for number in re.findall(r"\d+(?:\.\d+)?", changed):
        yield Decimal(number)


def text2num(text: str, _chinese: bool) -> Iterator[Decimal]:
    """Yield what text2num makes of a text's number words."""
    from text_to_num import alpha2digit

    for number in re.findall(r"\d+(?:\.\d+)?", alpha2digit(text, "en")):
        yield Decimal(number)


def quantulum3(text: str, _chinese: bool) -> Iterator[Decimal]:
    """Yield what quantulum3 reads."""
    from quantulum3 import parser

    for found in parser.parse(text):
        yield Decimal(str(found.value))


def recognizers(text: str, chinese: bool) -> Iterator[Decimal]:
    """Yield what Microsoft's recognisers read."""
    from recognizers_number import Culture, recognize_number, recognize_percentage

    culture = Culture.Chinese if chinese else Culture.English
    for recognize in (recognize_number, recognize_percentage):
        for found in recognize(text, culture):
            value = str(found.resolution["value"] if found.resolution else "").rstrip("%")
            try:
                yield Decimal(value)
            except InvalidOperation:
                continue


LIBRARIES: dict[str, tuple[str, Values]] = {
    "yinju": ("rag", ours),
    "cn2an": ("cn2an", cn2an),
    "text2num": ("text_to_num", text2num),
    "quantulum3": ("quantulum3", quantulum3),
    "recognizers-text": ("recognizers_number", recognizers),
}


def main() -> None:
    """Print a line for each library that is installed."""
    rows = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines()[1:]]
    print("library | Chinese | English | ms a text")
    for name, (module, values) in LIBRARIES.items():
        if importlib.util.find_spec(module) is None:
            print(f"{name} | not installed | |")
            continue
        right = {True: 0, False: 0}
        every = {True: 0, False: 0}
        for text, _, value, *_ in rows:
            chinese = _HAN.search(text) is not None
            every[chinese] += 1
            right[chinese] += _reads(values, text, Decimal(value), chinese=chinese)
        start = time.perf_counter()
        for text, _, value, *_ in rows:
            _reads(values, text, Decimal(value), chinese=_HAN.search(text) is not None)
        pace = 1000 * (time.perf_counter() - start) / len(rows)
        shares = (f"{right[chinese]} of {every[chinese]}" for chinese in (True, False))
        print(" | ".join((name, *shares, f"{pace:.2f}")))


def _reads(values: Values, text: str, wanted: Decimal, *, chinese: bool) -> bool:
    try:
        return any(abs(value - wanted) < Decimal("1e-6") for value in values(text, chinese))
    except Exception:  # noqa: BLE001  whatever a library raises, the row is not read
        return False


if __name__ == "__main__":
    main()
