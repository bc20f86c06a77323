import pytest

from rag.language.detect import detect_language
from rag.records import Language

CASES = [
    ("云溪大桥今天通车。", Language.CHINESE),
    ("雲溪大橋今天通車。", Language.CHINESE),
    ("他在 Marrow Bay 的图书馆工作了八年", Language.CHINESE),
    ("𠮷野", Language.CHINESE),
    ("The bridge opened today.", Language.ENGLISH),
    ("The painter 李春禾 showed her new work in the town hall", Language.ENGLISH),
    ("Le pont est ouvert", Language.ENGLISH),
    ("これは新しい橋です", Language.OTHER),
    ("東京の橋は古いです", Language.OTHER),
    ("새로운 다리", Language.OTHER),
    ("Новый мост", Language.OTHER),
    ("12345 6,789.0%", Language.OTHER),
    ("🎉 … !", Language.OTHER),
    ("", Language.OTHER),
]


@pytest.mark.parametrize(("text", "language"), CASES)
def test_the_language_is_the_one_most_of_the_text_is_in(text: str, language: Language) -> None:
    assert detect_language(text) is language
