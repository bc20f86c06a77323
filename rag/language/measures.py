"""What figures count, so that 2 hours and 120分钟, 30 percent and 30% can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from rag.records import Figure

_MEASURES: dict[str, dict[int, tuple[str, ...]]] = {
    "yuan": {1: ("元", "人民币", "块", "块钱", "yuan", "rmb", "cny", "¥", "￥")},
    "us dollars": {1: ("美元", "us dollars", "us dollar", "dollars", "dollar", "usd", "$", "us$")},
    "hong kong dollars": {1: ("港元", "hkd", "hk$")},
    "euros": {1: ("欧元", "euros", "euro", "eur", "€")},
    "pounds": {1: ("英镑", "pounds", "pound", "gbp", "£")},
    "yen": {1: ("日元", "yen")},
    "francs": {1: ("法郎", "francs", "franc", "swiss francs", "swiss franc")},
    "roubles": {1: ("卢布", "roubles", "rouble", "rubles", "ruble")},
    "rupees": {1: ("卢比", "rupees", "rupee")},
    "baht": {1: ("泰铢", "baht")},
    "pesos": {1: ("比索", "pesos", "peso")},
    "zloty": {1: ("兹罗提", "zloty")},
    "watt hours": {
        1000: ("千瓦时", "kwh", "kilowatt hours", "kilowatt-hours"),
        1_000_000: ("兆瓦时", "mwh", "megawatt hours", "megawatt-hours"),
        10**9: ("gwh", "gigawatt hours", "gigawatt-hours"),
        10**12: ("twh",),
    },
    "watts": {
        1000: ("千瓦", "kw", "kilowatts", "kilowatt"),
        1_000_000: ("兆瓦", "mw", "megawatts", "megawatt"),
        10**9: ("吉瓦", "gw", "gigawatts", "gigawatt"),
    },
    "percent": {1: ("%", "percent")},
    "percentage points": {
        1: ("个百分点", "percentage points", "percentage point", "points", "point"),
    },
    "fold": {1: ("倍",)},
    "metres": {
        1: ("米", "m", "metres", "metre", "meters", "meter"),
        1000: ("公里", "千米", "km", "kilometer", "kilometers", "kilometre", "kilometres"),
    },
    "square metres": {
        1: ("平方米", "m²", "square metres", "square metre", "square meters", "square meter"),
        10_000: ("公顷", "hectares", "hectare"),
        1_000_000: ("平方公里", "square kilometers", "square kilometres", "square kilometre"),
    },
    "cubic metres": {
        1: ("立方米", "m³", "cubic metres", "cubic metre", "cubic meters", "cubic meter"),
    },
    "litres": {1: ("升", "litres", "litre", "liters", "liter")},
    "degrees": {1: ("℃",)},
    "seconds": {
        1: ("秒", "秒钟", "second", "seconds"), 60: ("分钟", "minute", "minutes"),
        3600: ("小时", "个小时", "hour", "hours"), 86_400: ("天", "day", "days"),
        604_800: ("周", "星期", "个星期", "week", "weeks"),
    },
    "months": {1: ("个月", "month", "months"), 12: ("年", "周年", "year", "years")},
    "grams": {
        1: ("克", "gram", "grams"), 500: ("斤",),
        1000: ("公斤", "千克", "kg", "kilogram", "kilograms"),
        1_000_000: ("吨", "ton", "tons", "tonne", "tonnes"),
    },
    "persons": {
        1: ("人", "名", "位", "people", "person", "persons", "individuals", "individual", "members",
            "member", "suspects", "suspect", "victims", "victim", "students", "student",
            "employees", "employee", "users", "user"),
    },
    "cases": {1: ("起", "宗", "例", "case", "cases")},
    "households": {1: ("户", "household", "households"), 10_000: ("万户",)},
    "occurrences": {1: ("次", "times", "人次")},
    "years old": {1: ("岁",)},
}  # fmt: skip
_UNITS = {
    unit: (name, factor)
    for name, scales in _MEASURES.items()
    for factor, units in scales.items()
    for unit in units
}
_CLASSIFIERS = frozenset(("", *"个件项种条家台张份批处部"))
_COUNTED = {"persons", "cases", "households", "occurrences"}
_NEVER = {
    "persons": frozenset("件项种条家台张份处部所座辆艘架"),
    "cases": frozenset("家台张所座辆艘架"),
}
"""Classifiers of what these are not: firms and machines are no persons."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a figure counts and how much of it. ``counts`` tells things from lengths and sums."""

    of: str
    value: Decimal
    counts: bool


def measure_of(figure: Figure) -> Measure:
    """Return what a figure counts: in seconds for hours, by the unit itself where it is unknown."""
    unit = figure.unit.lower()
    of, factor = _UNITS.get(unit, (unit.removesuffix("s"), 1))
    counts = figure.kind == "count" and (of in _COUNTED or unit not in _UNITS)
    return Measure(of, figure.value * factor, counts)


def is_length_or_sum(figure: Figure) -> bool:
    """Return whether a figure has a unit that nothing is counted in: metres, hours, euros."""
    return figure.unit.lower() in _UNITS and not measure_of(figure).counts


def is_unit(word: str) -> bool:
    """Return whether a lower-case word is a unit that figures are compared in."""
    return word in _UNITS


def is_same_measure(one: Figure, other: Figure) -> bool:
    """Return whether two figures count the same, in either language and unit.

    A bare figure, or one with a classifier that many things share (个, 条), may count what any
    other one counts, but is no length, sum of money or share.
    """
    first, second = measure_of(one), measure_of(other)
    if first.of == second.of and one.kind == other.kind:
        return True
    return first.counts and second.counts and (_is_open(first) or _is_open(second))


def is_counted_so(figure: Figure, unit: str) -> bool:
    """Return whether what a figure counts can be asked for with a unit: 5人, but not 5家, with 名.

    Stricter than whether two figures count the same: who asks 多少家 does not ask for persons, and
    who asks how many months for no bare figure.
    """
    asked, _ = _UNITS.get(unit.lower(), (unit, 1))
    measure = measure_of(figure)
    found = measure.of
    if {asked, found} == {"persons", "cases"}:
        return False
    if unit.lower() in _UNITS and asked not in _COUNTED:
        return found not in _COUNTED and not _is_open(measure)
    return asked not in _NEVER.get(found, ()) and found not in _NEVER.get(asked, ())


def _is_open(measure: Measure) -> bool:
    return measure.of in _CLASSIFIERS
