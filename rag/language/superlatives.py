"""Questions for what has the most of something: which year, which reservoir, 哪一年, 哪座水库."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.language.asking import PLURAL
from rag.language.words import to_simplified
from rag.records import Language, Operation


@dataclass(frozen=True, slots=True)
class Superlative:
    """What a question asks to be compared.

    ``years`` says whether years are, ``noun`` begins with what else is, "" where it does not say.
    ``dimension`` finds a column that the adjective names: Height for "highest". ``asked`` is the
    plain question for the figures. ``which`` says whether it asks which one has it; "what is the
    highest" may ask for the figure.
    """

    operation: Operation
    years: bool
    noun: str
    dimension: re.Pattern[str] | None
    asked: str
    which: bool = True


_DIMENSIONS = {
    "high": ("高|海拔|height|elevation|altitude", "高低 high low tall"),
    "long": ("长|里程|length|distance", "长短 long short"),
    "deep": ("深|depth", "深浅 deep shallow"),
    "wide": ("宽|width|breadth", "宽窄 wide narrow"),
    "heavy": ("重|weight|mass", "重轻 heavy light"),
    "thick": ("厚|thickness", "厚薄 thick thin"),
    "far": ("远|距离|distance", "远近 far near furthest"),
    "fast": ("速|speed", "快慢 fast slow"),
    "large": ("面积|容|体积|规模|area|capacity|volume|size", "大小 large small big great"),
}
_SMALL = frozenset("少低小短浅窄轻薄近慢") | frozenset(
    [
        "least",
        "fewest",
        "lowest",
        "smallest",
        "shortest",
        "shallowest",
        "narrowest",
        "lightest",
        "thinnest",
        "nearest",
        "slowest",
    ]
)
_ENGLISH = (
    "highest|lowest|tallest|longest|shortest|deepest|shallowest|widest|narrowest|heaviest|lightest|"
    "thickest|thinnest|farthest|furthest|nearest|fastest|slowest|largest|smallest|biggest|greatest"
)
SUPERLATIVE = re.compile(rf"最|\b(?:most|least|fewest|{_ENGLISH})\b", re.IGNORECASE)
_MEASURES = "座个条家种所只项款台辆艘架栋幢片块口部本位名支株棵头间类届处级"
_YEAR_CHINESE = r"哪(?:一|个)?(?:年份|年度|年)"
_WHICH_CHINESE = (
    rf"(?:{_YEAR_CHINESE}|"
    rf"哪(?:一)?(?:[{_MEASURES}]|(?=[省市县区州镇村国]))|哪里|哪儿|什么地方)"
)
_END = "[多少高低大小长短深浅宽窄重轻厚薄远近快慢]"
_END_FIRST = re.compile(
    rf"(?P<which>{_WHICH_CHINESE})的?(?P<rest>.*?)最(?P<end>{_END})的?[？?。]*$"
)
_END_LAST = re.compile(
    rf"最(?P<end>{_END})的?(?P<rest>[\u4e00-\u9fff]{{0,8}}?)"
    rf"(?:是在|是|为|在)(?P<which>{_WHICH_CHINESE})(?P<behind>.{{0,6}}?)[？?。]*$"
)
_DISTANT = re.compile("[离距]")
"""With this 最近 is the nearest, without it lately."""

_WHICH_ENGLISH = re.compile(
    r"\b(?:in |at |of )?(?:which|what)(?: of the)? (?P<rest>[a-z][\w-]*(?: [\w-]+){0,3})",
    re.IGNORECASE,
)
_YEAR_ENGLISH = re.compile(
    r"\b(?:in |during )?(?:which|what) (?:calendar |fiscal )?year\s*", re.IGNORECASE
)
_WHAT_IS = re.compile(
    rf"\bwhat (?:is|was|are|were) the (?P<end>{_ENGLISH})\s(?P<rest>[a-z][\w-]*(?: [\w-]+){{0,3}})",
    re.IGNORECASE,
)
_MOST_ENGLISH = re.compile(
    r"(?<!\bat )(?<!\bat the )(?<!\bone of )(?<!\bone of the )"
    r"(?<!second )(?<!third )(?<!second-)(?<!third-)\b(?:the )?"
    rf"(?:(?P<end>most|least|fewest)(?= (?!recent|recently)[a-z]|\s*\??$)|(?P<amount>{_ENGLISH})\b"
    r"(?: (?:number|amount|sum|total|volume)\b)?(?: of\b)?)",
    re.IGNORECASE,
)
_ADJECTIVE_BEFORE = re.compile(r"\b(?:is|are|was|were|be|been|a)\s$", re.IGNORECASE)


def find_superlative(question: str, language: Language) -> Superlative | None:
    """Return what a question asks to be compared, None where it asks for no extreme."""
    text = question.strip()
    return _chinese(to_simplified(text)) if language is Language.CHINESE else _english(text)


def _chinese(text: str) -> Superlative | None:
    last = _END_LAST.search(text)
    found = last or _END_FIRST.search(text)
    if found is None:
        return None
    end, rest = found["end"], found["rest"]
    years = re.match(_YEAR_CHINESE, found["which"]) is not None
    if end == "近" and not _DISTANT.search(text[: found.end("rest")]):
        return None
    if years and last and last["behind"].strip("的呢"):
        return None  # In which year the largest was built.
    how = "多少" if end in "多少" else f"多{_UPPER.get(end, end)}"
    asked = f"{text[: found.start()]}{rest}{how}？"
    return Superlative(_operation(end), years, "" if years else rest, _dimension(end), asked)


def _english(text: str) -> Superlative | None:
    is_what = _WHAT_IS.search(text)
    if is_what:
        end, rest = is_what["end"].lower(), is_what["rest"]
        asked = f"How {_base(end)} is the {text[is_what.start('rest') :]}"
        return Superlative(_operation(end), False, rest, _dimension(end), asked, which=False)
    year, which = _YEAR_ENGLISH.search(text), _WHICH_ENGLISH.search(text)
    found = _MOST_ENGLISH.search(text, which.start()) if which else None
    if which is None or found is None:
        return None
    end = (found["end"] or found["amount"]).lower()
    if (
        found["end"]
        and _ADJECTIVE_BEFORE.search(text[: found.start()])
        and text[found.end() :].strip(" ?")
    ):
        return None  # the most polluted
    after = text[found.end() :]
    plural = re.match(rf"\s(?:of (?:the )?)?(?:[a-z]+\s)?{PLURAL}", after)
    how = ("how many" if plural else "how much") if found["end"] else f"how {_base(end)}"
    if found["amount"] and after.strip(" ?"):
        how = "how much"
    asked = text[: found.start()] + how + after
    asked = _YEAR_ENGLISH.sub("", asked) if year else asked
    return Superlative(
        _operation(end), year is not None, "" if year else which["rest"], _dimension(end), asked
    )


_UPPER = dict(zip("低小短浅窄轻薄近慢", "高大长深宽重厚远快", strict=True))
_BASES = {"tallest": "tall", "biggest": "large", "greatest": "large", "furthest": "far"}


def _base(end: str) -> str:
    """Return the adjective of a superlative, the upper end of its scale: high for lowest."""
    for base, (_, words) in _DIMENSIONS.items():
        if any(end.startswith(word[:4].rstrip("e")) for word in words.split()[1:]):
            return _BASES.get(end, base)
    return _BASES.get(end, "much")


def _dimension(end: str) -> re.Pattern[str] | None:
    """Return what finds the columns that an adjective names."""
    for pattern, words in _DIMENSIONS.values():
        chinese, *english = words.split()
        if end in chinese or any(end.startswith(word[:4].rstrip("e")) for word in english):
            return re.compile(pattern, re.IGNORECASE)
    return None


def _operation(end: str) -> Operation:
    return Operation.LEAST if end in _SMALL else Operation.MOST
