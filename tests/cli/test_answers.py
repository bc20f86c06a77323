"""The contract of `ask --json`, filters and batches."""

import io
import json
from pathlib import Path

import pytest

from cli.conftest import QUESTION, Run

KINDS = {
    "question": str, "answered": bool, "answer": str, "answers": list, "citations": list,
    "nearest": list, "conflicts": list, "warnings": list, "timings": dict,
}  # fmt: skip
CITATION_KINDS = {
    "number": int, "key": str, "title": str, "publisher": str, "published": str | None,
    "path": str, "place": str, "start": int, "end": int, "quote": str, "spans": list,
    "warnings": list,
}  # fmt: skip


def check_kinds(answer: dict[str, object]) -> None:
    for name, kind in KINDS.items():
        assert isinstance(answer[name], kind), name
    for citation in [*answer["citations"], *answer["nearest"]]:  # type: ignore[misc]
        for name, kind in CITATION_KINDS.items():
            assert isinstance(citation[name], kind), name


def test_an_answer_has_every_key_with_its_type(ask: Run, index: Path) -> None:
    done = ask("Which mayor cut the ribbon?", "--index", index, "--json")
    assert (done.status, done.err) == (0, "")
    answer = done.json
    check_kinds(answer)
    assert answer["question"] == "Which mayor cut the ribbon?"
    assert answer["answered"] is True
    assert answer["answer"] == answer["answers"][0] == "The mayor Ilva Tarn cut the ribbon."
    assert answer["nearest"] == []
    assert list(answer["timings"]) == ["retrieval", "reading", "evidence"]
    assert all(seconds >= 0 for seconds in answer["timings"].values())
    assert [item["number"] for item in answer["citations"]] == [1]


def test_id_title_publisher_date_and_address_of_a_record_come_back_as_given(
    ask: Run, index: Path, corpus: Path
) -> None:
    first = ask("ostrel bridge ribbon", "--index", index, "--json").json["citations"][0]
    assert first["key"] == "bridge-31"
    assert first["title"] == "Ostrel bridge open again"
    assert first["publisher"] == "Ostrel Courier"
    assert first["published"] == "2031-05-05"
    assert first["url"] == "https://ostrel.example/bridge"
    assert first["path"] == str(corpus / "records.jsonl")
    assert first["place"] == "record 1"
    chinese = ask("云溪图书馆藏书多少", "--index", index, "--json").json["citations"][0]
    assert (chinese["key"], chinese["title"]) == ("图书馆/2", "云溪图书馆")
    assert ask("ferry minutes", "--index", index, "--json").json["citations"][0]["key"] == "7"


def test_what_is_not_known_is_null_or_empty(ask: Run, index: Path, corpus: Path) -> None:
    citation = ask("望海塔高多少米", "--index", index, "--json").json["citations"][0]
    assert citation["quote"] == "望海塔高98米，建于1904年。"
    assert citation["key"] == citation["path"] == str(corpus / "old/塔.txt")
    assert (citation["title"], citation["publisher"], citation["published"]) == ("", "", None)


def test_a_quote_is_the_shown_text_at_its_offsets(ask: Run, manage: Run, index: Path) -> None:
    for question in ("ostrel bridge ribbon", "望海塔高多少米", QUESTION):
        for item in ask(question, "--index", index, "--json").json["citations"]:
            shown = manage("show", item["key"], "--index", index, "--json").json
            assert shown["text"][item["start"] : item["end"]] == item["quote"]
            assert all(item["start"] <= a < b <= item["end"] for a, b in item["spans"])
            plain = manage("show", item["key"], "--index", index).out
            text = plain.partition("\n\n")[2]
            assert text[item["start"] : item["end"]] == item["quote"]


def test_when_the_documents_do_not_say_the_nearest_are_given_and_the_status_is_0(
    ask: Run, index: Path
) -> None:
    done = ask("Who baked the pie of Zorn?", "--index", index, "--json", "--threshold", "0.9")
    assert done.status == 0
    answer = done.json
    check_kinds(answer)
    assert (answer["answered"], answer["answer"], answer["answers"]) == (False, "", [])
    assert answer["citations"] == []
    assert len(answer["nearest"]) == 3
    plain = ask("Who baked the pie of Zorn?", "--index", index, "--threshold", "0.9")
    assert plain.status == 0
    assert plain.out.startswith("The documents do not say.\nNearest:\n")
    assert ask("谁烤了馅饼", "--index", index, "--threshold", "1").out.startswith(
        "文档中没有说明。"
    )


@pytest.mark.parametrize(
    ("flags", "keys"),
    [
        (("--publisher", "courier"), {"bridge-31"}),
        (("--publisher", "晚报"), {"图书馆/2"}),
        (("--since", "2030-11-02"), {"bridge-31", "图书馆/2"}),
        (("--until", "2030-11-02"), {"图书馆/2", "7"}),
        (("--since", "2030-01-01", "--until", "2030-12-31"), {"图书馆/2"}),
        (("--path", "garden.md"), {"garden.md"}),
        (("--path", "old/*"), {"old/harbour.txt", "old/塔.txt"}),
        (("--path", "old/"), {"old/harbour.txt", "old/塔.txt"}),
        (("--path", "*.jsonl", "--publisher", "Marn"), {"7"}),
    ],
)
def test_filters_limit_what_is_searched_and_listed(
    ask: Run, manage: Run, index: Path, corpus: Path, flags: tuple[str, ...], keys: set[str]
) -> None:
    expected = {str(corpus / key) if key.endswith(("md", "txt")) else key for key in keys}
    answer = ask("图书馆 of Marn 塔", *flags, "--index", index, "--threshold", "0", "--json").json
    assert {item["key"] for item in answer["citations"]} == expected
    listed = manage("list", *flags, "--index", index, "--json")
    assert {row["key"] for row in listed.lines} == expected


def test_filters_that_nothing_passes_are_told(ask: Run, manage: Run, index: Path) -> None:
    done = ask(QUESTION, "--path", "*.pdf", "--index", index)
    assert done.status == 2
    assert done.message.startswith("error: no document passes the filters. `rag list` shows")
    rows = manage("list", "--index", index, "--json").lines
    undated = sum(row["published"] is None for row in rows)
    unpublished = sum(not row["publisher"] for row in rows)
    assert f"{undated} of the documents have no date, {unpublished} no" in done.message
    assert 0 < undated < len(rows)
    assert manage("list", "--path", "*.pdf", "--index", index).out == ""


def test_top_k_limits_the_passages_that_are_read(ask: Run, index: Path) -> None:
    answer = ask("of Ostrel", "--top-k", "1", "--threshold", "0", "--index", index, "--json").json
    assert len({item["key"] for item in answer["citations"]}) == 1


def test_a_batch_gives_an_object_a_line_with_its_id_in_order(
    ask: Run, index: Path, tmp_path: Path
) -> None:
    rows = [
        {"id": "a", "question": QUESTION},
        {"id": 17, "question": ""},
        {"id": None, "question": "ferry minutes"},
        {"question": "馆长是谁"},
        {"id": ["x"], "question": "m" * 10_000},
        {"id": "last", "question": "铜钟"},
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\ufeff" + "\n\n".join(json.dumps(row) for row in rows), "utf-8")
    done = ask("--batch", path, "--index", index, "--json")
    assert (done.status, done.err) == (0, "")
    answers = done.lines
    assert [answer["id"] for answer in answers] == ["a", 17, None, None, ["x"], "last"]
    assert [answer["question"] for answer in answers] == [row["question"] for row in rows]
    assert [bool(answer["warnings"]) for answer in answers] == [
        False,
        True,
        False,
        False,
        True,
        False,
    ]
    for answer in answers:
        check_kinds(answer)
    assert answers[1]["answered"] is False
    assert answers[1]["warnings"][0].startswith("the question is empty")
    assert answers[4]["answered"] is False
    assert "10,000 characters, at most 1,000" in answers[4]["warnings"][0]
    assert answers[5]["citations"][0]["quote"] == "塔上有一口铜钟。"


def test_a_batch_in_plain_text_says_what_could_not_be_asked_on_stderr(
    ask: Run, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ['{"id": 1, "question": " "}', json.dumps({"id": 2, "question": QUESTION})]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
    done = ask("--batch", "-", "--index", index)
    assert done.status == 0
    assert done.message.startswith("question 1: the question is empty")
    assert f"> {QUESTION}\nThe garden of Veld has 412 kinds of roses.\n" in done.out


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("not json", "found 'not json'"),
        ('{"id": 1}', 'expected {"id"'),
        ('["a"]', 'expected {"id"'),
        ('{"id": 1, "question": 4}', "the question must be a text"),
        ("[" * 100_000, 'expected {"id"'),
    ],
)
def test_a_bad_line_of_a_batch_is_named_before_anything_is_answered(
    ask: Run, index: Path, tmp_path: Path, line: str, found: str
) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('{"id": 1, "question": "roses"}\n' + line)
    done = ask("--batch", path, "--index", index, "--json")
    assert (done.status, done.out) == (2, "")
    assert f"{path}, line 2: " in done.message
    assert found in done.message


def test_a_batch_file_that_is_missing_or_no_utf8_is_named(
    ask: Run, index: Path, tmp_path: Path
) -> None:
    done = ask("--batch", tmp_path / "gone.jsonl", "--index", index)
    assert done.status == 2
    assert done.message.endswith("gone.jsonl cannot be read: No such file or directory")
    path = tmp_path / "gbk.jsonl"
    path.write_bytes('{"id": 1, "question": "馆长是谁"}'.encode("gbk"))
    done = ask("--batch", path, "--index", index)
    assert done.status == 2
    assert done.message.endswith("gbk.jsonl is not UTF-8; save it as UTF-8")
    done = ask(QUESTION, "--batch", path, "--index", index)
    assert (done.status, done.message) == (2, "error: give a question or --batch, not both")


def test_a_pipe_is_read_a_question_a_line_and_answered_line_for_line(
    ask: Run, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"\ufeff{QUESTION}\n\n馆长是谁\n{'x' * 10_000}\nferry minutes\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    done = ask("--index", index, "--json")
    assert (done.status, done.err) == (0, "")
    assert [answer["question"] for answer in done.lines] == [
        QUESTION, "", "馆长是谁", "x" * 10_000, "ferry minutes",
    ]  # fmt: skip
    assert [bool(answer["warnings"]) for answer in done.lines] == [False, True, False, True, False]
    assert all("id" not in answer for answer in done.lines)
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    plain = ask("--index", index)
    assert plain.out.count("\n> ") == 3
    assert plain.message.startswith("question 4: the question has 10,000 characters")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("",), "error: the question is empty"),
        (("  ?!。 ",), "error: the question has no words"),
        (("x" * 10_000,), "error: the question has 10,000 characters, at most 1,000 are read"),
        ((QUESTION, "--top-k", "0"), "error: top_k is 0, expected a whole number from 1 to 100"),
        ((QUESTION, "--threshold", "3"), "error: threshold is 3.0, expected a number from 0 to 1"),
        ((QUESTION, "--threshold", "nan"), "error: threshold is nan, expected a number"),
        ((QUESTION, "--since", "2031-01-01", "--until", "2030-01-01"), "error: --since 2031-01-01"),
    ],
)
def test_wrong_use_is_status_2_with_one_message(
    ask: Run, index: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = ask(*arguments, "--index", index)
    assert (done.status, done.out) == (2, "")
    assert done.message.startswith(message)


@pytest.mark.parametrize("flags", [("--top-k", "many"), ("--since", "yesterday"), ("--colour",)])
def test_flags_that_make_no_sense_are_status_2(
    ask: Run, index: Path, flags: tuple[str, ...]
) -> None:
    done = ask(QUESTION, *flags, "--index", index)
    assert (done.status, done.out) == (2, "")
    assert flags[0] in done.err.splitlines()[-1]
    assert "Traceback" not in done.err


def test_a_question_that_is_not_unicode_is_asked_all_the_same(ask: Run, index: Path) -> None:
    # A shell's bytes that are no UTF-8 arrive as half surrogate pairs.
    done = ask("roses garden \udcff\udcfe", "--index", index, "--json")
    assert done.status == 0
    assert done.json["citations"][0]["quote"] == "The garden of Veld has 412 kinds of roses."


def test_the_sample_index_is_made_at_the_default_place_and_can_be_taken_out_again(
    ask: Run, manage: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = tmp_path / "samples"
    samples.mkdir()
    (samples / "tide.md").write_text("# Tide\n\nThe tide at Marn rises 6 metres.")
    monkeypatch.setattr("rag.cli.samples.sample_folder", lambda: samples)
    monkeypatch.setenv("YINJU_INDEX", str(tmp_path / "default"))
    done = ask("How far rises the tide at Marn?", "--json")
    assert done.status == 0
    assert done.json["answer"] == "The tide at Marn rises 6 metres."
    assert done.message == f"no index yet; making one of the sample documents in {samples}"
    assert ask("tide", "--json").err == ""

    (tmp_path / "own.txt").write_text("The lighthouse of Marn has 214 steps.")
    added = manage("index", tmp_path / "own.txt")
    assert added.status == 0
    assert added.message == (
        "the index also holds the 1 sample documents; to take them out: "
        f"rag delete --path '{samples}/*'"
    )
    assert manage("delete", "--path", f"{samples}/*").out == "1 deleted\n"
    assert [row["path"] for row in manage("list", "--json").lines] == [str(tmp_path / "own.txt")]
    assert manage("index", tmp_path / "own.txt").err == ""
    # What was taken out is not made again, and no other index is ever filled with samples.
    assert ask("tide", "--json").json["nearest"][0]["path"] == str(tmp_path / "own.txt")
    assert ask("tide", "--index", tmp_path / "none").status == 1
