"""`rag list`, `show`, `delete`, `verify`, `index --explain` and `eval`."""

import json
import re
from pathlib import Path

import pytest

from cli.conftest import RECORDS, Run
from rag.evaluation import ProofSet, Split


def test_a_piped_list_has_a_line_a_document_with_tabs_between(
    manage: Run, index: Path, corpus: Path
) -> None:
    done = manage("list", "--index", index)
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines() == [
        f"{corpus}/garden.md\t-\t-\tGarden of Veld",
        f"{corpus}/old/harbour.txt\t-\t-\t-",
        f"{corpus}/old/塔.txt\t-\t-\t-",
        "bridge-31\t2031-05-05\tOstrel Courier\tOstrel bridge open again",
        "图书馆/2\t2030-11-02\t云溪晚报\t云溪图书馆",
        "7\t2029-01-15\tMarn Gazette\tFerry between Ostrel and Marn",
    ]


def test_a_json_list_has_an_object_a_line(manage: Run, index: Path, corpus: Path) -> None:
    rows = manage("list", "--publisher", "ostrel", "--index", index, "--json").lines
    assert rows == [
        {
            "key": "bridge-31", "title": "Ostrel bridge open again",
            "publisher": "Ostrel Courier", "published": "2031-05-05",
            "path": str(corpus / "records.jsonl"), "url": "https://ostrel.example/bridge",
            "excerpt": False, "warnings": [], "characters": len(str(RECORDS[0]["text"])),
        }
    ]  # fmt: skip
    none = manage("list", "--publisher", "nobody", "--index", index, "--json")
    assert (none.status, none.out, none.err) == (0, "", "no document matches\n")


@pytest.mark.parametrize(
    "name",
    ["garden.md", "./garden.md", "old/../garden.md", "{corpus}/garden.md", "…/garden.md"],
)
def test_a_document_is_found_by_a_path_seen_from_the_working_folder(
    manage: Run, index: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(corpus)
    done = manage("show", name.format(corpus=corpus), "--index", index)
    assert done.out.startswith(f"Garden of Veld\n{corpus}/garden.md\n\n")


def test_a_document_is_found_by_the_end_of_its_path_from_anywhere(
    manage: Run, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "froze in the winter" in manage("show", "harbour.txt", "--index", index).out
    assert "铜钟" in manage("show", "old/塔.txt", "--index", index).out
    assert "林若溪" in manage("show", "图书馆/2", "--index", index).out


def test_an_unknown_document_is_an_error_with_what_comes_near(
    manage: Run, index: Path, corpus: Path
) -> None:
    done = manage("show", "gardn.md", "--index", index)
    assert (done.status, done.out) == (2, "")
    assert done.message == f"error: there is no document 'gardn.md'; near it: {corpus}/garden.md"
    assert "near it: bridge-31" in manage("delete", "bridge", "--index", index).message
    far = manage("show", "xylophone", "--index", index)
    assert far.message.endswith("`rag list` shows the 6 there are")
    # The end of a name, but not of a part of a path, is no match.
    assert "near it" in manage("show", "den.md", "--index", index).message


def test_a_file_of_several_documents_is_ambiguous_to_show_and_whole_to_delete(
    manage: Run, own_index: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(corpus)
    done = manage("show", "records.jsonl", "--index", own_index)
    assert done.status == 2
    assert done.message == (
        "error: 'records.jsonl' names 3 documents; name one: bridge-31, 图书馆/2, 7"
    )
    assert manage("delete", "records.jsonl", "7", "--index", own_index).out == "3 deleted\n"
    assert len(manage("list", "--index", own_index).out.splitlines()) == 3


def test_the_end_of_a_path_that_fits_two_files_is_ambiguous(manage: Run, tmp_path: Path) -> None:
    for name in ("east", "west"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "note.txt").write_text(f"The {name} gate is open.")
    index = tmp_path / "index"
    manage("index", tmp_path / "east", tmp_path / "west", "--index", index)
    done = manage("show", "note.txt", "--index", index)
    assert done.status == 2
    assert "fits 2 documents; name one:" in done.message
    assert "The west gate" in manage("show", "west/note.txt", "--index", index).out


def test_an_article_of_a_page_is_found_by_path_and_ordinal(
    manage: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"text": "The first door is red."}, {"text": "The second door is blue."}]
    (tmp_path / "doors.jsonl").write_text("\n".join(map(json.dumps, rows)))
    monkeypatch.chdir(tmp_path)
    assert manage("index", "doors.jsonl", "--index", "index").status == 0
    assert "blue" in manage("show", "doors.jsonl#2", "--index", "index").out
    assert manage("delete", "doors.jsonl#1", "--index", "index").out == "1 deleted\n"
    shown = manage("show", "doors.jsonl", "--index", "index", "--json").json
    assert shown["key"] == f"{tmp_path}/doors.jsonl#2"


def test_the_text_around_an_offset_is_shown_with_its_place(manage: Run, tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("\n".join(f"Day {n}: calm sea." for n in range(100)))
    index = tmp_path / "index"
    manage("index", tmp_path / "log.txt", "--index", index)
    text = manage("show", "log.txt", "--index", index, "--json").json["text"]
    offset = text.index("Day 50")
    done = manage("show", "log.txt", "--around", offset, "--index", index)
    start, end = offset - 200, offset + 200
    assert done.out == f"line 51, characters {start} to {end}:\n{text[start:end]}\n"
    for bad in (-1, len(text)):
        done = manage("show", "log.txt", "--around", bad, "--index", index)
        assert done.status == 2
        assert f"takes an offset from 0 to {len(text) - 1}" in done.message


def test_deleting_takes_documents_out_by_id_and_by_path(
    manage: Run, ask: Run, own_index: Path
) -> None:
    assert ask("铜钟", "--index", own_index, "--json").json["answered"] is True
    assert (
        manage("delete", "bridge-31", "--path", "old/*", "--index", own_index).out == "3 deleted\n"
    )
    keys = [row["key"] for row in manage("list", "--index", own_index, "--json").lines]
    assert keys[1:] == ["图书馆/2", "7"]
    assert ask("铜钟", "--index", own_index, "--json").json["answered"] is False
    assert manage("verify", "--index", own_index).out == "whole: 3 documents, 3 passages\n"


def test_nothing_is_deleted_when_one_of_the_names_is_unknown(manage: Run, own_index: Path) -> None:
    done = manage("delete", "bridge-31", "no-such-thing", "--index", own_index)
    assert (done.status, done.out) == (2, "")
    done = manage("delete", "bridge-31", "--path", "*.pdf", "--index", own_index)
    assert (done.status, done.message) == (2, "error: no document has a path that matches '*.pdf'")
    assert manage("delete", "--index", own_index).status == 2
    assert len(manage("list", "--index", own_index).out.splitlines()) == 6


def test_what_was_deleted_is_added_again_when_its_file_is(
    manage: Run, own_index: Path, corpus: Path
) -> None:
    manage("delete", "garden.md", "--index", own_index)
    done = manage("index", corpus, "--index", own_index)
    assert done.out.startswith("1 added, 0 updated, 0 renamed, 5 unchanged, 0 removed; 1 ")


def test_adding_again_embeds_nothing_and_an_edit_embeds_what_it_changed(
    manage: Run, tmp_path: Path
) -> None:
    path, index = tmp_path / "note.txt", tmp_path / "index"
    path.write_text("The gate is open.")
    first = manage("index", path, "--index", index)
    assert first.out == (
        "1 added, 0 updated, 0 renamed, 0 unchanged, 0 removed; 1 passages embedded\n"
    )
    again = manage("index", path, "--index", index)
    assert again.out.startswith("0 added, 0 updated, 0 renamed, 1 unchanged, 0 removed; 0 ")
    path.write_text("The gate is closed.")
    edited = manage("index", path, "--index", index)
    assert edited.out.startswith("0 added, 1 updated, 0 renamed, 0 unchanged, 0 removed; 1 ")
    assert "closed" in manage("show", "note.txt", "--index", index).out


def test_index_without_a_path_is_wrong_use(manage: Run, tmp_path: Path) -> None:
    done = manage("index", "--index", tmp_path / "index")
    assert (done.status, done.message) == (
        2, "error: name a file or folder to index: rag index PATH...",
    )  # fmt: skip
    assert manage().status == 2
    assert manage("bake").status == 2


def test_explain_shows_what_is_kept_and_dropped_and_needs_no_index(
    manage: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.engine.open_embedder", _no_model)
    page = tmp_path / "well.html"
    page.write_text(
        "<html><head><title>The well</title></head><body><nav><a href='/'>Home</a></nav>"
        "<article><h1>The well</h1><p>The well of Veld was dug in 1712, deep in the rock.</p>"
        "<p>It is 30 m deep and has never been dry since then.</p></article>"
        "<footer>Copyright 2030</footer></body></html>"
    )
    done = manage("index", "--explain", page, "--index", tmp_path / "none")
    assert (done.status, done.err) == (0, "")
    kept, _, dropped = done.out.partition("dropped, ")
    assert kept.startswith("kept, document 1 of 1: The well")
    assert "The well of Veld was dug in 1712, deep in the rock." in kept
    assert "line 1 " in kept
    assert "Copyright 2030" in dropped
    assert "Copyright 2030" not in kept
    assert not (tmp_path / "none").exists()


def test_explain_takes_one_file_that_can_be_read(manage: Run, tmp_path: Path, corpus: Path) -> None:
    none = tmp_path / "none"
    folder = manage("index", "--explain", corpus, "--index", none)
    assert (folder.status, folder.message) == (
        2, f"error: {corpus} is a folder; --explain takes one file",
    )  # fmt: skip
    both = manage("index", corpus, "--explain", corpus / "garden.md", "--index", none)
    assert both.status == 2
    gone = manage("index", "--explain", tmp_path / "gone.txt", "--index", none)
    assert (gone.status, gone.out) == (1, "")
    assert "gone.txt: there is no such file" in gone.message
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"text": "kept words"}\n{')
    part = manage("index", "--explain", bad, "--index", none)
    assert part.status == 1
    assert "kept words" in part.out
    assert f"{bad}: line 2: " in part.message


def test_an_escape_sequence_in_a_file_or_its_name_never_reaches_the_terminal(
    manage: Run, ask: Run, tmp_path: Path
) -> None:
    evil, bad = tmp_path / "evil\033[2J.txt", tmp_path / "bad\033[2J.txt"
    evil.write_text("The gate \033[31mis\x9b1m open\x07 at nine.")
    bad.write_bytes(b"")
    index = tmp_path / "index"
    outputs = [
        manage("index", evil, bad, "--index", index),
        manage("list", "--index", index),
        manage("list", "--index", index, "--json"),
        manage("show", evil, "--index", index),
        manage("show", evil, "--index", index, "--around", "5"),
        manage("show", evil, "--index", index, "--json"),
        manage("show", "\033[2J", "--index", index),
        manage("index", "--explain", evil),
        ask("When does the gate open?", "--index", index, "--threshold", "0"),
        ask("When does the gate open?", "--index", index, "--json"),
    ]
    assert [output.status for output in outputs] == [1, 0, 0, 0, 0, 0, 2, 0, 0, 0]
    for output in outputs:
        text = (output.out + output.err).replace("\t", " ")
        assert "evil" in text or "bad" in text or "gate" in text
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


def gold(path: Path) -> Path:
    questions = [
        {
            "id": "g1", "question": "garden of Veld kinds of roses", "language": "en",
            "kind": "how_many", "split": "dev", "answerable": True,
            "answers": ["The garden of Veld has 412 kinds of roses."],
            "proofs": [{"document": "garden.md", "words": "412 kinds of roses"}],
        },
        {
            "id": "g2", "question": "谁烤了馅饼", "language": "zh", "kind": "who",
            "split": "test", "answerable": False,
        },
    ]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, questions)), "utf-8")
    return path


def test_eval_prints_the_tables_and_writes_reports_where_it_is_told(
    manage: Run, index: Path, tmp_path: Path
) -> None:
    questions = gold(tmp_path / "gold.jsonl")
    done = manage("eval", "--gold", questions, "--index", index)
    assert done.status == 0
    assert "## Answers" in done.out
    row = next(line for line in done.out.splitlines() if line.startswith("| all "))
    assert row.split("|")[2].strip() == "2"
    assert row.split("|")[3].strip().startswith("1.000")
    out = tmp_path / "out"
    done = manage("eval", "--gold", questions, "--split", "dev", "--index", index, "--out", out)
    assert done.status == 0
    assert f"written to {out}" in done.err
    assert json.loads((out / "report.json").read_text())["settings"]["questions"] == 1
    assert (out / "report.md").read_text() == done.out.rstrip("\n") + "\n"


def test_eval_says_what_is_wrong_with_its_questions(
    manage: Run, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = tmp_path / "gold.jsonl"
    bad.write_text('{"id": "g1"}')
    done = manage("eval", "--gold", bad, "--index", index)
    assert (done.status, done.out) == (1, "")
    assert f"{bad}, line 1: missing question" in done.message
    gone = manage("eval", "--gold", tmp_path / "gone.jsonl", "--index", index)
    assert gone.status == 1
    assert "gone.jsonl cannot be read" in gone.message
    assert manage("eval", "--split", "train", "--index", index).status == 2
    assert manage("eval", "--depth", "0", "--index", index).status == 2
    monkeypatch.setattr("rag.evaluation.gold.__file__", str(tmp_path / "a" / "b" / "c.py"))
    done = manage("eval", "--index", index)
    assert (done.status, "name the questions: --gold FILE" in done.message) == (2, True)


def test_the_choices_of_eval_are_the_evaluations_own(manage: Run) -> None:
    help_text = manage("eval", "--help").out
    assert "{" + ",".join(Split) + "}" in help_text
    assert "{" + ",".join(ProofSet) + "}" in help_text


def _no_model(name: str, cache: Path) -> None:
    raise AssertionError("no model is needed")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--host", "0.0.0.0"], "add --auth USER"),
        (["--host", "example.org"], "add --auth USER"),
        (["--auth", "ida"], "password in the environment variable YINJU_PASSWORD"),
        (["--port", "70000"], "expected 1 to 65535"),
    ],
)
def test_a_page_that_others_could_open_is_refused(
    arguments: list[str], says: str, manage: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YINJU_PASSWORD", raising=False)
    done = manage("serve", *arguments)
    assert done.status == 2
    assert says in done.err
