"""The commands over an index on a Milvus server."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.address import MilvusAddress
from rag.errors import IndexServerError
from rag.settings import Settings
from rag.store import SPOOL

from .conftest import Run


@pytest.fixture
def filled(manage: Run, corpus: Path, milvus: MilvusAddress) -> MilvusAddress:
    done = manage("index", corpus, "--index", milvus)
    assert (done.status, done.out) == (
        0,
        "6 added, 0 updated, 0 renamed, 0 unchanged, 0 removed; 6 passages embedded\n",
    )
    return milvus


def test_every_command_takes_an_address(
    manage: Run,
    ask: Run,
    filled: MilvusAddress,
    index: Path,
    corpus: Path,
    same_answer: Callable[[object], None],
) -> None:
    again = manage("index", corpus, "--index", filled)
    assert "0 added, 0 updated, 0 renamed, 6 unchanged" in again.out
    same_answer(filled)
    for command in (["list"], ["list", "--path", "old/*"], ["show", "garden.md"]):
        there, here = (manage(*command, "--index", place) for place in (filled, index))
        # Of one file's documents the folder lists them as they came, a server by their keys.
        assert (there.status, sorted(there.out.splitlines())) == (0, sorted(here.out.splitlines()))
    assert manage("verify", "--index", filled).out == "whole: 6 documents, 6 passages\n"
    filtered = ask("what froze in the winter", "--path", "*.jsonl", "--index", filled, "--json")
    paths = {
        Path(found["path"]).suffix
        for found in (filtered.json["citations"] or filtered.json["nearest"])
    }
    assert paths == {".jsonl"}
    assert manage("delete", "garden.md", "--index", filled).out == "1 deleted\n"
    assert len(manage("list", "--index", filled).out.splitlines()) == 5
    back = manage("index", corpus, "--index", filled)
    assert "1 added, 0 updated, 0 renamed, 5 unchanged" in back.out


def test_a_renamed_and_a_changed_file_cost_what_changed(
    manage: Run, milvus: MilvusAddress, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    lines = [{"id": f"n{n}", "text": f"The mill number {n} grinds oats."} for n in range(4)]
    (folder / "mills.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (folder / "gate.txt").write_text("The west gate opens at nine.")
    assert "5 added" in manage("index", folder, "--index", milvus).out
    again = manage("index", folder, "--index", milvus)
    assert again.out.startswith("0 added, 0 updated, 0 renamed, 5 unchanged")
    (folder / "gate.txt").rename(folder / "door.txt")
    lines[2]["text"] = "The mill number 2 grinds barley."
    (folder / "mills.jsonl").write_text("\n".join(map(json.dumps, lines)))
    done = manage("index", folder, "--index", milvus)
    assert done.out == (
        "0 added, 1 updated, 1 renamed, 3 unchanged, 0 removed; 1 passages embedded\n"
    )
    assert manage("verify", "--index", milvus).out == "whole: 5 documents, 5 passages\n"


def test_what_was_embedded_before_a_commit_broke_off_is_in_the_spool(
    manage: Run, corpus: Path, milvus: MilvusAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise IndexServerError("the server is gone")

    with monkeypatch.context() as patch:
        patch.setattr("rag.store.milvus.connection.Connection.upsert", refuse)
        patch.setattr("rag.store.milvus.lease.Lease.take", lambda *_: None)
        patch.setattr("rag.store.milvus.lease.Lease.check", lambda *_: None)
        assert manage("index", corpus, "--index", milvus).message == "error: the server is gone"
    spool = Settings(index=milvus).folder / SPOOL
    assert spool.is_file()
    done = manage("index", corpus, "--index", milvus)
    assert done.out.startswith("6 added")
    assert done.out.endswith("; 0 passages embedded\n")
    assert not spool.exists()


def test_a_commit_that_broke_off_is_brought_to_an_end_by_the_next_run(
    manage: Run, filled: MilvusAddress, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise IndexServerError("the server is gone")

    with monkeypatch.context() as patch:
        patch.setattr("rag.store.milvus.writing.MilvusWriter._delete_old_versions", refuse)
        assert manage("delete", "garden.md", "--index", filled).status == 1
    assert manage("verify", "--index", filled).status == 1
    # No file changed, and still there is something to do.
    assert manage("index", corpus / "old", "--index", filled).status == 0
    assert manage("verify", "--index", filled).out == "whole: 5 documents, 5 passages\n"
    assert "1 added" in manage("index", corpus, "--index", filled).out


def test_what_to_do_about_a_damaged_index_is_said(
    manage: Run, filled: MilvusAddress, corpus: Path
) -> None:
    import pymilvus

    assert manage("repair", "--index", filled).out == "whole: 6 documents, 6 passages\n"
    client = pymilvus.MilvusClient(filled.server)
    client.delete(f"{filled.name}_passages", filter='path like "%garden.md"')
    client.close()
    for command in ("verify", "repair"):
        done = manage(command, "--index", filled)
        assert (done.status, done.out) == (1, "")
        first, last = done.err.splitlines()
        assert first.endswith("garden.md has 0 passages, expected 1")
        assert "Take the documents that `rag verify` names out with `rag delete ID`" in last
    assert manage("delete", "garden.md", "--index", filled).status == 0
    assert "1 added" in manage("index", corpus, "--index", filled).out
    assert manage("verify", "--index", filled).out == "whole: 6 documents, 6 passages\n"


def test_a_server_that_is_down_is_one_line_and_status_1(
    manage: Run, ask: Run, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pymilvus", reason="needs pip install 'yinju[milvus]'")
    monkeypatch.setattr("rag.store.milvus.connection.READ_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    address = f"milvus:http://127.0.0.1:{port}/reports"
    for done in (
        manage("index", corpus, "--index", address),
        manage("list", "--index", address),
        manage("verify", "--index", address),
        ask("when does the gate open", "--index", address),
    ):
        assert (done.status, done.out) == (1, "")
        assert "cannot be reached. See whether it runs" in done.message


def test_an_address_without_an_index_says_how_to_make_one(ask: Run, milvus: MilvusAddress) -> None:
    done = ask("when does the gate open", "--index", milvus)
    assert done.status == 1
    assert f"rag index PATH... --index {milvus}" in done.message
