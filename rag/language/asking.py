"""What kind of thing a question asks for, by its interrogatives, and whether words are of it."""

from __future__ import annotations

import re
from enum import StrEnum

from rag.language.dates import ANY_YEAR, find_dates
from rag.language.figures import find_counts, find_figures
from rag.language.measures import is_counted_so, is_length_or_sum, is_unit, measure_of
from rag.language.numerals import MULTIPLES, SMALL_NUMBERS
from rag.language.opposites import tells_of_rise
from rag.language.quantities import Quantity, QuantityKind
from rag.language.rendering import as_figure
from rag.language.words import to_simplified
from rag.records import Language


class Asked(StrEnum):
    """What an answer must have, where the question tells."""

    MONEY = "money"
    COUNT = "count"
    PERCENT = "percent"
    FIGURE = "figure"
    DATE = "date"


_MEASURE = (
    "个|名|人|起|次|条|家|天|年|分|台|项|种|位|户|笔|张|部|岁|小时|分钟|倍|件|份|处|支|批|所|座|"
    "款(?!项)|辆|本|册|吨|公里|米|亩"
)
_CURRENCY = r"(?:yuan|rmb|dollars?|euros?|pounds?|yen)\b"
_DATE = (
    r"什么时候|什么时间|何时|哪一?年|哪一?天|几月|哪个月|哪一?日|几号|\bwhen\b|"
    r"\b(?:what|which) (?:year|month|day|date)\b"
)
CHANGES = "[增减升降涨跌][加长少多升降高低]?|提[高升]|[上下][升降涨跌浮滑调]|回[落升]|收窄|扩大"
"""What something does that comes to more or less, in Chinese."""

_CHANGE = re.compile(
    rf"(?:{CHANGES}|[^有]多|少|高|低|快|慢)了?(?:多少|几|百分之)|"
    r"[升降增涨跌]幅|增速|增长率|\bby (?:how (?:much|many)|what)\b|"
    r"\bhow (?:many|much) (?:more|less|fewer|higher|lower)\b",
    re.IGNORECASE,
)
_TO_HOW_MUCH = re.compile(
    r"[到至为]了?(?:多少|几)|\bhow (?:many|much)\b[^?]*\bto\s*\??$", re.IGNORECASE
)
_PERCENT = (
    r"百分之几|百分之多少|多少个?百分|多大比例|几成|多少成|"
    r"(?:比例|比重|占比|百分比)(?:是|为|达到?)?多少|"
    r"\b(?:what|which) (?:percentage|share|proportion)\b|\bhow many percent|"
    r"\b(?:by )?(?:what|how many) (?:pct\b|per ?cent\b|%)|"
    r"\bin (?:pct|per ?cent|%)(?=\W*$|\s*[,;，；?？])"
)
_UNIT = re.compile(
    rf"(?:多少|几)(?P<measure>个(?:月|小时|星期)|{_MEASURE})(?!钱)|"
    r"\bhow many (?:of (?:the )?)?(?P<noun>(?:[a-z]+ )?[a-z]+)",
    re.IGNORECASE,
)
_COUNT = rf"(?:多少|几)(?:{_MEASURE})(?!钱)|\bhow many\b(?! (?:million|billion|thousand)s?\b)"
_MONEY_FIRST = rf"\bhow (?:many|much) (?:(?:million|billion|thousand)s? )?(?:of )?{_CURRENCY}"
_MONEY = (
    r"\bhow much (?:\w+ ){0,2}money\b|"
    r"多少(?:[万亿]|万亿|百万|千万)?(?:元(?!素|件|旦)|投资|收入|经费|费用|(?:经济|直接)?损失)|"
    r"多少(?:[^，。？！,?!]{0,12}的|[\u4e00-\u9fff]{0,3}?)(?:钱|资金|金额|款(?!式|待))"
)
_COUNTED = (
    r"多少[\u4e00-\u9fff]{0,6}?(?:[人者员民众客犯户]|案件|企业|公司|学生|教师|元素)"
    r"(?![民工])"
)
"""多少嫌疑人: persons are counted without a measure word as well; 多少捐赠 may be money."""

_FIGURE = (
    r"多少|几(?:万|亿|百|千)|多(?:长|久|大|高|远|重|快)|\bhow many\b|"
    r"\bhow (?:much|long|far|often|old|large|big|tall|high|deep)\b|"
    r"\b(?:what|which) (?:number|amount|sum|volume|rate)\b"
)
_KINDS = tuple(
    (re.compile(pattern, re.IGNORECASE), asked)
    for pattern, asked in (
        (_DATE, Asked.DATE), (_PERCENT, Asked.PERCENT), (_MONEY_FIRST, Asked.MONEY),
        (_COUNT, Asked.COUNT), (_MONEY, Asked.MONEY), (_COUNTED, Asked.COUNT),
        (_FIGURE, Asked.FIGURE),
    )
)  # fmt: skip
PLURAL = r"(?!(?:does|has|was|is)\b)[a-z]{2,}(?<![sui])s\b"
"""What reads as an English plural, less those that end as process, bus and basis do."""

_ARE = r"(?:are|were|do|did|have|had|can|will|could|should|must)\b"
_SEVERAL = re.compile(
    rf"哪些|哪几|分别|各有|\b(?:which|what) (?:[a-z]+ ){{0,2}}?{PLURAL} {_ARE}|"
    rf"^(?:list|name) (?:all |the |some )*{PLURAL}|"
    rf"\bwhat {_ARE} (?:the |its |their )(?:[a-z]+ )?{PLURAL}",
    re.IGNORECASE,
)
_DIMENSIONS = tuple(
    (re.compile(pattern, re.IGNORECASE), frozenset(measures))
    for pattern, measures in (
        (r"多重(?=[?？。的]|$)|\bhow heavy\b|\bhow much (?:do|does|did) [^?]+ weigh\b", ("grams",)),
        (
            r"多[宽深远厚](?=[?？。的]|$)|\bhow (?:tall|wide|thick)\b|"
            r"\bhow (?:far|deep) (?:is|are|was|were|away|from)\b",
            ("metres",),
        ),
        (
            r"多高(?=[?？。的]|$)|\bhow high\b",
            ("metres", "percent", "percentage points", "fold", "degrees"),
        ),
        (r"多久|多长时间", ("seconds", "months")),
        (r"多长|\bhow long\b", ("metres", "seconds", "months")),
    )
)
"""What can answer a question for a weight, a length or a stretch of time."""

OPEN = re.compile(
    r"[什甚]么|谁|哪|怎|为何|几时|\b(?:who|whom|whose|what|which|when|where|why|how)\b",
    re.IGNORECASE,
)
"""Interrogatives that ask for more than yes or no, beside those that ask for a figure."""

CHINESE_WHETHER = (
    r"是不是|是否|有没有|(?:[，,]?(?:对|是|真的?))?(?:吗|(?<![什甚怎这那要多])么)(?=[？?。]?$)"
)
_WHETHER = re.compile(
    rf"{CHINESE_WHETHER}|([\u4e00-\u9fff])不\1|有无|"
    r"^(?:is|are|was|were|has|have|had|did|does|do|can|could|will|would|should|must|may|might)"
    r"(?:n['’]t)?\b(?! (?:you|i)\b)",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"[\s,，!！]*(?:(?:你|您|大家|早上|上午|中午|下午|晚上)好|嗨|哈[喽啰]|[早晚]安|多?谢谢?[你您了]?|再见|拜拜|好的|"
    r"hi|hello|hey|good (?:morning|afternoon|evening|night)|thanks|thank you|(?:good)?bye|okay|ok"
    r"|there|very much|a lot|[啊呀呢吧]|[\s,，。.!！~～?？])+",
    re.IGNORECASE,
)
_WHO_IS = re.compile(
    r"\b(?:who|what) (?:is|was|are|were)\b|谁是|是谁|什么是|是什么|是什么人", re.IGNORECASE
)
_EITHER = re.compile(r"还是|\bor\b", re.IGNORECASE)
_ASKS = re.compile(r"\b(?:how|what|which|who|whom|whose|where|why)\b[^,;?]*$", re.IGNORECASE)
_PART = re.compile(
    r"成|分之|半|\b(?:half|third|quarter|fifth|tenth)s?\b|\bout of\b|\bin (?:\d|[a-z]+\b)",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"第[\d一二三四五六七八九十百]+")
_NUMERAL = re.compile(
    r"[\d一二三四五六七八九十百千万亿两数半]|"
    rf"\b(?:{SMALL_NUMBERS}|(?:{MULTIPLES})s|an? (?:{MULTIPLES})|half|third|quarter|no|none|"
    r"several)\b",
    re.IGNORECASE,
)


def asked_for(question: str) -> Asked | None:
    """Return what a question asks for, None when its interrogatives do not tell."""
    question = to_simplified(question)
    found = ((pattern.search(question), asked) for pattern, asked in _KINDS)
    return next((asked for match, asked in found if match and not _is_scene(question, match)), None)


def _is_scene(question: str, match: re.Match[str]) -> bool:
    """Return whether a "when" does not ask: "how many were hurt when it broke"."""
    return match.group().lower() == "when" and _ASKS.search(question, 0, match.start()) is not None


def unit_asked_for(question: str) -> str:
    """Return the unit that a question counts in, empty when it names none: 多少家, how many cases.

    Of the two words after "how many" it is the first that is a unit ("fraud cases").
    """
    found = _UNIT.search(to_simplified(question))
    if found is None:
        return ""
    words = (found["noun"] or "").lower().split()
    return found["measure"] or next(filter(is_unit, words), "")


def is_of_unit(words: str, unit: str) -> bool:
    """Return whether some figure of an answer can be asked for with a unit; "" asks for any."""
    figures = [as_figure(figure) for figure in find_counts(words)] if unit else []
    return not figures or any(is_counted_so(figure, unit) for figure in figures)


def figure_asked_for(words: str, asked: Asked | None, unit: str) -> tuple[int, int] | None:
    """Return where the one figure of several in an answer stands that is what a question asks for.

    Of "200名业务骨干来自78家" it is 78家 for who asks 多少家. None where there is not one alone.
    """
    figures = find_counts(words) if asked not in (None, Asked.DATE) else []
    fitting = [
        figure
        for figure in figures
        if is_of_kind(figure.text, asked) and (not unit or is_counted_so(as_figure(figure), unit))
    ]
    if len(figures) < 2 or len(fitting) != 1:
        return None
    return fitting[0].start, fitting[0].end


def is_of_dimension(words: str, question: str) -> bool:
    """Return whether an answer has no figure of another dimension than a question asks for.

    Who asks 有多重 is not answered by 8.6米.
    """
    question = to_simplified(question)
    wanted = next((measures for asked, measures in _DIMENSIONS if asked.search(question)), None)
    figures = [as_figure(figure) for figure in find_figures(words)] if wanted else []
    sums = [figure for figure in figures if is_length_or_sum(figure)]
    return not wanted or not sums or any(measure_of(figure).of in wanted for figure in sums)


def asks(sentence: str) -> bool:
    """Return whether a sentence is a question itself."""
    return sentence.rstrip(" \t\r\n)）\"'”’」』").endswith(("?", "？"))


def is_greeting(question: str) -> bool:
    """Return whether a question only greets, thanks or takes leave."""
    return _GREETING.fullmatch(to_simplified(question)) is not None


def asks_who_it_is(question: str) -> bool:
    """Return whether a question asks who or what a name is: no answer is that name."""
    question = to_simplified(question)
    return _WHO_IS.search(question) is not None and not _EITHER.search(question)


def asks_for_several(question: str) -> bool:
    """Return whether a question asks for a list: 哪些措施, which departments."""
    return _SEVERAL.search(to_simplified(question)) is not None


def asks_for_change(question: str) -> bool:
    """Return whether a question asks by how much something rose or fell, not how much it is."""
    question = to_simplified(question)
    asked = asked_for(question)
    if asked in (None, Asked.DATE) or _TO_HOW_MUCH.search(question):
        return False
    plain = asked in (Asked.FIGURE, Asked.PERCENT) and not unit_asked_for(question)
    return _CHANGE.search(question) is not None or (plain and tells_of_rise(question) is not None)


def asks_whether(question: str) -> bool:
    """Return whether a question can be answered with yes or no, and asks for nothing more."""
    question = to_simplified(question)
    open_ended = OPEN.search(question) or _EITHER.search(question) or asked_for(question)
    return not open_ended and _WHETHER.search(question) is not None


def is_of_kind(words: str, asked: Asked | None) -> bool:
    """Return whether words hold what is asked for: a figure, money, a share, a count or a date."""
    if asked is None:
        return True
    dates = find_dates(words, default_year=ANY_YEAR)
    if asked is Asked.DATE:
        return bool(dates) or _NUMERAL.search(words) is not None
    kinds = {figure.kind for figure in find_counts(words)}
    if kinds and asked is Asked.MONEY:
        return QuantityKind.MONEY in kinds
    if kinds and asked is Asked.PERCENT:
        return QuantityKind.PERCENT in kinds or _PART.search(words) is not None
    if kinds and asked is Asked.COUNT:
        return bool(kinds & {QuantityKind.COUNT, QuantityKind.TIME})
    for start, end, _ in reversed(dates):
        words = words[:start] + words[end:]
    return bool(kinds) or _NUMERAL.search(_ORDINAL.sub("", words)) is not None


def asking_for(figure: Quantity, language: Language) -> str:
    """Return what asks for a figure, to stand in its place: how much money, 多少起."""
    chinese = language is Language.CHINESE
    match figure.kind:
        case QuantityKind.MONEY:
            return "多少钱" if chinese else "how much money"
        case QuantityKind.PERCENT:
            return "百分之多少" if chinese else "what percentage"
        case QuantityKind.TIME:
            return "多长时间" if chinese else "how long"
        case QuantityKind.COUNT:
            return f"多少{figure.unit}" if chinese else f"how many {figure.unit}".strip()
