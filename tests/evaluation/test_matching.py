import pytest

from rag.evaluation import matching


def test_english_is_normalised_as_in_squad_but_keeps_decimal_points_and_percent() -> None:
    assert matching.normalise_english("The  Police, of an  Area.") == "police of area"
    assert matching.normalise_english("1.5 million") == "1.5 million"
    assert matching.normalise_english("40,400 (37.2%).") == "40400 37.2%"


def test_chinese_is_cut_into_characters_and_figures_stay_whole() -> None:
    assert matching.segments("《反诈》4.04万起,A股ＩＣＢＣ 37.2%") == [
        *"反诈",
        "4.04",
        *"万起",
        "a",
        "股",
        "icbc",
        "37.2%",
    ]


def test_exact_match_takes_any_accepted_answer_and_no_empty_one() -> None:
    assert matching.exact_match("the Alibaba Group", ["Ali", "alibaba group."]) == 1.0
    assert matching.exact_match("“缅北”", ["缅北"]) == 1.0
    assert matching.exact_match("", [""]) == 0.0
    assert matching.exact_match("1.5 million", ["15 million"]) == 0.0


def test_english_f1_counts_words_in_any_order() -> None:
    # answer: northern myanmar border (3), accepted: myanmar northern (2), common 2
    assert matching.f1("northern Myanmar border", ["Myanmar, northern"]) == pytest.approx(0.8)


def test_chinese_f1_counts_the_longest_common_run() -> None:
    # 缅甸北部 and 甸北边: the run 甸北, so 2 * 2 / (4 + 3)
    assert matching.f1("缅甸北部", ["甸北边"]) == pytest.approx(4 / 7)
    assert matching.f1("缅甸", ["越南"]) == 0.0


def test_f1_takes_the_best_accepted_answer() -> None:
    assert matching.f1("缅甸", ["越南", "缅甸"]) == 1.0
    assert matching.f1("缅甸", []) == 0.0


@pytest.mark.parametrize(
    ("answer", "accepted", "expected"),
    [
        ("4.04万起", "40,400 cases", 1.0),
        ("近3亿元", "nearly 300 million yuan", 1.0),
        ("1.739 million", "173.9万", 1.0),
        ("329.1 billion yuan", "3291亿元", 1.0),
        ("下降31.3%", "31.3 percent", 1.0),
        ("40%", "40", 0.0),
        ("2.9万起", "4.9万起", 0.0),
        ("4.04万起和2.9万起", "4.04万起", 0.0),
        ("2023年4.04万起", "4.04万起", 1.0),
        ("November 2023", "2023年11月", 1.0),
        ("November 27, 2023", "2023年11月7日", 0.0),
        ("缅北", "4.04万起", 0.0),
    ],
)
def test_figures_match_by_value(answer: str, accepted: str, expected: float) -> None:
    assert matching.figure_match(answer, [accepted]) == expected


def test_without_figures_in_the_accepted_answers_there_is_no_figure_match() -> None:
    assert matching.figure_match("4.04万起", ["缅北"]) is None


def test_words_are_found_whatever_the_blanks_width_and_case() -> None:
    assert matching.has_words("共挽回 ３ ００\n亿元", "300亿元")
    assert matching.has_words("Nearly 300  Million", "300 million")
    assert not matching.has_words("anything", " ")


@pytest.mark.parametrize(
    ("answer", "accepted", "right"),
    [
        ("近3亿元", ["nearly 300 million yuan"], True),
        ("2.9万起", ["4.04万起", "4.9万起"], False),
        ("criminal groups in northern Myanmar", ["northern Myanmar"], True),
        ("明确违规行为与责任", ["明确违规行为和责任"], True),  # 2 * 6 / 18
        ("违规者", ["违规行为"], False),  # 2 * 2 / 7
        ("第二类账户", ["第三类账户"], False),
        ("A12 plan for all", ["A13 plan for all"], False),
        ("", ["缅北"], False),
    ],
)
def test_right_is_what_a_reader_would_accept(answer: str, accepted: list[str], right: bool) -> None:
    assert matching.is_right(answer, accepted) is right


def test_the_figures_of_a_text_leave_out_its_dates() -> None:
    figures = matching.figures_of("2023年11月27日,破获4.04万起,上升34.4%")
    assert {(float(value), unit) for value, unit in figures} == {(40400.0, ""), (34.4, "%")}
