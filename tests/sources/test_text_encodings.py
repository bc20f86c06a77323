import pytest

from rag.errors import SourceError
from rag.sources.encoding import decode

SIMPLIFIED = [
    "今年春天村里新修了两座水泥桥，孩子们上学不用再绕远路。",
    "图书馆周一闭馆，周二至周日早上九点开放，晚上八点关门。",
    "他把旧自行车擦得发亮，打算周末骑到郊外去看看油菜花海。",
    "本季度营业收入为三千二百万元，比去年同期增长了百分之八。",
    "会议决定从下月起调整班车时间，请各位同事互相转告并留意。",
]
TRADITIONAL = [
    "今年春天村裡新修了兩座水泥橋，孩子們上學不用再繞遠路。",
    "圖書館週一閉館，週二至週日早上九點開放，晚上八點關門。",
    "他把舊腳踏車擦得發亮，打算週末騎到郊外去看看油菜花海。",
    "本季度營業收入為三千二百萬元，比去年同期增長了百分之八。",
    "會議決定從下月起調整班車時間，請各位同事互相轉告並留意。",
]


@pytest.mark.parametrize("text", SIMPLIFIED + TRADITIONAL)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_short_chinese_text_is_read_in_every_encoding(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize("text", TRADITIONAL)
def test_a_short_traditional_text_is_read_in_big5(text: str) -> None:
    assert decode(text.encode("big5"), "a.txt") == text


@pytest.mark.parametrize("text", SIMPLIFIED + TRADITIONAL)
def test_ten_characters_are_enough_for_gb18030(text: str) -> None:
    assert decode(text[:10].encode("gb18030"), "a.txt") == text[:10]


@pytest.mark.parametrize("text", TRADITIONAL)
def test_ten_characters_are_enough_for_big5(text: str) -> None:
    assert decode(text[:10].encode("big5"), "a.txt") == text[:10]


def test_chinese_between_much_english_is_read() -> None:
    text = (
        "Annual report 2023 of the harbour office, section 4: 吞吐量 (throughput), 泊位 (berths)."
    )
    assert decode(text.encode("gb18030"), "a.txt") == text


def test_western_text_is_not_taken_for_chinese() -> None:
    text = (
        "Le café fermé rouvrira après l’été, a annoncé la mairie à Genève, où l’accès reste gêné. "
        * 5
    )
    assert decode(text.encode("cp1252"), "a.txt") == text


def test_line_ends_become_line_feeds_and_the_mark_goes() -> None:
    assert decode("\ufeffa\r\nb\rc\n".encode(), "a.txt") == "a\nb\nc\n"


def test_a_character_cut_off_at_the_end_is_forgiven() -> None:
    assert decode("最后一个字被切断了".encode()[:-1], "a.txt") == "最后一个字被切断"


def test_one_bad_byte_does_not_turn_a_utf8_text_into_noise() -> None:
    data = ("港口的灯亮了。" * 20).encode()
    assert decode(data + b"\xff" + data, "a.txt").count("港口的灯亮了。") == 40


def test_binary_content_is_refused() -> None:
    with pytest.raises(SourceError, match=r"a\.txt: is a binary file \(it holds NUL bytes\)"):
        decode(b"\x01\x00\x02\x00" * 10, "a.txt")
