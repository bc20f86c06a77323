"""Phrases glued into a page again and again: the mark of a hijacked or keyword-stuffed page.

A report names its subject often, too. What it does not do is write the name against the grammar:
with a colon behind it in the middle of a clause, twice with nothing in between, or as a banner
of its own. One such habit is chance; a phrase is called stuffed when it is frequent, stands so in
a large part of its occurrences, and shows a second habit.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.remarks import Remark
from rag.sources.base import Block, Dropped
from rag.sources.furniture import width
from rag.sources.pieces import EDGES, drop

_LEAST = 5
"""Occurrences below which nothing is called repeated."""
_MOST_TEXT = 200_000
"""Characters above which a text is a book, not a page."""
_SHORTEST, _LONGEST = 3, 24
_GLUE = ":：|｜_=~#¥$€&*+^@®™★☆→>»-—【】[]《》「」"
_WORD = re.compile(r"[A-Za-z0-9]+(?:[.'’-][A-Za-z0-9]+)*|[\u3400-\u9fff]")
_STOP = "。，、；！？,;!?()（）“”\"'"


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A repeated phrase and the habits it shows."""

    text: str
    count: int
    glued: int
    doubled: int
    banners: int
    blocks: int

    @property
    def stuffed(self) -> bool:
        """Say whether the habits prove stuffing."""
        glued = self.glued >= max(3, 0.3 * self.count)
        doubled = self.doubled >= max(3, 0.15 * self.count)
        banners = self.banners >= 2
        spread = self.blocks >= 4
        return (
            self.count >= _LEAST
            and (glued or doubled)
            and (glued + doubled + banners + spread) >= 3
        )


def _grams(texts: Sequence[str]) -> Counter[str]:
    """Count runs of words (Latin) and characters (Chinese), each counted as written."""
    counts: Counter[str] = Counter()
    for text in texts:
        tokens = [(m.start(), m.end()) for m in _WORD.finditer(text)]
        for first in range(len(tokens)):
            for last in range(first, min(first + 12, len(tokens))):
                if last > first and tokens[last][0] - tokens[last - 1][1] > 1:
                    break
                start, end = tokens[first][0], tokens[last][1]
                gap = text[tokens[last - 1][1] : tokens[last][0]] if last > first else ""
                if end - start > _LONGEST or gap.strip():
                    break
                if end - start >= _SHORTEST:
                    counts[text[start:end]] += 1
    return counts


def _candidates(texts: Sequence[str]) -> list[tuple[str, int]]:
    """Return frequent phrases that no longer one accounts for, the weightiest first."""
    frequent = {gram: n for gram, n in _grams(texts).items() if n >= _LEAST}
    ordered = sorted(frequent.items(), key=lambda item: (-len(item[0]), item[0]))
    kept: list[tuple[str, int]] = []
    for gram, count in ordered:
        if not any(gram in longer and n >= 0.8 * count for longer, n in kept):
            kept.append((gram, count))
    return sorted(kept, key=lambda item: -item[1] * len(item[0]))[:20]


def _is_glue(char: str) -> bool:
    """Say whether a character is a mark that joins a phrase to what it does not belong to."""
    return char in _GLUE or unicodedata.category(char) in ("Sc", "So", "Sm", "Sk")


def _habit(text: str, start: int, end: int) -> bool:
    """Say whether an occurrence stands against the grammar: marked off inside a clause.

    A speaker's name or a field's has a colon, too, but begins its line or its sentence; here a
    letter or another mark of the kind stands right before, and the clause runs on behind.
    """
    before, after = text[start - 1 : start], text[end : end + 1]
    if text[start].isascii() and text[end - 1].isascii():
        return _latin_habit(text[:start].rstrip(), after, text[end + 1 :].lstrip())
    if not after or not _is_glue(after) or not text[end + 1 : end + 2].strip():
        return (
            bool(before)
            and _is_glue(before)
            and before not in ":：-—[]【】《》「」>»"
            and after.isalnum()
        )
    return bool(before) and (before.isalpha() or (_is_glue(before) and before not in "【[《「"))


def _latin_habit(before: str, after: str, rest: str) -> bool:
    """Say the same of a Latin phrase: words stand apart, and a colon may end a clause."""
    inside = bool(before) and (before[-1].isalnum() or _is_glue(before[-1]))
    if not (inside and after and _is_glue(after) and rest and after not in "-—«»[]'"):
        return False
    return after not in ":：" or rest[0].islower()


def _measure(phrase: str, texts: Sequence[str]) -> _Phrase:
    """Count a phrase's occurrences and habits."""
    count = glued = doubled = banners = blocks = 0
    for text in texts:
        ends = -1
        found = [match.start() for match in re.finditer(re.escape(phrase), text)]
        for start in found:
            between = text[ends:start] if ends >= 0 else None
            near = between is not None and len(between) <= 6
            if between is not None and near and not re.search(rf"[{_STOP}\s和与及或/and]", between):
                doubled += 1
            ends = start + len(phrase)
            glued += _habit(text, start, ends)
        count += len(found)
        blocks += bool(found)
        rest = text.replace(phrase, "")
        banners += (
            bool(found) and width(phrase) * len(found) >= 0.4 * width(text) > 0 and len(rest) <= 24
        )
    return _Phrase(phrase, count, glued, doubled, banners, blocks)


def _pattern(phrase: str, texts: Sequence[str]) -> re.Pattern[str]:
    """Return what to cut: the phrase with the marks that usually stick to it."""
    after = Counter(
        text[match.end()]
        for text in texts
        for match in re.finditer(re.escape(phrase), text)
        if match.end() < len(text) and _is_glue(text[match.end()])
    )
    before = Counter(
        text[match.start() - 1]
        for text in texts
        for match in re.finditer(re.escape(phrase), text)
        if match.start() and _is_glue(text[match.start() - 1])
    )
    marks = [
        "".join(re.escape(char) for char, n in side.items() if n >= 2) for side in (before, after)
    ]
    left = f"[{marks[0]}]?" if marks[0] else ""
    right = f"[{marks[1]}]?" if marks[1] else ""
    return re.compile(f"(?:{left}{re.escape(phrase)}{right})")


def _cut(item: Block, pattern: re.Pattern[str]) -> Block:
    """Return the block without the phrase; spaces it left behind are closed up."""
    text = pattern.sub("", item.text)
    if text != item.text:
        text = re.sub(r"(?<=\S) {2,}(?=\S)", " ", text).strip(EDGES)
    return replace(item, text=text)


def remove_stuffing(blocks: Sequence[Block]) -> tuple[list[Block], list[Dropped], list[str]]:
    """Take stuffed phrases out of a page.

    Returns:
        The blocks that remain, the lines and phrases dropped, and a warning for each phrase.
    """
    kept = list(blocks)
    dropped: list[Dropped] = []
    warnings: list[str] = []
    if sum(len(item.text) for item in blocks) > _MOST_TEXT:
        return kept, dropped, warnings
    for _ in range(3):
        texts = [item.text for item in kept]
        found = next(
            (m for p, _ in _candidates(texts) if (m := _measure(p, texts)).stuffed),
            None,
        )
        if found is None:
            break
        warnings.append(Remark.STUFFED.format(found.text, found.count))
        kept, out = _without(kept, found.text)
        dropped += out
    return kept, dropped, warnings


def _without(blocks: Sequence[Block], phrase: str) -> tuple[list[Block], list[Dropped]]:
    """Cut a phrase out of lines, and drop the lines it fills."""
    pattern = _pattern(phrase, [item.text for item in blocks])
    kept: list[Block] = []
    dropped: list[Dropped] = []
    for item in blocks:
        if phrase not in item.text:
            kept.append(item)
            continue
        share = width(phrase) * item.text.count(phrase) / width(item.text)
        cut = _cut(item, pattern)
        if not any(char.isalnum() for char in cut.text) or (share >= 0.4 and width(cut.text) <= 24):
            dropped.append(drop(item, Remark.STUFFED_LINE))
        else:
            reason = Remark.STUFFED_PHRASE.format(item.text.count(phrase))
            dropped.append(Dropped(phrase, str(item.origin), reason))
            kept.append(cut)
    return kept, dropped
