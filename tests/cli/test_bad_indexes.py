"""Indexes that cannot be used: one clear message, the right status, nothing worse."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import QUESTION, Run
from rag.store import IndexWriter, ModelRecord


def generation(index: Path) -> Path:
    return index / (index / "CURRENT").read_text().strip()


def files_of(index: Path) -> list[Path]:
    return sorted(path for path in generation(index).rglob("*") if path.is_file())


def alter(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x55
    # A new file: a word segment may be linked from another generation.
    path.unlink()
    path.write_bytes(content)


COMMANDS = [("list",), ("show", "bridge-31"), ("delete", "bridge-31"), ("verify",)]


def test_a_missing_index_is_status_1_with_what_to_run(ask: Run, tmp_path: Path) -> None:
    done = ask(QUESTION, "--index", tmp_path / "none")
    assert (done.status, done.out) == (1, "")
    assert done.message == (
        f"error: there is no index in {tmp_path / 'none'}. "
        f"Make one: rag index PATH... --index {tmp_path / 'none'}"
    )
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_so_when_there_is_no_index(
    manage: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = manage(*command, "--index", tmp_path / "none")
    assert (done.status, done.out) == (1, "")
    assert done.message.startswith("error: there is no index in ")
    assert not (tmp_path / "none").exists()


def test_a_file_given_as_the_index_is_wrong_use(ask: Run, manage: Run, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    for done in (ask(QUESTION, "--index", path), manage("index", path, "--index", path)):
        assert done.status == 2
        assert done.message == f"error: {path} is a file; --index takes the folder of an index"
    assert path.read_text() == "mine"


def test_no_index_is_made_among_other_files(manage: Run, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    done = manage("index", corpus, "--index", tmp_path)
    assert done.status == 1
    assert "holds other files (letter.txt, …) and no index" in done.message
    assert {path.name for path in tmp_path.iterdir()} == {"letter.txt"}


def test_an_index_that_is_cut_short_is_named_whichever_file_it_is(
    ask: Run, own_index: Path
) -> None:
    manifest = generation(own_index) / "manifest.json"
    for path in files_of(own_index):
        if path == manifest or path.name.endswith(".lock"):
            continue
        whole = path.read_bytes()
        path.unlink()
        path.write_bytes(whole[: len(whole) // 2])
        done = ask(QUESTION, "--index", own_index)
        assert (done.status, done.out) == (1, ""), path
        assert f"{path} has {len(whole) // 2:,} bytes, expected {len(whole):,}" in done.message
        assert "Run `rag repair`" in done.message
        path.unlink()
        assert f"{path} is missing" in ask(QUESTION, "--index", own_index).message
        path.write_bytes(whole)
    assert ask(QUESTION, "--index", own_index).status == 0
    manifest.write_bytes(manifest.read_bytes()[:100])
    done = ask(QUESTION, "--index", own_index)
    assert (done.status, done.out) == (1, "")
    assert f"{manifest} is damaged" in done.message


def test_an_altered_byte_is_found_by_verify_and_crashes_nothing(
    ask: Run, manage: Run, own_index: Path, corpus: Path
) -> None:
    assert manage("verify", "--index", own_index).out == "whole: 6 documents, 6 passages\n"
    for path in files_of(own_index):
        if path.name == "manifest.json" or path.name.endswith(".lock"):
            continue
        whole = path.read_bytes()
        alter(path)
        done = manage("verify", "--index", own_index)
        assert done.status == 1, path
        assert "Traceback" not in done.err
        assert any(word in done.err for word in (path.name, str(path.parent))), path
        answered = ask(QUESTION, "--index", own_index)
        assert (answered.status, answered.out) == (1, ""), path
        assert "Run `rag repair`" in answered.message
        # Not even where nothing else is to be done does it pass for whole.
        assert "Run `rag repair`" in manage("index", corpus, "--index", own_index).message
        path.unlink()
        path.write_bytes(whole)
    assert manage("verify", "--index", own_index).status == 0


@pytest.mark.parametrize("text", ["", "seven\n", "../../etc\n", "999999\n", "\xff"])
def test_a_broken_pointer_to_the_generation_is_an_error(
    ask: Run, own_index: Path, text: str
) -> None:
    (own_index / "CURRENT").write_text(text, "latin-1")
    done = ask(QUESTION, "--index", own_index)
    assert (done.status, done.out) == (1, "")
    assert done.message.startswith("error: ")


def test_an_index_of_another_version_says_which_and_what_to_do(
    ask: Run, manage: Run, own_index: Path, corpus: Path
) -> None:
    manifest = generation(own_index) / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 99}))
    before = manifest.read_bytes()
    for done in (
        ask(QUESTION, "--index", own_index),
        manage("index", corpus, "--index", own_index),
        manage("list", "--index", own_index),
        manage("verify", "--index", own_index),
        manage("repair", "--index", own_index),
    ):
        assert (done.status, done.out) == (1, "")
        assert f"the index {own_index} has format 99" in done.message
        assert "use the version that wrote it" in done.message
    assert manifest.read_bytes() == before


def test_an_index_of_another_model_cannot_be_asked_or_added_to_but_listed(
    ask: Run, manage: Run, own_index: Path, corpus: Path
) -> None:
    other = ("--model", "another", "--index", own_index)
    for done in (ask(QUESTION, *other), manage("index", corpus, *other)):
        assert (done.status, done.out) == (1, "")
        assert f"the index {own_index} was built with multilingual-e5-small" in done.message
        assert "but the model in use is another" in done.message
        assert "Ask with --model multilingual-e5-small" in done.message
    assert len(manage("list", *other).out.splitlines()) == 6
    assert manage("verify", *other).status == 0
    assert ask(QUESTION, "--index", own_index).status == 0


def test_a_second_writer_is_told_who_holds_the_index_and_readers_go_on(
    manage: Run,
    own_index: Path,
    corpus: Path,
    same_answer: Callable[[Path], None],
    tmp_path: Path,
) -> None:
    (tmp_path / "new.txt").write_text("The new pier has 12 lamps.")
    model = ModelRecord("multilingual-e5-small", "0123456789abcdef", 64, "fp32")
    with IndexWriter(own_index, model):
        for wait, lines in (("0", 1), ("0.05", 2)):
            for done in (
                manage("index", tmp_path, "--index", own_index, "--wait", wait),
                manage("delete", "bridge-31", "--index", own_index, "--wait", wait),
            ):
                assert (done.status, done.out) == (1, "")
                said = done.err.splitlines()
                assert len(said) == lines
                assert all(f"process is writing to {own_index}: process " in line for line in said)
                assert "longer with --wait SECONDS" in said[-1]
                assert lines == 1 or "waiting for it to end (at most 0.05 s)" in said[0]
        # What has nothing to write waits for nobody.
        assert manage("index", corpus, "--index", own_index).status == 0
        same_answer(own_index)
    assert manage("index", tmp_path, "--index", own_index).status == 0


def test_an_unknown_setting_in_the_environment_is_wrong_use(
    ask: Run, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YINJU_TOPK", "3")
    done = ask(QUESTION, "--index", index)
    assert (done.status, done.out) == (2, "")
    assert done.message.startswith("error: unknown setting 'topk'; the settings are cache, index")
