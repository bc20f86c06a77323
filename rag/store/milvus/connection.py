"""Calls to a Milvus server: limits on their size and time, and what goes wrong said plainly."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rag.address import TOKEN, MilvusAddress
from rag.errors import IndexLockedError, IndexServerError, UsageError

READ_SECONDS = 10.0
WRITE_SECONDS = 60.0
LOAD_SECONDS = 300.0
"""How long one call may take; pymilvus tries again within this time where a connection breaks."""

MOST_ROWS = 500
"""Rows sent at once: about 3 MB of passages, of the 64 MB that a server takes."""

# Milvus Lite takes the client's signs of life for an attack and hangs up.
_NO_PINGS = {"grpc.keepalive_time_ms": 2**31 - 1}

_MOST_HITS = 16_384
_MANY_IDS = 2_000

Row = dict[str, Any]


class Connection:
    """The two collections of one index, behind one client."""

    def __init__(self, address: MilvusAddress, client: Any, level: str) -> None:  # noqa: ANN401
        self.address = address
        self.passages = f"{address.name}_passages"
        self.records = f"{address.name}_documents"
        self._client = client
        self._level = level
        self._read_seconds = _read_seconds(address)

    @classmethod
    def open(cls, address: MilvusAddress, *, writing: bool = False) -> Connection:
        """Connect. What a connection for ``writing`` wrote it reads at once.

        Any other may be seconds behind what others write, but for reads that are *strong*: these
        wait for everything that was written before, which takes a server a fifth of a second.

        Raises:
            IndexServerError: the server does not answer, or refuses.
            UsageError: pymilvus is not installed.
        """
        try:
            import pymilvus
        except ImportError as error:
            raise UsageError(f"{address} needs pymilvus: pip install 'yinju[milvus]'") from error
        # It writes every failed call on stderr, with a traceback; they are raised as well.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        if address.file is not None:
            _prepare_file(address)
        with _explained(address):
            token = os.environ.get(TOKEN, "")
            options = {} if address.file is None else {"grpc_options": _NO_PINGS}
            client = pymilvus.MilvusClient(
                address.server, token=token, timeout=_read_seconds(address), **options
            )
        return cls(address, client, "Session" if writing else "Bounded")

    def close(self) -> None:
        """Disconnect."""
        self._client.close()

    def is_there(self) -> bool:
        """Return whether both collections are there, and have the server hold them ready."""
        with _explained(self.address):
            for name in (self.passages, self.records):
                if not self._client.has_collection(name, timeout=self._read_seconds):
                    return False
                self._client.load_collection(name, timeout=LOAD_SECONDS)
            return True

    def create(self, name: str, schema: Any, indexes: Any) -> None:  # noqa: ANN401
        """Make what is missing of a collection and have the server hold it ready."""
        with _explained(self.address):
            if not self._client.has_collection(name, timeout=self._read_seconds):
                self._client.create_collection(
                    name, schema=schema, consistency_level="Bounded", timeout=WRITE_SECONDS
                )
            if not self._client.list_indexes(name):
                # What is written afterwards is indexed by the server in its own time.
                self._client.create_index(name, indexes, timeout=WRITE_SECONDS, sync=False)
            self._client.load_collection(name, timeout=LOAD_SECONDS)

    def query(
        self, name: str, where: str, fields: Sequence[str], *, limit: int = 0, strong: bool = False
    ) -> list[Row]:
        """Return the rows that a condition holds for."""
        options: Row = {"limit": limit} if limit else {}
        with _explained(self.address):
            rows: list[Row] = self._client.query(
                name, filter=where, output_fields=list(fields), timeout=self._read_seconds,
                consistency_level="Strong" if strong else self._level, **options,
            )  # fmt: skip
            return list(rows)

    def by_ids(
        self, name: str, ids: Sequence[int], fields: Sequence[str], *, strong: bool = False
    ) -> list[Row]:
        """Return the rows with some primary keys, those that are there."""
        rows: list[Row] = []
        for start in range(0, len(ids), _MANY_IDS):
            where = f"id in {list(ids[start : start + _MANY_IDS])}"
            rows.extend(self.query(name, where, fields, strong=strong))
        return rows

    def count(self, name: str, where: str) -> int:
        """Return how many rows there are, the newest included."""
        (row,) = self.query(name, where, ["count(*)"], strong=True)
        return int(row["count(*)"])

    def every(self, name: str, where: str, fields: Sequence[str]) -> Iterator[Row]:
        """Yield all rows that a condition holds for, however many."""
        with _explained(self.address):
            rows = self._client.query_iterator(
                name, batch_size=1000, filter=where, output_fields=list(fields),
                timeout=self._read_seconds, consistency_level=self._level,
            )  # fmt: skip
            try:
                while batch := rows.next():
                    yield from batch
            finally:
                rows.close()

    def search(
        self, name: str, field: str, asked: Sequence[Any], limit: int, where: str
    ) -> list[list[tuple[int, float]]]:
        """Return for each of several questions the nearest rows with their scores, best first."""
        with _explained(self.address):
            found = self._client.search(
                name, data=list(asked), anns_field=field, limit=min(limit, _MOST_HITS),
                filter=where, timeout=self._read_seconds, consistency_level=self._level,
            )  # fmt: skip
            return [[(int(hit["id"]), float(hit["distance"])) for hit in hits] for hits in found]

    def upsert(self, name: str, rows: Sequence[Row]) -> None:
        """Write rows; one that is there already takes the new values."""
        for start in range(0, len(rows), MOST_ROWS):
            with _explained(self.address, writing=True):
                batch = list(rows[start : start + MOST_ROWS])
                self._client.upsert(name, data=batch, timeout=WRITE_SECONDS)

    def settle(self) -> None:
        """Have Milvus Lite index what was written; a server does so by itself.

        Over rows that it has not yet indexed, Lite works out BM25 by those that pass a filter.
        """
        if self.address.file is not None:
            with _explained(self.address, writing=True):
                for name in (self.passages, self.records):
                    self._client.flush(name, timeout=WRITE_SECONDS)

    def delete(self, name: str, where: str) -> None:
        """Delete the rows that a condition holds for."""
        with _explained(self.address, writing=True):
            self._client.delete(name, filter=where, timeout=WRITE_SECONDS)


def _read_seconds(address: MilvusAddress) -> float:
    """Return how long a read may take; Milvus Lite is this process, and as busy as it is."""
    return READ_SECONDS if address.file is None else WRITE_SECONDS


def _prepare_file(address: MilvusAddress) -> None:
    try:
        import milvus_lite  # noqa: F401
    except ImportError as error:
        raise UsageError(
            f"{address} is a Milvus Lite file, which needs: pip install 'yinju[milvus]'"
        ) from error
    file = address.file
    assert file is not None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IndexServerError(
            f"{file.parent} cannot be made ({error.strerror}). Name another file with --index"
        ) from error


@contextmanager
def _explained(address: MilvusAddress, *, writing: bool = False) -> Iterator[None]:
    """Turn what pymilvus and gRPC raise into an error that says what to do.

    Raises:
        IndexServerError: the server cannot be reached, is too slow, or refuses.
        IndexLockedError: another process has the Milvus Lite file open.
    """
    import grpc
    from pymilvus.exceptions import MilvusException

    try:
        yield
    except (MilvusException, grpc.RpcError) as error:
        if "Open local milvus failed" in str(error) and address.file is not None:
            raise IndexLockedError(
                f"{address.file} cannot be opened; Milvus Lite gives a file to one process at a "
                "time. Wait for the other one to end, or use a Milvus server"
            ) from error
        raise IndexServerError(_explanation(address, error, writing=writing)) from error


def _explanation(address: MilvusAddress, error: Exception, *, writing: bool) -> str:
    import grpc

    code = error.code() if isinstance(error, grpc.RpcError) else getattr(error, "code", None)
    said = error.details() if isinstance(error, grpc.RpcError) else str(error.message)  # type: ignore[attr-defined]
    kept = (
        "What was committed is kept and served. Run the same command again: it goes on from there "
        "and stores nothing twice"
        if writing
        else "Nothing was changed"
    )
    where = f"the Milvus server at {address.server}"
    statuses = grpc.StatusCode
    if code in (statuses.UNAUTHENTICATED, statuses.PERMISSION_DENIED) or "auth" in said.lower():
        return (
            f"{where} refuses the user. Put USER:PASSWORD or an API key into the environment "
            f"variable {TOKEN}. {kept}"
        )
    if code == statuses.DEADLINE_EXCEEDED:
        seconds = WRITE_SECONDS if writing else _read_seconds(address)
        return (
            f"{where} did not answer within {seconds:g} "
            f"seconds. See whether it is overloaded. {kept}"
        )
    if code in (statuses.UNAVAILABLE, statuses.CANCELLED) or "Fail connecting" in said:
        return (
            f"{where} cannot be reached. See whether it runs and the address is right "
            f"(--index {address}). {kept}"
        )
    token = os.environ.get(TOKEN)
    text = said.replace(token, "…") if token else said
    return f"{where} says: {text or 'nothing'} (code {code}). {kept}"
