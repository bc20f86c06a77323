"""A Milvus server that is down, slow, or lost in the middle of a batch, and who may write."""
# ruff: noqa: ANN401

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.address import TOKEN, MilvusAddress
from rag.errors import (
    IndexLockedError,
    IndexServerError,
    IndexVersionError,
    UsageError,
)
from rag.records import Document, Field, Language, Passage
from rag.store import (
    Entry,
    FileState,
    StoreWriter,
    has_index,
    open_reader,
    open_writer,
    verify_index,
)

from .conftest import MODEL, put, take

pymilvus = pytest.importorskip("pymilvus", reason="needs pip install 'yinju[milvus]'")

BODY = {Field.BODY: 1.0}


class FaultyClient:
    """A client whose nth write breaks off, before the server has it or after."""

    def __init__(self, client: Any, faults: dict[int, str], writes: list[str]) -> None:
        self._client = client
        self._faults = faults
        self._writes = writes

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)
        if name not in ("upsert", "delete"):
            return call

        def write(*args: Any, **options: Any) -> Any:
            self._writes.append(name)
            fault = self._faults.get(len(self._writes), "")
            if fault == "before":
                raise pymilvus.MilvusException(message="Connection lost")
            done = call(*args, **options)
            if fault == "after":
                raise pymilvus.MilvusException(message="Connection lost")
            return done

        return write


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[dict[int, str], list[str]]]:
    """Which writes break off, by their number, and the writes that were tried."""
    broken: dict[int, str] = {}
    writes: list[str] = []
    make = pymilvus.MilvusClient

    class Made(FaultyClient):
        create_schema = staticmethod(make.create_schema)
        prepare_index_params = staticmethod(make.prepare_index_params)

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(make(*args, **options), broken, writes)

    monkeypatch.setattr(pymilvus, "MilvusClient", Made)
    yield broken, writes


def put_two(writer: StoreWriter, key: str, content: str) -> None:
    """Put a document of two passages, whose words are its key's and its content's."""
    row = writer.catalog.put_document(Document(key, content, content, path=f"/docs/{key}.txt"))
    half = len(content) // 2
    passages = [
        Passage(key, start, end, content[start:end], language=Language.ENGLISH)
        for start, end in ((0, half), (half, len(content)))
    ]
    ids = writer.catalog.put_passages(row, passages, [f"{content} 1", f"{content} 2"])
    writer.vectors.add(Language.ENGLISH, ids, np.array([[1, 0], [0, 1]], np.float32))
    writer.words.add(
        Entry(number, Language.ENGLISH, Language.OTHER, [key, content], [], []) for number in ids
    )
    writer.catalog.put_file(f"/docs/{key}.txt", FileState(content, len(content), 1))


def change(address: MilvusAddress) -> None:
    """Update one document, delete one, and add one, in one commit."""
    with open_writer(address, MODEL) as writer:
        for key in ("old", "gone"):
            if writer.catalog.document(key) is not None:
                take(writer, key)
        put_two(writer, "old", "second")
        put_two(writer, "new", "fresh")
        writer.commit(more=False)


def served(address: MilvusAddress) -> dict[str, str]:
    """Return the documents that a search finds, with the text of their passages put together."""
    with closing(open_reader(address)) as reader:
        found: dict[str, dict[int, str]] = {}
        for word in ("old", "gone", "new"):
            hits = [number for number, _ in reader.words.search([word], BODY, 99)]
            for passage in reader.catalog.passages(hits).values():
                document = reader.catalog.document(passage.document_key)
                assert document is not None
                assert document.text[passage.start : passage.end] == passage.text
                found.setdefault(passage.document_key, {})[passage.start] = passage.text
    return {key: "".join(texts[at] for at in sorted(texts)) for key, texts in found.items()}


BEFORE = {"old": "first", "gone": "farewell"}
AFTER = {"old": "second", "new": "fresh"}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_lost_in_the_middle_of_a_commit_loses_and_doubles_nothing(
    milvus: MilvusAddress, faults: tuple[dict[int, str], list[str]], when: str
) -> None:
    broken, writes = faults
    place = 0
    while True:
        place += 1
        address = MilvusAddress(milvus.server, f"{milvus.name}_{place}")
        with open_writer(address, MODEL) as writer:
            put_two(writer, "old", "first")
            put_two(writer, "gone", "farewell")
            writer.commit(more=False)
        assert served(address) == BEFORE
        writes.clear()
        broken[place] = when
        try:
            change(address)
        except IndexServerError as error:
            assert "Run the same command again" in str(error)
        else:
            break  # there are fewer writes than that
        finally:
            broken.clear()
        for key, content in served(address).items():
            assert content in (BEFORE.get(key), AFTER.get(key))
        change(address)
        assert served(address) == AFTER
        counts, problems = verify_index(address)
        assert (counts.documents, counts.passages, problems) == (2, 4, [])
    assert place > 8
    assert served(address) == AFTER


def test_what_a_lost_commit_embedded_is_not_embedded_again(
    milvus: MilvusAddress, faults: tuple[dict[int, str], list[str]]
) -> None:
    broken, writes = faults
    with pytest.raises(IndexServerError), open_writer(milvus, MODEL) as writer:
        writes.clear()
        put_two(writer, "new", "fresh")
        broken[3] = "before"
        writer.commit()
    broken.clear()
    assert not has_index(milvus)
    with open_writer(milvus, MODEL) as writer:
        assert set(writer.known_vectors(["fresh 1", "fresh 2"])) == {"fresh 1", "fresh 2"}
        assert writer.catalog.document("new") is None
        assert writer.catalog.files(["/docs/new.txt"]) == {}
        writer.commit()
    assert verify_index(milvus)[1] == []


def test_a_document_with_a_missing_passage_or_a_stray_one_is_found_by_verify(
    milvus: MilvusAddress,
) -> None:
    with open_writer(milvus, MODEL) as writer:
        put_two(writer, "old", "first")
        put_two(writer, "new", "fresh")
        writer.commit(more=False)
    with closing(open_reader(milvus)) as reader:
        number = reader.catalog.passage_ids_of("old")[0]
    client = pymilvus.MilvusClient(milvus.server)
    client.delete(f"{milvus.name}_passages", filter=f"id in [{number}]")
    assert verify_index(milvus)[1] == ["old has 1 passages, expected 2"]
    with closing(open_reader(milvus)) as reader:
        assert [len(reader.catalog.passage_ids_of(key)) for key in ("old", "new")] == [1, 2]
    client.delete(f"{milvus.name}_documents", filter='key == "old"')
    assert verify_index(milvus)[1] == ["1 passages belong to no document"]
    with closing(open_reader(milvus)) as reader:
        hits = [found for found, _ in reader.words.search(["old"], BODY, 9)]
        assert len(hits) == 1
        assert reader.catalog.passages(hits) == {}
    client.close()


def test_an_index_of_another_format_is_refused(milvus: MilvusAddress) -> None:
    with open_writer(milvus, MODEL) as writer:
        writer.commit(more=False)
    client = pymilvus.MilvusClient(milvus.server)
    name = f"{milvus.name}_documents"
    where = 'kind == "manifest"'
    (row,) = client.query(name, filter=where, output_fields=["*"])
    content = {**json.loads(row["content"]), "format": 99}
    client.upsert(name, [{**row, "content": json.dumps(content)}])
    client.close()
    with pytest.raises(IndexVersionError, match="format 99; this version"):
        open_reader(milvus)


# Who may write


def set_lease(address: MilvusAddress, **values: object) -> None:
    client = pymilvus.MilvusClient(address.server)
    name = f"{address.name}_documents"
    (row,) = client.query(name, filter='kind == "lease"', output_fields=["*"])
    content = {**json.loads(row["content"]), "token": "another", **values}
    client.upsert(name, [{**row, "content": json.dumps(content)}])
    client.close()


LATER = (datetime.now(UTC) + timedelta(days=1)).isoformat()
ENDED = {"host": socket.gethostname(), "pid": 2**22 + 1}


@pytest.mark.parametrize(
    ("values", "over"),
    [
        ({"host": "elsewhere", "until": LATER}, False),
        ({"host": "elsewhere", "until": "2020-01-01T00:00:00+00:00"}, True),
        ({**ENDED, "until": LATER}, True),
        ({"host": socket.gethostname(), "pid": os.getppid(), "until": LATER}, False),
    ],
)
def test_a_lease_holds_until_it_ends_or_its_holder_does(
    milvus: MilvusAddress, values: dict[str, object], over: bool
) -> None:
    with open_writer(milvus, MODEL) as writer:
        put(writer, "bees", "the bees")
        writer.commit()
        set_lease(milvus, **values)
    if over:
        with open_writer(milvus, MODEL) as writer:
            put(writer, "tea", "the tea")
            writer.commit()
    else:
        with pytest.raises(IndexLockedError, match="another process is writing"):
            open_writer(milvus, MODEL).__enter__()


def test_a_writer_whose_lease_was_taken_over_stores_nothing(milvus: MilvusAddress) -> None:
    with (
        pytest.raises(IndexLockedError, match=r"took over.*process .* on elsewhere"),
        open_writer(milvus, MODEL) as writer,
    ):
        put(writer, "bees", "the bees")
        set_lease(milvus, host="elsewhere", until=LATER)
        writer.commit()
    assert not has_index(milvus)
    with pytest.raises(IndexLockedError):
        open_writer(milvus, MODEL).__enter__()


# Servers that do not answer


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second is long."""
    monkeypatch.setattr("rag.store.milvus.connection.READ_SECONDS", 0.5)


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed() -> int:
    """A port that nothing listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


OPENINGS: list[Callable[[MilvusAddress], object]] = [
    open_reader,
    has_index,
    verify_index,
    lambda address: open_writer(address, MODEL).__enter__(),
]


@pytest.mark.parametrize("port", ["silent", "closed"])
@pytest.mark.parametrize("opening", OPENINGS)
@pytest.mark.usefixtures("impatient")
def test_a_server_that_is_down_or_silent_is_told_with_what_to_do(
    port: str,
    opening: Callable[[MilvusAddress], object],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(TOKEN, "root:Secret123")
    address = MilvusAddress(f"http://127.0.0.1:{request.getfixturevalue(port)}", "reports")
    with pytest.raises(IndexServerError) as caught:
        opening(address)
    message = str(caught.value)
    assert f"http://127.0.0.1:{request.getfixturevalue(port)} cannot be reached" in message
    assert "See whether it runs" in message
    assert "Secret123" not in message


def test_a_call_that_takes_too_long_is_told(
    milvus: MilvusAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    import grpc

    class TooLate(grpc.RpcError):
        def code(self) -> Any:
            return grpc.StatusCode.DEADLINE_EXCEEDED

        def details(self) -> str:
            return "Deadline Exceeded"

    with open_writer(milvus, MODEL) as writer:
        put(writer, "bees", "the bees")
        writer.commit(more=False)

    def late(*_: Any, **__: Any) -> None:
        raise TooLate

    with closing(open_reader(milvus)) as reader:
        monkeypatch.setattr(pymilvus.MilvusClient, "search", late)
        with pytest.raises(IndexServerError, match=r"did not answer within 60 seconds"):
            reader.words.search(["bees"], BODY, 9)


def test_a_refused_user_is_told_where_the_token_goes(
    milvus: MilvusAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise pymilvus.MilvusException(code=1100, message="auth check failure, please check")

    monkeypatch.setattr(pymilvus.MilvusClient, "has_collection", refuse)
    with pytest.raises(IndexServerError, match=f"environment variable {TOKEN}"):
        open_reader(milvus)


def test_without_pymilvus_the_message_names_the_extra(
    milvus: MilvusAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pymilvus", None)
    with pytest.raises(UsageError, match=r"pip install 'yinju\[milvus\]'"):
        open_reader(milvus)


def test_a_database_file_that_another_process_has_open_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise pymilvus.MilvusException(message="Open local milvus failed")

    monkeypatch.setattr(pymilvus, "MilvusClient", refuse)
    address = MilvusAddress(str(tmp_path / "new" / "lite.db"), "reports")
    with pytest.raises(IndexLockedError, match="one process at a time"):
        open_reader(address)
