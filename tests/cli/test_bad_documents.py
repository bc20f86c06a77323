"""Documents that cannot be read: each one message, the rest indexed, nothing lost."""

import io
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from cli.conftest import RECORDS, Run
from rag.records import Field
from rag.sources import MAX_BYTES
from rag.store import IndexReader

Check = Callable[[Path], None]


def pdf(text: str, **options: object) -> bytes:
    data = io.BytesIO()
    canvas = Canvas(data, **options)
    canvas.drawString(72, 720, text)
    canvas.save()
    return data.getvalue()


BAD = {
    "empty.txt": (b"", "is empty"),
    "picture.txt": (b"\x89PNG\r\n\x1a\n\0\0", "is a PNG image by its first bytes"),
    "program.txt": (b"\x7fELF\0\0\0" * 99, "is a binary file"),
    "locked.pdf": (pdf("secret", encrypt=StandardEncryption("word")), "encrypted"),
    "broken.pdf": (pdf("cut short")[:200], "no readable PDF"),
    "old.doc": (b"x", ".doc files are not read"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_one_message_and_the_rest_is_indexed(
    manage: Run, own_index: Path, tmp_path: Path, same_answer: Check, name: str
) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / name).write_bytes(BAD[name][0])
    (folder / "zebra.txt").write_text("The zebra of Veld is called Oskar.")
    done = manage("index", folder, "--index", own_index)
    assert done.status == 1
    assert done.message.startswith("not read: ")
    assert done.message.count(name) == 1
    assert BAD[name][1] in done.message
    assert done.out.startswith("1 added, 0 updated, ")
    same_answer(own_index)


def test_a_bad_file_by_itself_leaves_the_index_as_it_was(
    manage: Run, own_index: Path, tmp_path: Path, same_answer: Check
) -> None:
    (tmp_path / "broken.pdf").write_bytes(BAD["broken.pdf"][0])
    done = manage("index", tmp_path / "broken.pdf", tmp_path / "gone.txt", "--index", own_index)
    assert done.status == 1
    assert [line.split(": ")[0] for line in done.err.splitlines()] == ["not read"] * 2
    assert f"{tmp_path / 'gone.txt'}: cannot be opened (no such file" in done.err
    assert done.out.startswith("0 added, 0 updated, 0 renamed, 0 unchanged, 0 removed")
    assert manage("verify", "--index", own_index).out == "whole: 6 documents, 6 passages\n"
    same_answer(own_index)


def test_a_file_that_turned_bad_keeps_what_it_held(
    manage: Run, ask: Run, own_index: Path, corpus: Path, tmp_path: Path
) -> None:
    path = tmp_path / "zebra.txt"
    path.write_text("The zebra of Veld is called Oskar.")
    assert manage("index", path, "--index", own_index).status == 0
    path.write_bytes(b"")
    assert manage("index", path, "--index", own_index).status == 1
    answer = ask("zebra of Veld", "--index", own_index, "--json").json
    assert answer["answer"] == "The zebra of Veld is called Oskar."


def test_a_file_of_200_mb_is_refused_at_once(
    manage: Run, own_index: Path, tmp_path: Path, same_answer: Check
) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(2 * MAX_BYTES)
    done = manage("index", path, "--index", own_index)
    assert done.status == 1
    assert "huge.txt: has 200 MB, the limit is 100 MB; split it" in done.message
    same_answer(own_index)


def test_html_of_100_000_nested_tags_is_read_or_refused_but_crashes_nothing(
    manage: Run, own_index: Path, tmp_path: Path, same_answer: Check
) -> None:
    depth = 100_000
    page = "<html><body>" + "<div>" * depth + "The well is 30 m deep." + "</div>" * depth
    (tmp_path / "deep.html").write_text(page + "</body></html>")
    done = manage("index", tmp_path / "deep.html", "--index", own_index)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("1 added")
    shown = manage("show", "deep.html", "--index", own_index)
    assert "The well is 30 m deep." in shown.out
    same_answer(own_index)


def test_a_bad_line_7_is_named_and_the_other_lines_are_indexed(
    manage: Run, own_index: Path, tmp_path: Path, same_answer: Check
) -> None:
    rows = [
        {"id": f"bird-{n}", "title": "Birds", "text": f"Bird {n} is a kite."} for n in range(1, 11)
    ]
    lines = [json.dumps(row) for row in rows]
    path = tmp_path / "birds.jsonl"
    path.write_text("\n".join([*lines[:6], '{"id": "bird-7", "text": ', *lines[7:]]))
    done = manage("index", path, "--index", own_index)
    assert done.status == 1
    assert done.message.startswith(f"not read: {path}: line 7: is not valid JSON")
    assert done.out.startswith("9 added, ")
    same_answer(own_index)

    # Unchanged, it is read again, as something in it is still missing.
    again = manage("index", path, "--index", own_index)
    assert (again.status, again.message) == (1, done.message)
    assert again.out.startswith("0 added, 0 updated, 0 renamed, 9 unchanged")
    path.write_text("\n".join(lines))
    mended = manage("index", path, "--index", own_index)
    assert (mended.status, mended.err) == (0, "")
    assert mended.out.startswith("1 added, 0 updated, 0 renamed, 9 unchanged, 0 removed; 1 ")
    # A line that turns bad keeps the record it had.
    path.write_text("\n".join([*lines[:6], "{", *lines[7:]]))
    assert manage("index", path, "--index", own_index).status == 1
    assert "Bird 7 is a kite." in manage("show", "bird-7", "--index", own_index).out


def test_an_id_used_in_two_files_names_the_later_one_and_says_so(
    manage: Run, own_index: Path, corpus: Path, tmp_path: Path
) -> None:
    path = tmp_path / "more.jsonl"
    path.write_text(json.dumps({**RECORDS[0], "text": "The bridge is closed again."}))
    done = manage("index", path, "--index", own_index)
    assert done.status == 1
    assert done.message == (
        f"not read: {path}: its document 'bridge-31' has the id of one in "
        f"{corpus / 'records.jsonl'}, which it replaces; give each an id of its own"
    )
    shown = manage("show", "bridge-31", "--index", own_index, "--json").json
    assert (shown["text"], shown["path"]) == ("The bridge is closed again.", str(path))


def test_a_folder_with_a_link_to_itself_is_read_once(
    manage: Run, own_index: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "loop"
    folder.mkdir()
    (folder / "zebra.txt").write_text("The zebra of Veld is called Oskar.")
    (folder / "again").symlink_to(folder, target_is_directory=True)
    (folder / "nowhere.txt").symlink_to(tmp_path / "gone.txt")
    done = manage("index", folder, "--index", own_index)
    assert done.out.startswith("1 added, ")
    assert done.status == 1
    assert "nowhere.txt: " in done.message


def test_a_named_pipe_is_refused_without_waiting_for_it(
    manage: Run, own_index: Path, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    done = manage("index", tmp_path / "pipe.txt", "--index", own_index)
    assert done.status == 1
    assert "pipe.txt: is no ordinary file" in done.message


@contextmanager
def no_rights() -> Iterator[None]:
    """Act as a user whom modes keep out; root is let in everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everyone may write to; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def test_files_and_folders_without_permission_are_named(manage: Run, open_folder: Path) -> None:
    index = open_folder / "index"
    (open_folder / "zebra.txt").write_text("The zebra of Veld is called Oskar.")
    with no_rights():
        assert manage("index", open_folder / "zebra.txt", "--index", index).status == 0
    private = open_folder / "private.txt"
    private.write_text("The safe is behind the clock.")
    private.chmod(0)
    closed = open_folder / "closed"
    closed.mkdir()
    (closed / "note.txt").write_text("nobody reads this")
    closed.chmod(0)
    with no_rights():
        done = manage("index", private, closed, open_folder / "zebra.txt", "--index", index)
        answer = manage("list", "--index", index)
    closed.chmod(0o700)
    assert done.status == 1
    assert [line.partition(": ")[2] for line in done.err.splitlines()] == [
        f"{closed}: the folder cannot be listed (permission denied)",
        f"{private}: no permission to read it; check its owner and mode",
    ]
    assert done.out.startswith("0 added, 0 updated, 0 renamed, 1 unchanged")
    assert answer.out.count("\n") == 1


def test_an_index_that_may_not_be_written_can_still_be_read(manage: Run, open_folder: Path) -> None:
    index = open_folder / "index"
    (open_folder / "zebra.txt").write_text("The zebra of Veld is called Oskar.")
    assert manage("index", open_folder / "zebra.txt", "--index", index).status == 0
    folders = [index, *(path for path in index.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o555)
    (open_folder / "zebra.txt").write_text("The zebra of Veld is called Anton.")
    with no_rights():
        reader = IndexReader.open(index)
        found = reader.words.search(["zebra"], {Field.BODY: 1.0}, 9)
        whole = manage("verify", "--index", index)
        done = manage("index", open_folder / "zebra.txt", "--index", index)
    reader.close()
    for path in folders:
        path.chmod(0o755)
    assert len(found) == 1
    assert whole.out == "whole: 1 documents, 1 passages\n"
    assert done.status == 1
    assert "ermission denied" in done.message


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("room", [0, 50_000, 300_000, 700_000])
def test_a_full_disk_is_one_message_and_the_old_index_goes_on_answering(
    manage: Run, index: Path, small_disk: Path, tmp_path: Path, same_answer: Check, room: int
) -> None:
    own = shutil.copytree(index, small_disk / "index")
    filler = small_disk / "filler"
    filler.write_bytes(b"\0" * (shutil.disk_usage(small_disk).free - room))
    long = tmp_path / "long.txt"
    long.write_text("\n".join(f"Wave {n} of the {n}th sea. " * 20 for n in range(2000)))
    done = manage("index", long, "--index", own)
    assert done.status == 1
    assert done.out == ""
    assert done.message == (
        f"error: the disk is full, {own} could not be written. Free some space and run the same "
        "command again; the index is as it was last committed and can be asked"
    )
    same_answer(own)
    assert manage("verify", "--index", own).out == "whole: 6 documents, 6 passages\n"
    filler.unlink()
    short = tmp_path / "short.txt"
    short.write_text("The zebra of Veld is called Oskar.")
    assert manage("index", short, "--index", own).status == 0
    same_answer(own)
