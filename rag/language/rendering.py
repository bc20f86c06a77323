"""Quantities said in the other language: 近3亿元 is nearly 300 million yuan, and the reverse."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from rag.language.quantities import Quantity, QuantityKind
from rag.records import Figure, Language

_MOST_DECIMALS = 3
_ZEROS = re.compile(r"(?<=\d)\.0+(?!\d)|(?<=\.\d)0+(?!\d)")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_TO_ENGLISH = {
    "元": "yuan", "人民币": "yuan", "块": "yuan", "块钱": "yuan", "美元": "US dollars",
    "港元": "Hong Kong dollars", "欧元": "euros", "日元": "yen", "英镑": "pounds", "人": "people",
    "名": "people", "位": "people", "人次": "visits", "起": "cases", "宗": "cases",
    "例": "cases", "户": "households", "万户": "households", "次": "times", "倍": "times",
    "秒": "seconds", "秒钟": "seconds", "分钟": "minutes", "小时": "hours", "天": "days",
    "周": "weeks", "星期": "weeks", "个星期": "weeks", "个月": "months", "年": "years",
    "周年": "years", "岁": "years old", "公里": "km", "千米": "km", "米": "m", "厘米": "cm",
    "毫米": "mm", "英里": "miles", "英尺": "feet", "吨": "tonnes", "公斤": "kg", "千克": "kg",
    "克": "g", "亩": "mu", "公顷": "hectares", "平方公里": "km²", "平方米": "m²", "立方米": "m³",
    "升": "litres", "%": "%", "℃": "℃", "个百分点": "percentage points",
    "千瓦时": "kWh", "兆瓦时": "MWh", "千瓦": "kW", "兆瓦": "MW", "吉瓦": "GW", "千伏": "kV",
    "千卡": "kcal", "澳元": "Australian dollars", "加元": "Canadian dollars",
    "新元": "Singapore dollars", "韩元": "Korean won", "卢布": "roubles", "卢比": "rupees",
    "法郎": "francs", "克朗": "crowns", "泰铢": "baht", "比索": "pesos", "兹罗提": "zloty",
    "账户": "accounts", "号码": "numbers", "团伙": "gangs", "窝点": "dens",
}  # fmt: skip
_TO_CHINESE = {
    "yuan": "元", "rmb": "元", "cny": "元", "¥": "元", "￥": "元", "dollars": "美元",
    "us dollars": "美元", "usd": "美元", "$": "美元", "us$": "美元", "us $": "美元", "hk$": "港元",
    "hkd": "港元", "euros": "欧元", "eur": "欧元",
    "€": "欧元", "pounds": "英镑", "gbp": "英镑", "£": "英镑", "yen": "日元", "people": "人",
    "persons": "人", "individuals": "人", "members": "人", "suspects": "名嫌疑人",
    "victims": "名受害人", "students": "名学生", "employees": "名员工", "users": "名用户",
    "cases": "起", "accounts": "个账户", "households": "户", "banks": "家银行",
    "messages": "条信息", "domains": "个域名", "clues": "条线索", "leads": "条线索",
    "numbers": "个号码", "cards": "张卡", "items": "件", "times": "次", "seconds": "秒",
    "minutes": "分钟", "hours": "小时", "days": "天", "weeks": "周", "months": "个月",
    "years": "年", "km": "公里", "kilometers": "公里", "kilometres": "公里", "m": "米",
    "meters": "米", "metres": "米", "miles": "英里", "feet": "英尺", "tons": "吨", "tonnes": "吨",
    "kg": "公斤", "kilograms": "公斤", "grams": "克", "acres": "英亩", "hectares": "公顷",
    "square kilometers": "平方公里", "square kilometres": "平方公里", "square metres": "平方米",
    "square meters": "平方米", "cubic metres": "立方米", "cubic meters": "立方米", "litres": "升",
    "liters": "升", "%": "%", "percent": "%",
    "kwh": "千瓦时", "mwh": "兆瓦时", "kw": "千瓦", "mw": "兆瓦", "gw": "吉瓦", "kilowatts": "千瓦",
    "megawatts": "兆瓦", "gigawatts": "吉瓦", "kilowatt hours": "千瓦时",
    "megawatt hours": "兆瓦时",
    "kroner": "克朗", "kronor": "克朗", "krona": "克朗", "krone": "克朗", "francs": "法郎",
    "roubles": "卢布", "rubles": "卢布", "rupees": "卢比", "baht": "泰铢", "pesos": "比索",
    "zloty": "兹罗提", "percentage points": "个百分点", "degrees": "度", "℃": "℃",
}  # fmt: skip
_QUALIFIERS_TO_ENGLISH = {
    "近": "nearly", "将近": "nearly", "接近": "nearly", "超": "over", "超过": "over",
    "超出": "over", "逾": "over", "突破": "over", "余": "over", "多": "over", "来": "about",
    "约": "about", "大约": "about", "约为": "about", "左右": "about", "上下": "about",
    "不超过": "at most", "不多于": "at most", "至多": "at most", "最多": "at most",
    "以下": "at most", "不少于": "at least", "不低于": "at least", "至少": "at least",
    "以上": "at least", "多达": "up to", "高达": "up to", "以内": "up to",
    "不到": "less than", "不足": "less than", "仅": "only",
}  # fmt: skip
_QUALIFIERS_TO_CHINESE = {
    "nearly": "近", "almost": "近", "over": "超", "more than": "超", "about": "约", "around": "约",
    "approximately": "约", "some": "约", "at least": "至少", "no less than": "至少",
    "not less than": "至少", "at most": "至多", "no more than": "至多", "not more than": "至多",
    "within": "至多", "up to": "至多", "fewer than": "不足",
    "less than": "不足", "under": "不足", "+": "超",
}  # fmt: skip
_ENGLISH_SCALES = ((12, "trillion"), (9, "billion"), (6, "million"))
_CHINESE_SCALES = ((8, "亿"), (4, "万"))
_SINGULARS = {"people": "person", "feet": "foot", "years old": "year old"}
_SIGNS = ("%", "℃", "")


def in_other_language(quantity: Quantity) -> str:
    """Return a quantity as the other language says it, "" where that would say nothing new.

    A unit without a counterpart is left out; the value is always exact.
    """
    text = quantity.text + quantity.column_unit
    said = _english(quantity) if _HAN.search(text) else _chinese(quantity)
    return "" if _bare(said) in _bare(text) else said


def as_figure(quantity: Quantity) -> Figure:
    """Return a quantity as a record, with what it is in the other language."""
    return Figure(
        quantity.text,
        quantity.value,
        quantity.unit,
        quantity.kind.value,
        quantity.qualifier,
        in_other_language(quantity),
        quantity.low,
        quantity.comparison,
        quantity.column_unit,
    )


def computed(value: Decimal, like: Figure, qualifier: str, language: Language) -> Figure:
    """Return a value that no source has as a figure of the kind and unit of another.

    It is said in the ``language``, and in the other one as any figure is.
    """
    kind = QuantityKind(like.kind)
    quantity = Quantity(0, 0, "", value, like.unit, kind, qualifier)
    texts = _chinese(quantity), _english(quantity)
    own, other = texts if language is Language.CHINESE else texts[::-1]
    return Figure(own, value, like.unit, like.kind, qualifier, other)


def _bare(text: str) -> str:
    """Return a text without what two ways of writing one figure differ in."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "")
    return _ZEROS.sub("", plain)


def _english(quantity: Quantity) -> str:
    qualifier = _first_known(quantity.qualifier, _QUALIFIERS_TO_ENGLISH)
    unit = _TO_ENGLISH.get(quantity.unit, "" if _HAN.search(quantity.unit) else quantity.unit)
    if quantity.value == 1:
        unit = _SINGULARS.get(unit, unit.removesuffix("s"))
    number = _range(quantity, _ENGLISH_SCALES, " ", " to ")
    figure = number + unit if unit in _SIGNS else f"{number} {unit}"
    return f"{qualifier} {figure}".strip()


def _chinese(quantity: Quantity) -> str:
    qualifier = _first_known(quantity.qualifier, _QUALIFIERS_TO_CHINESE)
    plural = quantity.unit + "s"
    own = quantity.unit if _HAN.search(quantity.unit) else ""
    unit = own or _TO_CHINESE.get(quantity.unit) or _TO_CHINESE.get(plural, "")
    return qualifier + _range(quantity, _CHINESE_SCALES, "", "至") + unit


def _first_known(qualifiers: str, names: dict[str, str]) -> str:
    whole = names.get(qualifiers.lower())
    if whole is not None or qualifiers in names.values():
        return whole or qualifiers
    return next((names[word] for word in qualifiers.lower().split() if word in names), "")


def _range(
    quantity: Quantity, scales: tuple[tuple[int, str], ...], space: str, between: str
) -> str:
    """Return a quantity's figure, or both figures of a range."""
    high = _scaled(quantity.value, scales, space)
    return high if quantity.low is None else _scaled(quantity.low, scales, space) + between + high


def _scaled(value: Decimal, scales: tuple[tuple[int, str], ...], space: str) -> str:
    """Return a value with the largest scale word that leaves few decimals, else in full."""
    for power, name in scales:
        short = value.scaleb(-power).normalize()
        decimals = max(0, -int(short.as_tuple().exponent))
        if abs(short) >= 1 and decimals <= _MOST_DECIMALS:
            return f"{short:f}{space}{name}"
    return f"{value.normalize():,f}"
