import pytest

from rag.language.names import (
    chinese_names,
    chinese_places,
    is_local_place,
    is_place,
    latin_names,
    local_places,
    mentions_place,
    place_spans,
    romanise,
)


@pytest.mark.parametrize(
    ("chinese", "forms"),
    [
        ("广西", {"guangxi"}),
        ("陕西", {"shaanxi"}),
        ("山西", {"shanxi"}),
        ("内蒙古", {"inner", "mongolia"}),
        ("西安", {"xian"}),
        ("吕梁", {"luliang"}),
    ],
)
def test_a_place_gives_its_latin_name(chinese: str, forms: set[str]) -> None:
    assert forms <= set(romanise([chinese]))


def test_shaanxi_and_shanxi_are_two_provinces() -> None:
    assert "shanxi" not in romanise(["陕西"])
    assert "shaanxi" not in romanise(["山西"])


def test_a_place_is_found_in_either_script() -> None:
    assert mentions_place("西安警方通报", "xian")
    assert mentions_place("Police in Xi'an said", "xian")
    assert mentions_place("the GUANGXI police", "guangxi")
    assert not mentions_place("山西警方", "shaanxi")
    assert not mentions_place("Guangxian", "guangxi")


def test_countries_are_no_local_places() -> None:
    assert is_local_place("guangxi")
    assert not is_local_place("china")
    assert local_places("Inner Mongolia, China", ["inner"]) == {"inner mongolia"}


def test_a_latin_place_has_chinese_names_the_shortest_first() -> None:
    assert chinese_places("Guangxi")[0] == "广西"
    assert chinese_places("xi'an")[0] == "西安"
    assert chinese_places("nowhere at all") == ()


def test_a_persons_name_meets_its_romanised_form() -> None:
    assert romanise(["李春禾"]) == ["lichunhe", "li", "chunhe"]
    assert set(latin_names("Who is Li Chunhe?")) <= set(romanise(["李春禾"])) | {"who"}


def test_a_word_that_opens_with_no_surname_gives_its_pinyin_only() -> None:
    assert romanise(["茶园"]) == ["chayuan"]


def test_only_chinese_words_of_two_to_five_characters_are_romanised() -> None:
    assert romanise(["茶", "tea", "8", "清明前的茶叶"]) == []


def test_names_in_latin_text_are_capitals_and_places_in_any_case() -> None:
    assert latin_names("Where does Ada Quill keep bees") == ["ada", "quill"]
    assert latin_names("how much did guangxi and shaanxi grow") == ["guangxi", "shaanxi"]
    assert latin_names("trains to inner mongolia and hong kong") == [
        "inner", "mongolia", "hong", "kong",
    ]  # fmt: skip
    assert latin_names("what is Xi'an's oldest gate") == ["xian"]
    assert latin_names("how many hives are there") == []


def test_chinese_names_are_told_by_their_tag_or_by_being_unknown() -> None:
    assert chinese_names(["李春禾", "广西", "今天", "吃饭", "桥", "bees"]) == ["李春禾", "广西"]


def test_places_are_in_the_table() -> None:
    assert is_place("广西")
    assert not is_place("茶园")


def test_two_places_of_one_name_stand_in_one_place() -> None:
    places = local_places("白沙的客运量", ["白沙", "客运量"])
    assert len(places) > 1
    assert place_spans("白沙的客运量", places) == [(0, 2)]
