"""What is stored where: the two collections of an index, their rows, and how rows are numbered.

Numbers are hashes, so that a batch written again meets its own rows and stores nothing twice. A
document's *version* is a number of its whole content; its passages carry it, and are served only
where the document's own row, which is written last, has the same.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from rag.language.words import stem
from rag.records import Document, Field, Language, Origin, Passage, PlaceUnit
from rag.store.milvus.connection import Connection, Row

FORMAT = 1
"""Raised whenever an index written before cannot be read as one written now."""

SEARCHED = (Field.BODY, Field.TITLE, Field.NAMES)
"""The fields of words that Milvus ranks by BM25; places are looked up, not ranked."""

_PIECE = 16_000
"""Characters of a document in one row: a field holds 65,535 bytes, a character has up to 4."""

_MOST_BYTES = 65_535
_K1, _B = 1.2, 0.75
"""BM25's parameters, those that tantivy has."""

# Characters that a LIKE pattern or a text in a condition would need a way to escape, which differs
# between servers, are kept as others; these, which hardly any text has, follow an escape.
_MASKS = {char: chr(0xE100 + ord(char)) for char in (*map(chr, range(32)), *"%_\\\"'", "\x7f")}
_ESCAPE = "\ue180"
_MASKED = str.maketrans(_MASKS | {char: _ESCAPE + char for char in (*_MASKS.values(), _ESCAPE)})
_UNMASKED = {mask: char for char, mask in _MASKS.items()}
_MASK = re.compile(f"{_ESCAPE}(.)|[\ue100-\ue17f]")


class Kind(StrEnum):
    """What a row of the second collection is."""

    DOCUMENT = "document"
    TEXT = "text"
    FILE = "file"
    PENDING = "pending"
    MANIFEST = "manifest"
    LEASE = "lease"


def number_of(*parts: str | int) -> int:
    """Return a number from 1 to 2**63 - 1 that is always the same for the same parts."""
    digest = hashlib.blake2b(json.dumps(parts).encode(), digest_size=8).digest()
    return (int.from_bytes(digest) >> 1) or 1


def file_number(path: str) -> int:
    """Return the number of the row of a file that was read."""
    return number_of(Kind.FILE, path)


def document_number(key: str) -> int:
    """Return the number of the row of a document."""
    return number_of(Kind.DOCUMENT, key)


def masked(text: str) -> str:
    """Return a text as it is stored and looked for in conditions, cut where it is very long."""
    return text[:_PIECE].translate(_MASKED)


def unmasked(text: str) -> str:
    """Return a text that ``masked`` did not cut, as it was."""
    return _MASK.sub(lambda found: found[1] or _UNMASKED[found[0]], text)


def encoded_words(words: Iterable[str]) -> str:
    """Return words as Milvus's ``standard`` tokenizer splits them again into the same words.

    It splits at whatever is no letter or digit, so such characters are written as their numbers:
    3.5 is 3x2ex5.
    """
    safe = []
    size = 0
    for word in words:
        plain = "".join(c if c.isalnum() else f"x{ord(c):x}x" for c in word)
        size += len(plain.encode()) + 1
        if size > _MOST_BYTES:
            break
        safe.append(plain)
    return " ".join(safe)


def query_terms(words: Iterable[str]) -> list[str]:
    """Return the terms that words are stored as, each once."""
    return [encoded_words([term]) for term in dict.fromkeys(stem(words))]


def stored_words(words: Iterable[str]) -> str:
    """Return the words of a passage's field as they are stored."""
    return encoded_words(stem(words))


def day_number(day: date | None) -> int:
    """Return a day as a number that orders as days do, 0 where there is none."""
    return day.toordinal() if day else 0


def document_rows(document: Document, passages: int) -> list[Row]:
    """Return the rows of a document: the pieces of its content first, its own row last.

    Its own says how many ``passages`` it was cut into.
    """
    content = _to_json(document)
    pieces = [content[at : at + _PIECE] for at in range(0, len(content), _PIECE)]
    number = document_number(document.key)
    version = version_of(document)
    rows = [
        record(Kind.TEXT, number_of(Kind.TEXT, version, part), document=number, version=version,
               content=piece)
        for part, piece in enumerate(pieces[1:], start=1)
    ]  # fmt: skip
    own = record(
        Kind.DOCUMENT, number, key=document.key, digest=document.digest, document=number,
        version=version, parts=len(pieces), passages=passages, content=pieces[0],
        **document_facts(document),
    )  # fmt: skip
    return [*rows, own]


def version_of(document: Document) -> int:
    """Return the number of a document's whole content."""
    return number_of(_to_json(document))


def document_facts(document: Document) -> Row:
    """Return what filters look at, in the rows of a document and of its passages alike."""
    return {
        "publisher": masked(document.publisher.casefold()),
        "path": masked(document.path),
        "published": day_number(document.published),
    }


def document_of(row: Row, texts: Sequence[str]) -> Document:
    """Return the document of its own row and the contents of its other pieces, in order.

    Raises:
        ValueError: they do not fit together.
    """
    facts = json.loads("".join((row["content"], *texts)))
    published, origin, warnings = (facts.pop(name) for name in ("published", "origin", "warnings"))
    return Document(
        **facts,
        published=date.fromisoformat(published) if published else None,
        warnings=tuple(warnings),
        origin=tuple(
            Origin(start, end, PlaceUnit(unit), value) for start, end, unit, value in origin
        ),
    )


def text_numbers(row: Row) -> list[int]:
    """Return the numbers of the rows that hold the rest of a document's content."""
    return [number_of(Kind.TEXT, row["version"], part) for part in range(1, row["parts"])]


def passage_row(document: Document, version: int, passage: Passage, digest: str) -> Row:
    """Return the row of a passage, still without its vector and words."""
    return {
        "id": number_of(version, passage.start, passage.end),
        "document": document_number(document.key), "version": version,
        "start": passage.start, "stop": passage.end, "context": passage.context[:_PIECE],
        "language": passage.language.value, "title_language": passage.title_language.value,
        "digest": masked(digest), **document_facts(document),
    }  # fmt: skip


def record(kind: Kind, number: int, **values: Any) -> Row:  # noqa: ANN401
    """Return a row of the second collection, which has a vector because each must have one."""
    empty = {
        "key": "", "digest": "", "document": 0, "version": 0, "parts": 0, "passages": 0,
        "publisher": "", "path": "", "published": 0, "content": "", "nothing": [0.0, 0.0],
    }  # fmt: skip
    return {**empty, "id": number, "kind": kind.value, **values}


def pieces_of(items: Sequence[int], size: int) -> Iterator[list[int]]:
    """Yield items in lists of at most a size."""
    for at in range(0, len(items), size):
        yield list(items[at : at + size])


def create_collections(connection: Connection, dimension: int) -> None:
    """Make the collections of an index for vectors of a dimension, unless they are there."""
    from pymilvus import DataType, Function, FunctionType, MilvusClient

    schema = _schema(("document", "version", "published", "start", "stop"),
                     ("language", "title_language", "digest", "publisher", "path", "context",
                      "places"))  # fmt: skip
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    indexes = MilvusClient.prepare_index_params()
    indexes.add_index("vector", index_type="AUTOINDEX", metric_type="COSINE")
    for field in SEARCHED:
        schema.add_field(
            field.value, DataType.VARCHAR, max_length=_MOST_BYTES, enable_analyzer=True,
            analyzer_params={"tokenizer": "standard"},
        )  # fmt: skip
        schema.add_field(bm25(field), DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(
            Function(f"{field.value}_function", FunctionType.BM25, [field.value], [bm25(field)])
        )
        indexes.add_index(
            bm25(field), index_type="SPARSE_INVERTED_INDEX", metric_type="BM25",
            params={"bm25_k1": _K1, "bm25_b": _B},
        )  # fmt: skip
    for name in ("language", "document", "digest", "publisher", "path", "published"):
        indexes.add_index(name, index_type="INVERTED")
    connection.create(connection.passages, schema, indexes)

    schema = _schema(("document", "version", "published", "parts", "passages"),
                     ("kind", "key", "digest", "publisher", "path", "content"))  # fmt: skip
    schema.add_field("nothing", DataType.FLOAT_VECTOR, dim=2)
    indexes = MilvusClient.prepare_index_params()
    indexes.add_index("nothing", index_type="FLAT", metric_type="L2")
    for name in ("kind", "document", "publisher", "path", "published"):
        indexes.add_index(name, index_type="INVERTED")
    connection.create(connection.records, schema, indexes)


def bm25(field: Field) -> str:
    """Return the name of the field of the scores by which Milvus ranks a field's words."""
    return f"{field.value}_bm25"


def language_of(row: Row, name: str = "language") -> Language:
    """Return a row's language."""
    return Language(row[name])


def _schema(numbers: Sequence[str], texts: Sequence[str]) -> Any:  # noqa: ANN401
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    for name in numbers:
        schema.add_field(name, DataType.INT64)
    for name in texts:
        schema.add_field(name, DataType.VARCHAR, max_length=_MOST_BYTES)
    return schema


def _to_json(document: Document) -> str:
    facts = {
        "key": document.key, "digest": document.digest, "text": document.text,
        "title": document.title, "publisher": document.publisher,
        "published": document.published.isoformat() if document.published else None,
        "path": document.path, "url": document.url, "excerpt": document.excerpt,
        "warnings": document.warnings,
        "origin": [[o.start, o.end, o.unit.value, o.value] for o in document.origin],
    }  # fmt: skip
    return json.dumps(facts, ensure_ascii=False)
