"""The lease: a row that names the one writer of an index.

Milvus has no lock. A writer leaves its name in a row, renews it as it goes, and reads it back
before each commit; who finds another's name there stops. A lease that was not renewed may be taken
over, at once where its holder was a process of this machine that has ended.
"""

from __future__ import annotations

import json
import math
import os
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from rag.errors import IndexFolderError, IndexLockedError
from rag.store.milvus.connection import Connection
from rag.store.milvus.rows import Kind, number_of, record

_LASTS = timedelta(minutes=5)
_LOOK_SECONDS = 1.0
"""How often a writer that waits looks whether the lease is free."""

_HELD: set[str] = set()
"""The tokens of this process's writers: others under its name are of writers that lost touch."""

_NUMBER = number_of(Kind.LEASE)


class Lease:
    """One writer's claim to an index."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._token = secrets.token_hex(8)
        self._since = datetime.now(UTC)

    def take(self, wait: float, tell: Callable[[str], None]) -> None:
        """Take the lease. Another writer that holds it is waited for so many seconds, and told.

        Raises:
            IndexLockedError: it still holds it.
        """
        end = time.monotonic() + wait
        is_told = False
        while (held := self._read()) is not None and not _is_over(held):
            who = f"another process is writing to {self._connection.address}: {_told(held)}"
            left = end - time.monotonic()
            if left <= 0:
                raise IndexLockedError(
                    f"{who}. Wait for it to end, longer with --wait SECONDS, or stop it; if it is "
                    f"gone, its lease ends at {held['until']}"
                )
            if not is_told:
                seconds = "" if wait == math.inf else f" (at most {wait:g} s)"
                tell(f"{who}; waiting for it to end{seconds}")
                is_told = True
            time.sleep(min(left, _LOOK_SECONDS))
        _HELD.add(self._token)
        self.renew()
        self.check()

    def renew(self) -> None:
        """Say that this writer is still at work."""
        now = datetime.now(UTC)
        content = json.dumps({
            "token": self._token, "host": socket.gethostname(), "pid": os.getpid(),
            "since": _written(self._since), "until": _written(now + _LASTS),
        })  # fmt: skip
        row = record(Kind.LEASE, _NUMBER, content=content)
        self._connection.upsert(self._connection.records, [row])

    def check(self) -> None:
        """See that the lease is still this writer's.

        Raises:
            IndexLockedError: another writer took it over.
        """
        held = self._read()
        if held is None or held["token"] != self._token:
            raise IndexLockedError(
                f"another process took over the writing to {self._connection.address}"
                f"{f': {_told(held)}' if held else ''}. What was not committed here is not stored; "
                "run the same command again when it has ended"
            )

    def release(self) -> None:
        """Let the next writer begin at once; where the server is out of reach the lease ends."""
        _HELD.discard(self._token)
        with suppress(IndexFolderError):
            held = self._read()
            if held is not None and held["token"] == self._token:
                self._connection.delete(self._connection.records, f"id in [{_NUMBER}]")

    def _read(self) -> dict[str, Any] | None:
        connection = self._connection
        rows = connection.by_ids(connection.records, [_NUMBER], ["content"], strong=True)
        return json.loads(rows[0]["content"]) if rows else None


def _is_over(held: dict[str, Any]) -> bool:
    if datetime.now(UTC) >= datetime.fromisoformat(held["until"]):
        return True
    if held["host"] != socket.gethostname():
        return False
    if held["pid"] == os.getpid():
        return held["token"] not in _HELD
    return not _is_alive(held["pid"])


def _is_alive(pid: int) -> bool:
    if os.name == "nt":
        return True  # asking would end the process
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _told(held: dict[str, Any]) -> str:
    return f"process {held['pid']} on {held['host']}, since {held['since']}"


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
