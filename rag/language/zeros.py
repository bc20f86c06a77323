"""Words that say zero: 无人死亡, 没有一家, nobody, none of the workers, no deaths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from rag.language.quantities import Quantity, QuantityKind
from rag.language.units import LATIN_MEASURES, MEASURES
from rag.language.words import to_simplified

_HARM = (
    "死亡|伤亡|受伤|身亡|遇难|遇害|丧生|丧命|罹难|溺亡|失踪|重伤|轻伤|受困|被困|感染|染病|中毒|致死|"
    "致伤"
)
_LATIN_HARM = r"casualt(?:y|ies)|fatalit(?:y|ies)|injur(?:y|ies)|deaths?|loss of life|lives"
"""What befalls persons: where there is none of it, it befell nobody."""

_NOT = "并未|均未|尚未|未曾|没有|并没有|未|没"
_CAUSED = "造成|导致|发生|出现|引起|引发|带来|发现|接到|有"
_NONE_OF = rf"(?:(?:{_NOT})(?:{_CAUSED})|没有|[并尚暂均]?无|零)(?:任何|其他|新的)?"
_PERSONS = r"(?:人员|[\u4e00-\u9fff][人员者民众客工生])"
_UNMANNED = (
    "机|区|岛|车|船|艇|舰|艘|店|仓|化|潜|飞|直升|驾驶|值守|值班|售|零售|超市|便利|货|配送|之[境地]|"
    "工厂|车间|码头|矿|农场|系统|装备|设备|平台|作战|[技战]术"
)
"""Where 无人 says that something works without a crew."""

_NOT_PERSON = (
    "性|类|工|权|民|口|身|物|才|体|气|情|格|间|手|力|均|道|缘|文|不|员|数|脸|"
    "质(?!疑|问)|行[道横]|事(?!先|前|后)|选(?!择|修|用)|生(?!还|病)"
)
"""Behind 人 these begin another word; 无人不 is everybody."""

_NOT_MEASURE = "次性|点|级响应"
"""Behind 一 these begin another word, or say that there is not a bit of something."""

_CHINESE = re.compile(
    rf"(?P<people>{_NONE_OF}{_PERSONS}?(?P<harm>{_HARM}))|"
    rf"(?P<money>{_NONE_OF}(?P<loss>(?:直接|重大)?(?:经济|财产|资金)损失))|"
    r"(?P<new>(?:没有|[并尚暂均]?无|零)"
    r"(?P<case>新增[\u4e00-\u9fff]{0,8}?(?:病例|感染者?|患者|案件|确诊(?!病))))|"
    rf"(?P<single>(?:(?:{_NOT})(?:{_CAUSED})?|[并尚暂均]?无)(?:任何)?一(?!{_NOT_MEASURE})"
    rf"(?P<unit>{MEASURES})(?!外))|"
    rf"(?P<nobody>[并尚暂均]?无人(?!{_UNMANNED}|{_NOT_PERSON})|没有?(?:任何)?人(?!{_NOT_PERSON}))"
    rf"(?P<rest>(?:因此|因而)?(?:{_HARM})|)|"
    rf"(?P<none>无一(?={_HARM}|生还|获救|存活))|"
    r"(?P<zero>(?<![〇零一二三四五六七八九十百千万点\d])"
    r"零(?P<of>[人名例起宗家位户])(?=$|[，。；：、,;:）)\s]|报告|发生|新增|死亡|感染|伤亡))"
)
_NOT_BEFORE = re.compile(r"(?:有|几乎|近乎|是否|是不是|不是|并非|绝非|不可能)$")
"""有没有人 asks; 几乎没有人 is some, and 并非无人 as well."""

_THING = (
    r"(?!(?:always|perhaps|sometimes|besides|towards|afterwards|upwards|thanks|whereas|its|his|"
    r"hers|ours|theirs|yours|says|does|has|was|is|as|this|us)\b)[a-z]{2,}(?<![sui])s\b"
)
_MIDDLE = (
    r"(?:(?!(?:more|less|fewer|longer|later|sooner|better|other than|doubt|matter|way|such|"
    r"and|or|of|in|on|to|for|from|with|by|that|which|who|one|but|if|at|is|are|was|were|has|have|"
    r"had)\b)[a-z]+ ){0,2}?"
)
_NOUN = rf"(?:(?:{_LATIN_HARM}|{LATIN_MEASURES})\b|{_THING})"
_THOSE = "(?:the|these|those|its|their|his|her|our)"
_AUXILIARY = "(?:did|does|do|is|are|was|were|has|have|had|could|would|will)"
_VERB = r"(?!(?:only|just|merely|rule|exclude|deny|doubt|believe|think|know|expect)\b)[a-z]+"
"""Not to believe or to rule out any is no count of none."""

_LOSS = r"(?:(?:financial|economic|property|monetary) (?:loss|losses|damage)|money|losses)\b"
_ENGLISH = re.compile(
    r"\b(?:(?P<people>nobody|no[ -]one|not a soul)\b(?!-)|"
    r"(?P<none>(?:none|neither of|not one of)\b(?! (?:the less|other|too|but)\b)"
    rf"(?:(?: of|(?<=of))(?: {_THOSE} (?P<whom>[a-z]+s)| (?:them|us|these|those))\b)?)|"
    r"(?P<single>(?:not (?:a single|one)|no(?= (?!(?:longer|more|less|doubt|matter|such|other|"
    r"further|one|way)\b)[a-z]+ (?:was|is|has|had)\b)) (?P<one>[a-z]+))|"
    rf"(?:no|zero|without any|without a|without) (?P<money>{_LOSS})|"
    rf"(?P<before>no|zero|without any|without a single) (?P<things>{_MIDDLE}(?P<noun>{_NOUN}))|"
    rf"without (?P<harm>(?:{_LATIN_HARM})\b)|"
    rf"(?:[a-z]+n['’]t|(?:{_AUXILIARY} )?not|never)(?P<verb>(?: {_VERB}){{0,3}}) "
    rf"any(?P<any>one\b|body\b| (?P<some>{_MIDDLE}(?P<of>{_NOUN}))))",
    re.IGNORECASE,
)
_HARMED = re.compile(_LATIN_HARM, re.IGNORECASE)
_UNIT = re.compile(LATIN_MEASURES, re.IGNORECASE)
_NOT_BEFORE_LATIN = re.compile(
    r"\b(?:almost|nearly|virtually|practically|(?:second|next) to|bar|yes or|not) $", re.IGNORECASE
)
"""Almost nobody is some, and not nobody as well; second to none counts nothing."""

_ANY = re.compile(
    r"[无無没沒未零]|\bn(?:o|one|obody|ot|ever|either)\b|n['’]t\b|zero|without", re.IGNORECASE
)
"""One of these is in all that is looked for."""


@dataclass(frozen=True, slots=True)
class Zero:
    """Words that say zero, as a quantity of 0, and what says it with a figure: 0人死亡."""

    quantity: Quantity
    figure: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A text with figures for words, and for each of its characters where it was before."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def before(self, start: int, end: int) -> tuple[int, int]:
        """Return where a stretch was before, the whole words of a figure that it has a part of."""
        if start < end:
            return self.starts[start], self.ends[end - 1]
        at = self.ends[start - 1] if start else 0
        return at, at


def find_zeros(text: str) -> list[Quantity]:
    """Return the words of a text that say that there is nothing of a kind, as quantities of 0.

    Of persons the unit is 人 or "people", of other things their measure word where one is known:
    无一家 has 家, "no cases" cases. 无人机 is a machine, and 几乎没有人 some people.
    """
    return [zero.quantity for zero in _zeros(text)]


def with_figures(text: str) -> Rewritten:
    """Return a text with a figure for each word that says zero: 0人死亡 for 无人死亡."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for zero in _zeros(text):
        start, end = zero.quantity.start, zero.quantity.end
        parts += (text[at:start], zero.figure)
        starts += [*range(at, start), *[start] * len(zero.figure)]
        ends += [*range(at + 1, start + 1), *[end] * len(zero.figure)]
        at = end
    parts.append(text[at:])
    starts += range(at, len(text))
    ends += range(at + 1, len(text) + 1)
    return Rewritten("".join(parts), tuple(starts), tuple(ends))


def _zeros(text: str) -> list[Zero]:
    if not _ANY.search(text):
        return []
    found = [*_in_chinese(text), *_in_english(text)]
    return sorted(found, key=lambda zero: zero.quantity.start)


def _in_chinese(text: str) -> Iterator[Zero]:
    for match in _CHINESE.finditer(to_simplified(text)):
        if _NOT_BEFORE.search(text, max(0, match.start() - 4), match.start()):
            continue
        if match["money"]:
            yield _zero(text, match, "", f"{match['loss']}0元", QuantityKind.MONEY)
        elif match["new"]:
            yield _zero(text, match, "", f"{match['case']}0例")
        else:
            unit = match["unit"] or match["of"] or "人"
            yield _zero(text, match, unit, f"0{unit}{match['harm'] or match['rest'] or ''}")


def _in_english(text: str) -> Iterator[Zero]:
    for match in _ENGLISH.finditer(text):
        if _NOT_BEFORE_LATIN.search(text, max(0, match.start() - 12), match.start()):
            continue
        if match["money"]:
            yield _zero(text, match, "", f"$0 {match['money']}", QuantityKind.MONEY)
            continue
        noun = match["noun"] or match["of"] or match["harm"] or ""
        anyone = bool(match["people"]) or (match["any"] or "").lower() in ("one", "body")
        things = match["things"] or match["harm"] or match["some"] or match["whom"] or match["one"]
        figure = f"0 {'people' if anyone else things or ''}".strip()
        if match["harm"] or (match["before"] or "").lower().startswith("without"):
            figure = f"with {figure}"
        if match["any"]:
            figure = f"{match['verb']} {figure}".strip()
        unit = noun.lower() if _UNIT.fullmatch(noun) else ""
        persons = anyone or _HARMED.fullmatch(noun) is not None
        yield _zero(text, match, "people" if persons else unit, figure)


def _zero(
    text: str,
    match: re.Match[str],
    unit: str,
    figure: str,
    kind: QuantityKind = QuantityKind.COUNT,
) -> Zero:
    start, end = match.span()
    return Zero(Quantity(start, end, text[start:end], Decimal(0), unit, kind), figure)
