"""Words across languages, from the dictionary as it is built and kept."""

from pathlib import Path

import pytest

from rag.errors import ModelError
from rag.language.glosses import Glosses
from rag.language.words import Segmenter


@pytest.fixture(scope="module")
def glosses(tmp_path_factory: pytest.TempPathFactory) -> Glosses:
    cache = tmp_path_factory.mktemp("cache")
    return Glosses(cache, Segmenter(cache))


def test_a_chinese_word_has_english_glosses(glosses: Glosses) -> None:
    assert glosses.english("追回") == ("recover", "get back")
    assert glosses.english("哪些")[:2] == ("which ones", "who")


def test_an_english_word_is_found_in_any_inflection(glosses: Glosses) -> None:
    assert "拦截" in glosses.chinese("intercepted")
    assert glosses.chinese("Intercepting") == glosses.chinese("intercept")


def test_common_words_come_first(glosses: Glosses) -> None:
    assert glosses.chinese("police")[0] in {"警察", "警方"}


def test_an_unknown_word_has_none(glosses: Glosses) -> None:
    assert glosses.english("叽咕乌拉") == ()
    assert glosses.chinese("zzyzx") == ()
    assert glosses.chinese("") == ()


def test_explanations_and_references_are_no_glosses(glosses: Glosses) -> None:
    for word in ("个", "了", "张", "的", "广西"):
        for gloss in glosses.english(word):
            assert gloss.isascii()
            assert not gloss.startswith(("CL:", "surname", "variant"))
            assert "(" not in gloss


def test_words_and_phrases_of_a_question_are_translated(glosses: Glosses) -> None:
    forms = glosses.translations(["identity", "card", "zzyzx"])
    assert any("身份证" in each for each in forms)
    assert len(glosses.translations(["zzyzx"])) == 0


def test_words_with_digits_are_no_words_of_the_dictionary(glosses: Glosses) -> None:
    assert glosses.chinese("5g") == ()
    once = glosses.translations(["case"])
    assert glosses.translations(["2022", "case", "case"]) == once


def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    segmenter = Segmenter(tmp_path)
    Glosses(tmp_path, segmenter).english("猫")
    [file] = tmp_path.glob("glosses-*.sqlite")
    file.write_bytes(b"not a database" * 100)
    with pytest.raises(ModelError, match="Delete it"):
        Glosses(tmp_path, segmenter).english("猫")
