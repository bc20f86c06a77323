"""Compare tantivy, SQLite FTS5 and bm25s as the lexical index over jieba words.

    python eval/bench/lexical.py --data DIR

DIR holds cmrc2018_train.json, drcd_dev.json and drcd_test.json. Their paragraphs are cut at
sentences to about 200 characters; where there are not enough passages, sentences of different
paragraphs are put together to make more. Every engine gets the same words, already cut, in two
fields. Words are cut once beforehand and cost every engine the same, so no
figure includes cutting. Prints a table and writes eval/results/lexical.json.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Protocol

# FTS5 weighs the counts before they saturate, as does repeating a title; tantivy adds the scores
# of two fields, where a weight above 1 lets titles drown the body. Each has what suits it best.
TITLE_WEIGHT = {"tantivy": 0.5, "sqlite-fts5": 2, "bm25s": 2}
DEPTH = 50
CHARACTERS = 200
CHANGED = 100
Row = tuple[int, str, str]


class LexicalIndex(Protocol):
    """One engine over pre-cut words; rows are (id, words of the title, words of the body)."""

    def build(self, rows: Sequence[Row]) -> None:
        """Make the index and write it to its folder."""

    def open(self) -> None:
        """Open the index that is in the folder."""

    def search(self, words: Sequence[str], limit: int) -> list[int]:
        """Return the ids of the best rows with any of the words, best first."""

    def change(self, added: Sequence[Row], deleted: Sequence[Row]) -> None:
        """Add and delete rows; both must show in the next search and be on disk."""


class Tantivy:
    """Two text fields cut at blanks, term frequencies without positions, BM25."""

    def __init__(self, folder: Path) -> None:
        import tantivy

        self.tantivy, self.folder = tantivy, folder
        builder = tantivy.SchemaBuilder()
        # On an unsigned field tantivy 0.27 deletes nothing by term, and does not say so.
        builder.add_integer_field("id", indexed=True, fast=True)
        for name in ("title", "body"):
            builder.add_text_field(name, tokenizer_name="words", index_option="freq")
        self.schema = builder.build()

    def _register(self) -> None:
        blank = self.tantivy.Tokenizer.whitespace()
        analyzer = self.tantivy.TextAnalyzerBuilder(blank).build()
        self.index.register_tokenizer("words", analyzer)

    def build(self, rows: Sequence[Row]) -> None:
        """Write the rows."""
        self.index = self.tantivy.Index(self.schema, path=str(self.folder))
        self._register()
        self.change(rows, ())

    def open(self) -> None:
        """Open the folder's index."""
        self.index = self.tantivy.Index.open(str(self.folder))
        self._register()

    def search(self, words: Sequence[str], limit: int) -> list[int]:
        """Return the best ids."""
        query, occur = self.tantivy.Query, self.tantivy.Occur.Should
        parts = []
        for word in words:
            title = query.term_query(self.schema, "title", word, "freq")
            parts.append((occur, query.boost_query(title, TITLE_WEIGHT["tantivy"])))
            parts.append((occur, query.term_query(self.schema, "body", word, "freq")))
        searcher = self.index.searcher()
        hits = searcher.search(query.boolean_query(parts), limit, count=False).hits
        return searcher.fast_field_values("id", [address for _, address in hits])

    def change(self, added: Sequence[Row], deleted: Sequence[Row]) -> None:
        """Commit the change."""
        writer = self.index.writer(heap_size=64_000_000, num_threads=1)
        for number, _, _ in deleted:
            writer.delete_documents_by_term("id", number)
        for number, title, body in added:
            row = {"id": number, "title": title, "body": body}
            writer.add_document(self.tantivy.Document.from_dict(row, self.schema))
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()


class Fts5:
    """A contentless FTS5 table (the catalog has the text), unicode61, bm25() with weights."""

    def __init__(self, folder: Path) -> None:
        import sqlite3

        self.sqlite3, self.path = sqlite3, folder / "words.sqlite"

    def build(self, rows: Sequence[Row]) -> None:
        """Write the rows."""
        self.open()
        self.database.execute(
            "create virtual table passages using fts5(title, body, content='', "
            'tokenize="unicode61 remove_diacritics 0")'
        )
        self.change(rows, ())
        self.database.execute("insert into passages(passages) values('optimize')")
        self.database.commit()

    def open(self) -> None:
        """Open the folder's index."""
        self.database = self.sqlite3.connect(self.path)

    def search(self, words: Sequence[str], limit: int) -> list[int]:
        """Return the best ids."""
        match = " OR ".join('"' + word.replace('"', '""') + '"' for word in words)
        found = self.database.execute(
            "select rowid from passages where passages match ? "
            f"order by bm25(passages, {TITLE_WEIGHT['sqlite-fts5']}, 1) limit ?",
            (match, limit),
        )
        return [number for (number,) in found]

    def change(self, added: Sequence[Row], deleted: Sequence[Row]) -> None:
        """Commit the change."""
        self.database.executemany(
            "insert into passages(passages, rowid, title, body) values('delete', ?, ?, ?)", deleted
        )
        self.database.executemany("insert into passages(rowid, title, body) values(?, ?, ?)", added)
        self.database.commit()


class Bm25s:
    """One field, the title repeated by its weight; a change is a rebuild of the whole."""

    def __init__(self, folder: Path) -> None:
        import bm25s

        self.bm25s, self.folder = bm25s, folder

    def build(self, rows: Sequence[Row]) -> None:
        """Write the rows."""
        self.rows = list(rows)
        words = [f"{title} " * TITLE_WEIGHT["bm25s"] + body for _, title, body in self.rows]
        self.index = self.bm25s.BM25()
        self.index.index([text.split() for text in words], show_progress=False)
        self.ids = [number for number, _, _ in self.rows]
        self.index.save(str(self.folder))
        (self.folder / "ids.json").write_text(json.dumps(self.ids), encoding="utf-8")

    def open(self) -> None:
        """Open the folder's index."""
        self.index = self.bm25s.BM25.load(str(self.folder), mmap=True)
        self.ids = json.loads((self.folder / "ids.json").read_text(encoding="utf-8"))

    def search(self, words: Sequence[str], limit: int) -> list[int]:
        """Return the best ids."""
        known = [word for word in words if word in self.index.vocab_dict]
        if not known:
            return []
        found, scores = self.index.retrieve(
            [known], k=min(limit, len(self.ids)), show_progress=False
        )
        pairs = zip(found[0], scores[0], strict=True)
        return [self.ids[place] for place, score in pairs if score > 0]

    def change(self, added: Sequence[Row], deleted: Sequence[Row]) -> None:
        """Commit the change."""
        gone = {number for number, _, _ in deleted}
        self.build([row for row in self.rows if row[0] not in gone] + list(added))


ENGINES: dict[str, type] = {"tantivy": Tantivy, "sqlite-fts5": Fts5, "bm25s": Bm25s}


@dataclass(frozen=True)
class Figures:
    """One engine at one size. Times in seconds or milliseconds as named, sizes in bytes."""

    engine: str
    passages: int
    build_seconds: float
    query_p50_ms: float
    query_p95_ms: float
    bytes: int
    add_100_seconds: float
    delete_100_seconds: float
    open_ms: float
    open_and_first_query_ms: float
    recall_at_10: float


def cut_words(text: str) -> list[str]:
    """Return jieba's search words, lower case, without those that have no letter or digit."""
    import jieba

    return [word for word in jieba.cut_for_search(text.lower()) if word.isalnum()]


def cut_passages(text: str) -> list[str]:
    """Cut a paragraph at sentence ends into passages of at most about 200 characters."""
    from corpus import split_sentences

    passages = [""]
    for sentence in split_sentences(text):
        if passages[-1] and len(passages[-1]) + len(sentence) > CHARACTERS:
            passages.append("")
        passages[-1] += sentence
    return [passage for passage in passages if passage.strip()]


def make_corpus(
    data: Path, size: int, seed: int
) -> tuple[list[Row], list[Row], list[tuple[list[str], frozenset[int]]]]:
    """Return rows, further rows to add, and questions with the rows of their own paragraph."""
    from corpus import read_paragraphs, split_sentences

    paragraphs = read_paragraphs(data)
    chance = random.Random(seed)
    chance.shuffle(paragraphs)
    texts: list[tuple[str, str]] = []
    asked: list[tuple[str, frozenset[int]]] = []
    for paragraph in paragraphs:
        parts = cut_passages(paragraph.text)
        if len(texts) + len(parts) > size:
            break
        own = frozenset(range(len(texts), len(texts) + len(parts)))
        texts += [(paragraph.title, part) for part in parts]
        asked += [(question.text, own) for question in paragraph.questions]
    sentences = [
        (paragraph.title, sentence)
        for paragraph in paragraphs
        for sentence in split_sentences(paragraph.text)
    ]
    while len(texts) < size + CHANGED:
        title, body = chance.choice(sentences)
        while len(body) < CHARACTERS * 0.8:
            body += chance.choice(sentences)[1]
        texts.append((title, body[: CHARACTERS + 50]))
    rows = [
        (number, " ".join(cut_words(title)), " ".join(cut_words(body)))
        for number, (title, body) in enumerate(texts)
    ]
    sample = chance.sample(asked, min(500, len(asked)))
    questions = [(list(dict.fromkeys(cut_words(text))), own) for text, own in sample]
    return rows[:size], rows[size:], [(words, own) for words, own in questions if words]


def seconds(action: Callable[..., object], *arguments: object) -> float:
    """Return how long the call takes."""
    start = time.perf_counter()
    action(*arguments)
    return time.perf_counter() - start


def measure_opening(engine: str, folder: Path, words: Sequence[str]) -> tuple[float, float]:
    """Return milliseconds to import and open, and with a first query, best of three processes."""
    command = [sys.executable, __file__, "--open", engine, str(folder), *words]
    runs = [
        json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        for _ in range(3)
    ]
    return min(run[0] for run in runs), min(run[1] for run in runs)


def open_once(engine: str, folder: Path, words: Sequence[str]) -> None:
    """Print the milliseconds for importing and opening, and for those and one query."""
    start = time.perf_counter()
    index: LexicalIndex = ENGINES[engine](folder)
    index.open()
    opened = time.perf_counter()
    index.search(words, DEPTH)
    print(json.dumps([(opened - start) * 1000, (time.perf_counter() - start) * 1000]))


def measure(
    engine: str,
    rows: Sequence[Row],
    more: Sequence[Row],
    questions: Sequence[tuple[list[str], frozenset[int]]],
    folder: Path,
) -> Figures:
    """Build, open, query and change one engine's index."""
    folder.mkdir(parents=True)
    index: LexicalIndex = ENGINES[engine](folder)
    build = seconds(index.build, rows)
    size = sum(item.stat().st_size for item in folder.rglob("*") if item.is_file())
    opening, first = measure_opening(engine, folder, questions[0][0])
    for words, _ in questions[:20]:
        index.search(words, DEPTH)
    times, found = [], 0
    for words, own in questions:
        start = time.perf_counter()
        hits = index.search(words, DEPTH)
        times.append(time.perf_counter() - start)
        found += bool(own.intersection(hits[:10]))
    probe = more[0][2].split()
    add = seconds(index.change, more, ())
    if more[0][0] not in index.search(probe, DEPTH):
        raise RuntimeError(f"{engine}: an added passage is not found")
    delete = seconds(index.change, (), more)
    if more[0][0] in index.search(probe, DEPTH):
        raise RuntimeError(f"{engine}: a deleted passage is still found")
    return Figures(
        engine=engine,
        passages=len(rows),
        build_seconds=build,
        query_p50_ms=statistics.median(times) * 1000,
        query_p95_ms=statistics.quantiles(times, n=20)[-1] * 1000,
        bytes=size,
        add_100_seconds=add,
        delete_100_seconds=delete,
        open_ms=opening,
        open_and_first_query_ms=first,
        recall_at_10=found / len(questions),
    )


def markdown(figures: Sequence[Figures]) -> str:
    """Return the figures as a markdown table."""
    lines = [
        "| passages | engine | build s | query p50 / p95 ms | on disk MB "
        "| add 100 s | delete 100 s | import and open ms | and first query ms | recall@10 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {f.passages:,} | {f.engine} | {f.build_seconds:.2f} "
        f"| {f.query_p50_ms:.2f} / {f.query_p95_ms:.2f} | {f.bytes / 1e6:.1f} "
        f"| {f.add_100_seconds:.3f} | {f.delete_100_seconds:.3f} | {f.open_ms:.0f} "
        f"| {f.open_and_first_query_ms:.0f} | {f.recall_at_10:.3f} |"
        for f in figures
    ]
    return "\n".join(lines)


def main() -> None:
    """Run every engine at every size and report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder of the question answering sets")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 50_000])
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parents[1] / "results" / "lexical.json"
    )
    parser.add_argument("--open", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.open:
        open_once(options.open[0], Path(options.open[1]), options.open[2:])
        return
    import sqlite3

    if options.data is None:
        parser.error("--data DIR is needed")
    figures = []
    for size in options.sizes:
        rows, more, questions = make_corpus(options.data, size, options.seed)
        for engine in ENGINES:
            folder = Path(tempfile.mkdtemp()) / engine
            figures.append(measure(engine, rows, more, questions, folder))
            shutil.rmtree(folder.parent)
            print(markdown(figures[-1:]).splitlines()[-1], file=sys.stderr)
    print(markdown(figures))
    settings = {
        "sizes": options.sizes,
        "seed": options.seed,
        "title_weight": TITLE_WEIGHT,
        "depth": DEPTH,
        "characters": CHARACTERS,
        "tantivy": metadata.version("tantivy"),
        "bm25s": metadata.version("bm25s"),
        "sqlite": sqlite3.sqlite_version,
        "jieba": metadata.version("jieba"),
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    content = {"settings": settings, "figures": [asdict(item) for item in figures]}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
