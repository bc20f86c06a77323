"""Whether everything that an index on a server should hold is there, and nothing else."""

from __future__ import annotations

from collections import Counter
from contextlib import closing

from rag.address import MilvusAddress
from rag.errors import IndexDamagedError
from rag.store.catalog import Counts
from rag.store.milvus.reading import MilvusReader
from rag.store.milvus.rows import Kind


def verify_milvus(address: MilvusAddress) -> tuple[Counts, list[str]]:
    """Return what an index holds, and what is wrong with it; an empty list when all is well.

    Every document is read, and every passage's number looked at.

    Raises:
        IndexMissingError, IndexServerError: there is no index, or it cannot be reached.
    """
    with closing(MilvusReader.open(address)) as reader:
        return reader.manifest.counts, _problems(reader)


def _problems(reader: MilvusReader) -> list[str]:
    connection = reader.connection
    fields = ["document", "version", "language"]
    cut: Counter[tuple[int, int]] = Counter()
    languages: Counter[str] = Counter()
    for row in connection.every(connection.passages, "id > 0", fields):
        cut[row["document"], row["version"]] += 1
        languages[row["language"]] += 1
    problems = []
    standing = set()
    where = f'kind == "{Kind.DOCUMENT}"'
    for row in connection.every(connection.records, where, ["key", "version", "id", "passages"]):
        standing.add((row["id"], row["version"]))
        has = cut[row["id"], row["version"]]
        if has != row["passages"]:
            problems.append(f"{row['key']} has {has} passages, expected {row['passages']}")
        try:
            if reader.catalog.document(row["key"]) is None:
                problems.append(f"{row['key']} lacks a part of its text")
        except IndexDamagedError:
            problems.append(f"the text of {row['key']} is damaged")
    if strays := sum(count for of, count in cut.items() if of not in standing):
        problems.append(f"{strays} passages belong to no document")
    counts = reader.manifest.counts
    found = Counts(len(standing), sum(languages.values()), dict(languages))
    if not problems and found != counts:
        problems.append(f"there are {found}, the manifest says {counts}")
    return problems
