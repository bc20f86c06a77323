"""Filters as conditions that Milvus itself applies, before it ranks anything."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from rag.records import Filters
from rag.store.milvus.connection import Connection
from rag.store.milvus.rows import Kind, day_number, masked

NOTHING = "id < 0"
"""The condition that holds for nothing: numbers are positive, and lists must not be empty."""

_SPECIAL = frozenset("?[")
"""What a glob may hold that LIKE has no form for: its _ is a byte on the server."""


def all_of(*conditions: str | None) -> str:
    """Return the condition that all of some hold; empty ones and None do not count."""
    return " and ".join(f"({condition})" for condition in conditions if condition)


def condition_of(filters: Filters, connection: Connection) -> str:
    """Return the condition that documents, and likewise their passages, pass the filters."""
    conditions = []
    if filters.publisher:
        conditions.append(f'publisher like "%{masked(filters.publisher.casefold())}%"')
    if filters.since:
        conditions.append(f"published >= {day_number(filters.since)}")
    if filters.until:
        conditions.append(f"published > 0 and published <= {day_number(filters.until)}")
    if filters.path:
        conditions.append(_on_path(filters.path, all_of(*conditions), connection))
    return all_of(*conditions)


def _on_path(glob: str, others: str, connection: Connection) -> str:
    if not _SPECIAL.intersection(glob):
        return _like(glob)
    # The server leaves out what it can tell, SQLite's GLOB decides on the rest.
    coarse = _like(glob.partition("[")[0].replace("?", "*") + "*")
    where = all_of(f'kind == "{Kind.DOCUMENT}"', others, coarse)
    found = connection.every(connection.records, where, ["document", "path"])
    glob = masked(glob)
    with closing(sqlite3.connect(":memory:")) as database:
        ask = "SELECT ? GLOB ? OR ? GLOB '*/' || ?"
        numbers = [
            row["document"]
            for row in found
            if database.execute(ask, (row["path"], glob, row["path"], glob)).fetchone()[0]
        ]
    return f"document in {numbers}" if numbers else NOTHING


def _like(glob: str) -> str:
    pattern = masked(glob).replace("*", "%")
    return f'path like "{pattern}" or path like "%/{pattern}"'
