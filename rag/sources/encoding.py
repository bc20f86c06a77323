"""From bytes to text: UTF-8, UTF-16 with a mark, GB18030, Big5, and whatever else is likely.

Statistical detectors guess wrong on a line or two of Chinese, as GB18030 and Big5 share their
byte range. Here both readings are made and weighed by how common their characters are: a wrong
reading yields rare characters and no punctuation, also within thirty characters.
"""

from __future__ import annotations

import codecs
import math
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from rag.errors import SourceError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    # UTF-32's mark begins with UTF-16's, so it is tried first.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
)
_PUNCTUATION = frozenset("，。、；：！？“”‘’（）《》〈〉「」『』【】—…·％　～")
_CHINESE_SCORE = 0.35
"""Readings of real Chinese score above 0.5, wrong ones below 0.25 (tests/sources/test_encoding)."""


@lru_cache(maxsize=1)
def _frequencies() -> dict[str, float]:
    """Return how common each character is, 0 to 1, from the word counts jieba ships.

    The dictionary is read as a file: importing jieba would cost more and add nothing.
    """
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise SourceError("jieba is not installed; reinstall yinju to get it")
    counts: dict[str, int] = {}
    with Path(spec.origin).with_name("dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, count, *_ = line.split(" ")
            for char in word:
                counts[char] = counts.get(char, 0) + int(count)
    top = math.log(max(counts.values()))
    return {char: math.log(max(count, 1)) / top for char, count in counts.items()}


def _weight(char: str, frequencies: dict[str, float]) -> float:
    """Return how likely a character is in real text: 1 certain, 0 rare, -1 not a character."""
    if char in _PUNCTUATION or "\uff01" <= char <= "\uff5e":
        return 1.0
    if "\ue000" <= char <= "\uf8ff" or char == "\ufffd" or char >= "\U000f0000":
        return -1.0
    weight = frequencies.get(char, 0.0)
    if weight < 0.6 and "\u4e00" <= char <= "\u9fff" and _common_traditional(char):
        return 0.6
    return weight if "\u4e00" <= char <= "\u9fff" else 0.0


def _common_traditional(char: str) -> bool:
    """Say whether Big5 has the character on its first level, the 5,401 common ones."""
    try:
        return b"\xa4\x40" <= char.encode("big5") <= b"\xc6\x7e"
    except UnicodeEncodeError:
        return False


def _score(text: str) -> float:
    """Return the mean weight of the characters beyond ASCII in the text's first part."""
    wide = [char for char in text[:20_000] if char > "\x7f"]
    if not wide:
        return 0.0
    frequencies = _frequencies()
    return sum(_weight(char, frequencies) for char in wide) / len(wide)


def _chinese(data: bytes) -> str | None:
    """Return the better of the GB18030 and Big5 readings, or None when neither is Chinese."""
    readings = []
    for encoding in ("gb18030", "big5hkscs"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        readings.append((_score(text), text))
    score, text = max(readings, default=(0.0, ""), key=lambda reading: reading[0])
    return text if score >= _CHINESE_SCORE else None


def _utf8(data: bytes) -> str | None:
    """Return the UTF-8 reading; a character cut off at the end or a rare bad byte is forgiven."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and error.start > 0 and error.reason.startswith("unexp"):
            return data[: error.start].decode("utf-8")
    text = data.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    good = sum(char > "\x7f" for char in text) - bad
    return text if bad * 50 < good else None


def _western(data: bytes) -> str | None:
    """Return the Windows reading of a text that is ASCII but for accents and curly quotes.

    Detectors confuse it with its Central European neighbour; the tool's languages are Chinese
    and English, so curly quotes in English text are the usual case.
    """
    high = sum(byte > 0x7F for byte in data[:200_000])
    if high > 0.25 * min(len(data), 200_000):
        return None
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return None


def _other(data: bytes) -> str | None:
    """Return charset-normalizer's reading: Latin, Cyrillic, Japanese and Korean encodings."""
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000]).best()
    if best is None:
        return None
    try:
        return data.decode(best.encoding)
    except UnicodeDecodeError:
        return data.decode(best.encoding, errors="replace")


def check_text(data: bytes, name: str) -> None:
    """Raise when the bytes are no text at all.

    Raises:
        SourceError: The bytes begin like a known binary format, or hold NUL bytes.
    """
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise SourceError(
                f"{name}: is {kind} by its first bytes, not text; give it the suffix it should have"
            )
    if b"\0" in data[:1_000_000]:
        raise SourceError(
            f"{name}: is a binary file (it holds NUL bytes), not text; "
            "export it as UTF-8 text, or leave it out"
        )


def decode(data: bytes, name: str) -> str:
    r"""Return the text of a file, line ends as ``\n``, without a byte order mark.

    Args:
        data: The whole file.
        name: What to call the file in an error.

    Raises:
        SourceError: The bytes are no text, or text in no known encoding.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text: str | None = data.decode(encoding, errors="replace").removeprefix("\ufeff")
            break
    else:
        check_text(data, name)
        text = _utf8(data)
        if text is None:
            text = _chinese(data)
        if text is None:
            text = _western(data)
        if text is None:
            text = _other(data)
    if text is None:
        raise SourceError(f"{name}: is in no encoding that is known; save it as UTF-8")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
