"""What befell people: that nobody died does not say whether anybody was hurt."""

from __future__ import annotations

import re

_HARMS = {
    "death": re.compile(
        r"死(?![机锁板角海记守])|身亡|丧生|丧命|遇难|遇害|罹难|溺亡|伤亡|"
        r"\b(?:die[ds]?|dead|deaths?|kill(?:ed|s)?|fatal\w*|casualt\w+|loss of life)\b",
        re.IGNORECASE,
    ),
    "injury": re.compile(
        r"受伤|伤者|伤员|[重轻致负死]伤|伤亡|\b(?:injur\w+|hurt|wounded|casualt\w+)\b",
        re.IGNORECASE,
    ),
    "loss": re.compile(r"失踪|失联|下落不明|\bmissing\b", re.IGNORECASE),
}


def tells_of_other_harm(words: str, question: str) -> bool:
    """Return whether an answer's own words tell of another harm than a question asks about."""
    told, asked = _harms_in(words), _harms_in(question)
    return bool(told and asked and not told & asked)


def _harms_in(text: str) -> set[str]:
    return {harm for harm, pattern in _HARMS.items() if pattern.search(text)}
