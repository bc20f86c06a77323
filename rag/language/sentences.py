"""Where sentences begin and end, in Chinese and English text."""

from __future__ import annotations

import re

Span = tuple[int, int]

_CLOSERS = "”’」』》）)】]\"'"
_NOTES = r"(?:\s?\[\d{1,3}\])+"
"""Marks of notes or sources, as encyclopaedias and summaries put them behind a sentence."""

_AFTER = rf"[{re.escape(_CLOSERS)}]*(?:{_NOTES}(?![a-z0-9]))?"
_BARE_NOTES = rf"{_NOTES}(?=\s+(?:[-–•*]\s|[A-Z\u4e00-\u9fff])|\s*$)"
_END = re.compile(rf"(?:[。！？!?]+|…{{2,}}|\.+){_AFTER}|{_BARE_NOTES}|\n+")
_SEMICOLON = re.compile(rf"(?:[。！？!?；;]+|…{{2,}}|\.+){_AFTER}|{_BARE_NOTES}|\n+")
_CLAUSE_END = re.compile(r"[，；：;]|,(?!\d)|(?<!\d),|:(?!\d)|——| [-–] ")
_LAST = re.compile(rf"[。！？!?；;….][{re.escape(_CLOSERS)}]*(?:{_NOTES})?\s*$")
_WORD_BEFORE = re.compile(r"([^\W\d_]+(?:\.[^\W\d_]+)*)$")
_ABBREVIATIONS = {
    "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "al", "inc", "ltd", "co", "corp",
    "dept", "est", "approx", "ca", "cf", "eg", "ie", "e.g", "i.e", "u.s", "u.k", "u.n", "a.m",
    "p.m", "ph.d", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov",
    "dec", "gen", "col", "sen", "rep", "gov",
}  # fmt: skip
_BEFORE_NUMBERS = {"no", "nos", "fig", "figs", "vol", "pp", "p", "ed", "eds", "art", "sec", "ch"}
"""Abbreviations only before a number: "No. 5", but "The answer was no. He left."."""


def split_sentences(text: str, *, at_semicolons: bool = False) -> list[Span]:
    """Return the sentences of a text as offsets, without the white space around them.

    A decimal point, an abbreviation or a full stop inside brackets of an enumeration does not
    end a sentence; closing quotes and brackets and marks of notes (``[3]``) belong to the sentence
    they close. A line break always ends one, and so does a mark of a note before a capital.
    """
    spans: list[Span] = []
    start = 0
    for match in (_SEMICOLON if at_semicolons else _END).finditer(text):
        if _is_end(text, match):
            _append(spans, text, start, match.end())
            start = match.end()
    _append(spans, text, start, len(text))
    return spans


def ends_sentence(text: str) -> bool:
    """Return whether a text ends as a sentence does; titles, bylines and labels do not."""
    return _LAST.search(text) is not None


def split_clauses(text: str, start: int, end: int) -> list[Span]:
    """Return the clauses of the sentence between two offsets: what stands between its commas.

    The enumeration comma (、) and a comma inside a figure part none.
    """
    spans: list[Span] = []
    for match in _CLAUSE_END.finditer(text, start, end):
        _append(spans, text, start, match.end())
        start = match.end()
    _append(spans, text, start, end)
    return spans


def stretch_around(text: str, start: int, end: int, ends: re.Pattern[str]) -> tuple[int, int]:
    """Return the stretch between two ends around a place of a text."""
    before = max((match.end() for match in ends.finditer(text, 0, start)), default=0)
    after = ends.search(text, end)
    return before, after.start() if after else len(text)


def _is_end(text: str, match: re.Match[str]) -> bool:
    mark = match.group().lstrip(" ")[:1]
    following = text[match.end() : match.end() + 1]
    if mark in "?!;" and match.end() == match.start() + 1:
        return not following or not following.isalnum() or _is_wide(following)
    if mark != ".":
        return True
    if following and not following.isspace() and not _is_wide(following):
        return False
    if match.group() == ".":
        return not _is_abbreviation(text, match.start(), match.end())
    return True


def _is_abbreviation(text: str, dot: int, end: int) -> bool:
    word = _WORD_BEFORE.search(text, max(0, dot - 12), dot)
    rest = text[end : end + 2].strip()
    if word is None:
        # "3. Next": a list number at the start of a line, not the end of a sentence.
        line = text[text.rfind("\n", 0, dot) + 1 : dot].strip()
        return line.isdigit() and len(line) <= 2 and bool(rest)
    name = word.group(1)
    if name.lower() in _BEFORE_NUMBERS and rest[:1].isdigit():
        return True
    if len(name) == 1 and name.isupper():
        return bool(rest)
    return name.lower() in _ABBREVIATIONS and bool(rest) and not (rest[0].isupper() and "." in name)


def _is_wide(char: str) -> bool:
    return char >= "\u2e80"


def _append(spans: list[Span], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))
