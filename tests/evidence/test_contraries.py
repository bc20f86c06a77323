"""Statements that say the opposite of the nearest sentence of a source."""

import pytest

from rag.embedding.bundled import BundledEmbedder
from rag.evidence.contraries import contradicts

CHINESE = (
    "南屏县今年破案数量同比上升一成。由于天气转冷，群众的兴趣由水上项目转向冰上项目。"
    "县里的办案时间从48天缩短到31天。渡口夜间停航。"
)
ENGLISH = (
    "The county solved a tenth fewer cases. The council moved its archive from the old mill to the "
    "station. Ferries stop at night."
)


@pytest.mark.parametrize(
    ("statement", "text", "says_opposite"),
    [
        ("南屏县今年破案数量下降。", CHINESE, True),
        ("The number of cases solved in Nanping county fell this year.", CHINESE, True),
        ("The number of cases solved in Nanping county rose this year.", CHINESE, False),
        ("人们的兴趣由冰上项目转向水上项目。", CHINESE, True),
        ("Interest is moving away from ice sports and back to water sports.", CHINESE, True),
        ("Interest is moving from water sports to ice sports.", CHINESE, False),
        ("The time taken grew from 31 to 48 days.", CHINESE, True),
        ("It took the county 31 days instead of 48.", CHINESE, False),
        ("The archive went from the station to the old mill.", ENGLISH, True),
        ("The archive went to the station from the old mill.", ENGLISH, False),
        ("档案馆由旧磨坊迁到车站。", ENGLISH, False),
        ("档案馆由车站迁到旧磨坊。", ENGLISH, True),
    ],
)
def test_what_is_turned_round_is_told(
    statement: str, text: str, says_opposite: bool, embedder: BundledEmbedder
) -> None:
    assert contradicts(statement, text, embedder.embed_questions) is says_opposite
