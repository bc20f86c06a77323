"""Lines that say who published something and when: "Publisher· 2024-05-01 10:00" and the like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rag.language.dates import find_dates
from rag.sources.furniture import bare, width

_TIME = re.compile(
    r"(?:[T\s]?(?<!\d)\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\s?[ap]\.?m\.?)?(?:\s?(?:[A-Z]{2,4}|[+-]\d\d:?\d\d))?\b)",
    re.I,
)
_AGO = re.compile(
    r"(?:刚刚|昨天|前天|今天|\d+\s?(?:秒|分钟|小时|天|周|个月|月|年)前|"
    r"(?:\d+|an?)\s(?:second|minute|hour|day|week|month|year)s?\sago|yesterday)",
    re.IGNORECASE,
)
_HINT = re.compile(
    r"(?:19|20)\d\d|[一二][〇零○一二三四五六七八九十]{3}|前|刚刚|天|ago|yesterday", re.I
)
_SOURCE_LABEL = (
    r"(?:文章|信息|稿件|新闻)?(?:来源|來源|稿源|出处|发布机构|发布单位|发布者|"
    r"source|publisher|published by)\s*[:：]\s*"
)
_SOURCE = re.compile(
    rf"{_SOURCE_LABEL}(?P<value>[^\s|｜·•丨,，;；]{{1,40}}(?: [A-Z][\w&.]*)*)", re.IGNORECASE
)
_SOURCE_LINE = re.compile(
    rf"{_SOURCE_LABEL}(?P<value>[^|｜·•丨,，;；:：。!！?？/]{{2,60}})", re.IGNORECASE
)
_PERSON = re.compile(
    r"(?i:(?:责任)?编辑|责编|作者|记者|通讯员|撰文|文|author|written by|"
    r"posted by|by|editor)\s*[:：/]?\s*"
    r"(?P<value>[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){0,3}|"
    r"[\u4e00-\u9fff·]{2,4}(?:[ 、][\u4e00-\u9fff·]{2,4}){0,3})",
)
_FIELD = re.compile(
    r"(?:(?:发布|发表|更新|刊发|创建|编辑|上传|成文|发帖)(?:时间|日期|于)|时间|日期|发布于|发表于|更新于|"
    r"(?:date|published|updated|posted|last (?:updated|modified)|"
    r"first published)(?: on| at)?)\s*[:：]?",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"(?:类别|分类|栏目|频道|标签|字号|字体|category|in|tags?)\s*[:：]\s*[^\s|｜]{0,20}|"
    r"(?:阅读|浏览|点击|评论|播放|人气|热度|views?|comments?|reads?)(?:量|数|次数)?\s*[:：]?\s*[\d,.]+\s?[万wk]?\+?(?:次)?|"
    r"[\d,.]+\s?[万wk]?\+?\s?(?:次)?(?:阅读|浏览|评论|播放|views?|comments?|min(?:ute)?s? read)|"
    r"(?:星期|周)[一二三四五六日天]|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b,?|"
    r"[【\[(（]?(?:字体|字号)[:：]?.{0,10}|分享到?[:：]?.{0,20}|(?:#|No\.?)\d+(?:楼)?|\d+楼|楼主|\bon\b|\bat\b",
    re.IGNORECASE,
)
_MARKS = " \t\u3000\u00a0|｜丨/·•,，;；:：-—–()（）[]【】《》<>*~"
_SENTENCE = re.compile(r"[。！？!?；;，,“”\"]")


@dataclass(frozen=True, slots=True)
class DateLine:
    """A line's date, the publisher beside it, and whether the line holds anything but the date.

    ``published`` is None for a relative time ("3 hours ago"), which needs a clock to be a date.
    """

    published: date | None
    publisher: str = ""
    pure: bool = True
    labelled: bool = False


def _day(text: str) -> tuple[int, int, date] | None:
    """Return the first full date in the text and where it stands."""
    for start, end, value in find_dates(text):
        if isinstance(value, date):
            return start, end, value
    return None


def _rest(text: str) -> tuple[str, str, bool]:
    """Return what is left of a line without its labelled fields, the publisher, and if any were."""
    source = _SOURCE.search(text)
    labelled = bool(source or _FIELD.search(text))
    text = _SOURCE.sub(" | ", text)
    text = _FIELD.sub(" | ", text)
    text = _OTHER.sub(" | ", text)
    text = _PERSON.sub(" | ", text)
    parts = (part.strip(_MARKS) for part in re.split(r"[|｜丨]", text))
    rest = " ".join(part for part in parts if part.strip(". "))
    publisher = source["value"].strip(_MARKS) if source else ""
    return rest.strip(_MARKS), publisher, labelled


@lru_cache(maxsize=20_000)
def parse_dateline(text: str) -> DateLine | None:
    """Return what a line says as a date line, or None when it says more than that.

    What is left beside date, time and labelled fields is the publisher, if it is short and no
    clause: a name has no commas and next to no digits.
    """
    line = bare(text)
    if len(line) > 150 or width(line) > 150 or not _HINT.search(line):
        return None
    found = _day(line)
    if found:
        start, end, published = found
        without = f"{line[:start]} | {_TIME.sub(' | ', line[end:])}"
    else:
        ago = _AGO.search(line)
        if not ago:
            return None
        published = None
        without = f"{line[: ago.start()]} | {_TIME.sub(' | ', line[ago.end() :])}"
    rest, publisher, labelled = _rest(without)
    if width(rest) > 40 or _SENTENCE.search(rest) or len(re.findall(r"\d", rest)) > 2:
        return None
    if not publisher and not (labelled and width(rest) > 24):
        # "Name     Province": what stands apart from the name is something else.
        publisher = re.split(r"\s{2,}", re.sub(r"^(?:原创|转载)\s+", "", rest))[0]
    return DateLine(published, publisher, pure=not (rest or publisher), labelled=labelled)


def parse_source_line(text: str) -> str:
    """Return the publisher of a line that says nothing else ("Publisher: Mail"), "" for others."""
    found = _SOURCE_LINE.fullmatch(bare(text))
    return found["value"].strip(_MARKS) if found else ""


_TAIL = re.compile(
    r"(?P<date>(?:19|20)\d\d(?P<mark>[-/.])\d{1,2}(?P=mark)\d{1,2})"
    r"(?:\s\d{1,2}:\d{2}(?::\d{2})?)?[\])）】]?$"
)


def split_tail(text: str) -> tuple[str, date] | None:
    """Return a line's words and the date glued to its end ("some words…2024-05-01"), if any.

    Digits may stand right before the date: a list prints cut-off text and date without a space.
    """
    match = _TAIL.search(text)
    if not match or not bare(text[: match.start()]):
        return None
    found = _day(match["date"])
    return (text[: match.start()].rstrip(" \t[(（【"), found[2]) if found else None
