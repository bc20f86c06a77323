"""What `rag index` leaves behind when it is killed, and what comes of bytes that rot on the disk.

    python eval/bench/crash.py [--kills 200] [--flips 100] [--seed 1]

Kills: a folder of small documents changes a little (updates, deletions, additions), `rag index
--prune` runs over it, committing as often as it can, and is killed (SIGKILL) at a random moment;
every fifth run may end. Each document says its version in words, figure and vector. A reader in
another process asks all the while. After each kill the index must verify, no document may have gone
back to an older version, none that was committed and still lies there may be missing, and after a
run that ended the index must hold exactly the files.

Flips: one bit of one byte in a random file of an index is turned over, its time of change left as
it was. `rag verify` must find it, and a question must get the answers it had or an error; the same
once more with the check of whole files at opening left out, as it is for a large index.

The model is a quick one that hashes words, because time of embedding would only make the moments of
interest rarer. Prints what was counted and writes eval/results/crash.json.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from corpus import save
from numpy.typing import NDArray

from rag.embedding import ModelIdentity
from rag.engine import Engine
from rag.errors import IndexFolderError, IndexMissingError
from rag.evaluation.environment import describe_machine
from rag.language.words import Segmenter
from rag.records import Document, Draft, Extract, Hit, Language, Question
from rag.settings import Settings
from rag.store import verify_index

# Loaded once for all processes to come.
for name in ("rag.cli.manage", "rag.indexing", "rag.cli.checking", "faiss", "tantivy"):
    import_module(name)

DIMENSION = 64
DOCUMENTS = 24
ENDS = 5
"""Every so many runs one is left to end."""

FORK = multiprocessing.get_context("fork")

_WORD = re.compile(r"[a-z]+\d*|\d+")
_STATED = re.compile(r"Station s(\d+) has version v(\d+), which is (\d+)")


class QuickEmbedder:
    """A text's vector is that of the words in it."""

    language_gap: Mapping[Language, float] = {}

    def __init__(self) -> None:
        self.identity = ModelIdentity("words", "0123456789abcdef", DIMENSION, "fp32")

    def embed_questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors."""
        return np.stack([_vector(text) for text in texts])

    embed_passages = embed_questions

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count words."""
        return [len(_WORD.findall(text.lower())) for text in texts]


class QuickReader:
    """Takes every passage that has the station asked for."""

    def read(
        self, question: Question, hits: Sequence[Hit], documents: Mapping[str, Document]
    ) -> Draft:
        """Return the passages' first sentences as extracts."""
        station = question.text.rpartition(" ")[2].rstrip("?")
        extracts = []
        for hit in hits:
            found = _STATED.search(hit.passage.text)
            if found and f"s{found[1]}" == station:
                start = hit.passage.start + found.start()
                end = hit.passage.start + found.end()
                span = (hit.passage.start + found.start(3), hit.passage.start + found.end(3))
                extracts.append(Extract(hit.passage.document_key, start, end, (span,), 1.0))
        return Draft(tuple(extracts), bool(extracts))


def _vector(text: str) -> NDArray[np.float32]:
    vector = np.zeros(DIMENSION, np.float32)
    for word in _WORD.findall(text.lower()):
        vector += np.random.default_rng(list(word.encode())).standard_normal(
            DIMENSION, dtype=np.float32
        )
    return vector / np.float32(np.linalg.norm(vector) or 1)


def stated(station: int, version: int) -> str:
    """Return a document's text."""
    rest = f"Whoever reads the gauge of station s{station} in version v{version} notes rain. "
    return f"Station s{station} has version v{version}, which is {version}.\n\n{rest * 3}\n"


@cache
def segmenter(cache_folder: Path) -> Segmenter:
    """Return the segmenter, loaded once for all processes to come."""
    words = Segmenter(cache_folder)
    words.warm()
    return words


def quick(folder: Path) -> Engine:
    """Return an engine with the quick model and reader."""
    with mock.patch("rag.engine.Segmenter", segmenter):
        engine = Engine(Settings(index=folder, model="words", passage_tokens=16))
    engine.__dict__["embedder"] = QuickEmbedder()
    engine.__dict__["answerer"] = QuickReader()
    return engine


def index_once(index: Path, files: Path, ready: Connection) -> None:
    """Run `rag index` as a process of its own, with commits as often as possible."""
    from rag.cli.manage import main

    with (
        mock.patch("rag.engine.open_embedder", lambda *_: QuickEmbedder()),
        mock.patch("rag.engine.Segmenter", segmenter),
        mock.patch("rag.indexing._COMMIT_SECONDS", 0.0),
        mock.patch("rag.indexing._BATCH", 8),
        redirect_stdout(io.StringIO()),
        redirect_stderr(io.StringIO()) as said,
    ):
        ready.send("")
        status = main(["index", str(files), "--index", str(index), "--prune"])
    ready.send(said.getvalue() if status else "")
    sys.exit(status)


def read_on(index: Path, results: Connection) -> None:
    """Ask about stations at random until told to stop, and send what was wrong."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    chance = random.Random(7)
    engine = quick(index)
    while not results.poll():
        station = chance.randrange(2 * DOCUMENTS)
        try:
            wrong += ask_and_check(engine, station, counts)
        except IndexMissingError:
            counts["before the first commit"] += 1
            time.sleep(0.01)
        except IndexFolderError as error:
            counts["unreadable"] += 1
            wrong.append(str(error))
        time.sleep(0.05)  # there is one machine for all of it
    results.send((dict(counts), wrong[:10]))


def ask_and_check(engine: Engine, station: int, counts: Counter[str]) -> list[str]:
    """Ask for a station's version and compare what the parts of the index say of it."""
    answer = engine.ask(f"Which version has station s{station}?", top_k=5)
    counts["questions"] += 1
    counts["answered"] += answer.answered
    problems = []
    for citation in answer.citations:
        found = _STATED.search(citation.quote)
        if found is None or found[1] != str(station) or found[2] != found[3]:
            problems.append(f"s{station}: quoted {citation.quote!r}")
    # All over one generation: text, vectors and words.
    reader = engine.index
    for number in reader.catalog.passage_ids_of(_key(engine, station)):
        passage = reader.catalog.passages([number])[number]
        version = re.search(r"v\d+", passage.text)
        text = f"{passage.context}\n{passage.text}" if passage.context else passage.text
        vector = reader.vectors.vector(number)
        if vector is None or float(vector @ _vector(text)) < 0.999:
            problems.append(f"s{station}: the vector is not that of the text")
        hits = engine.search(f"s{station} {version[0] if version else ''}", mode="lexical", top_k=9)
        if engine.index is reader and all(hit.passage != passage for hit in hits):
            problems.append(f"s{station}: the words are not those of the text")
    counts["mixed or wrong"] += bool(problems)
    return problems


def _key(engine: Engine, station: int) -> str:
    name = f"/s{station}.txt"
    return next((d.key for d in engine.documents() if d.path.endswith(name)), "")


def versions(index: Path) -> dict[int, int]:
    """Return the version of every station in the index."""
    found = {}
    with quick(index) as engine:
        for document in engine.documents():
            statement = _STATED.search(document.text)
            assert statement is not None
            found[int(statement[1])] = int(statement[2])
    return found


def change(files: Path, chance: random.Random, written: dict[int, int]) -> None:
    """Update some documents, delete some, add some."""
    present = sorted(written)
    for station in chance.sample(present, min(4, len(present))):
        write(files, station, written[station] + 1, written)
    for station in chance.sample(present, max(0, len(present) - DOCUMENTS + 3)):
        (files / f"s{station}.txt").unlink()
        del written[station]
    absent = sorted(set(range(2 * DOCUMENTS)) - set(written))
    for station in chance.sample(absent, 3):
        # Never a version it had before.
        write(files, station, int(time.time() * 1000) % 10**9, written)


def write(files: Path, station: int, version: int, written: dict[int, int]) -> None:
    """Write a station's file."""
    (files / f"s{station}.txt").write_text(stated(station, version), "utf-8")
    written[station] = version


def kill_often(folder: Path, kills: int, chance: random.Random) -> dict[str, object]:
    """Kill so many runs; return what was counted."""
    index, files = folder / "index", folder / "files"
    files.mkdir()
    written: dict[int, int] = {}
    for station in range(DOCUMENTS):
        write(files, station, 1, written)
    run_once(index, files, None, chance)
    ours, theirs = FORK.Pipe()
    reader = FORK.Process(target=read_on, args=(index, theirs))
    reader.start()
    counts: Counter[str] = Counter()
    problems: list[str] = []
    before = written.copy()
    longest = 1.0
    run = 0
    while counts["kills"] < kills:
        run += 1
        ends = run % ENDS == 0
        started, status = run_once(index, files, None if ends else longest, chance)
        if ends:
            longest = started
        counts["kills"] += status == -signal.SIGKILL
        counts["ended"] += status == 0
        if status not in (0, -signal.SIGKILL):
            problems.append(f"run {run} ended with status {status}")
        damage = apart(damage_of, index)
        counts["unreadable after a run"] += bool(damage)
        problems += damage
        held = apart(versions, index)
        lost = [s for s in before if s in written and held.get(s, -1) < before[s]]
        counts["committed documents lost"] += len(lost)
        if status == 0 and held != written:
            problems.append(f"after run {run}, which ended, the index differs from the files")
        before = held
        change(files, chance, written)
        tell(f"{counts['kills']} killed, {counts['ended']} ended, {len(problems)} problems")
    ours.send("stop")
    read, wrong = ours.recv()
    reader.join()
    return {**counts, "reader": read, "problems": [*problems, *wrong]}


def run_once(
    index: Path, files: Path, within: float | None, chance: random.Random
) -> tuple[float, int]:
    """Run `rag index`, killed at a random moment within so many seconds, or to its end.

    Return how long it ran and its exit status.
    """
    ours, theirs = FORK.Pipe()
    process = FORK.Process(target=index_once, args=(index, files, theirs))
    process.start()
    ours.recv()
    start = time.perf_counter()
    if within is not None:
        process.join(chance.uniform(0, within))
        if process.is_alive() and process.pid is not None:
            os.kill(process.pid, signal.SIGKILL)
    process.join()
    return time.perf_counter() - start, process.exitcode or 0


def flip_often(folder: Path, flips: int, chance: random.Random) -> dict[str, object]:
    """Turn over so many bits; return what verify and asking made of them."""
    index, files = folder / "whole", folder / "texts"
    files.mkdir()
    for station in range(DOCUMENTS):
        (files / f"s{station}.txt").write_text(stated(station, 3 * station), "utf-8")
    run_once(index, files, None, chance)
    before = apart(answers, index)
    whole = sorted(path for path in index.rglob("*") if path.is_file())
    places = [path for path in whole if path.stat().st_size and not path.name.endswith(".lock")]
    counts: Counter[str] = Counter()
    missed = []
    for _ in range(flips):
        path = chance.choice(places)
        place, bit = chance.randrange(path.stat().st_size), 1 << chance.randrange(8)
        damaged = shutil.copytree(index, folder / "damaged", copy_function=shutil.copy2)
        target = damaged / path.relative_to(index)
        state = target.stat()
        content = bytearray(target.read_bytes())
        content[place] ^= bit
        target.write_bytes(content)
        os.utime(target, ns=(state.st_atime_ns, state.st_mtime_ns))
        where = f"{path.relative_to(index)} byte {place} bit {bit}"
        counts["flips"] += 1
        if apart(damage_of, damaged):
            counts["found by verify"] += 1
        else:
            missed.append(f"verify: {where}")
        for small in (True, False):
            what = outcome(damaged, before, small=small)
            size = "small index" if small else "large index"
            counts[f"{size}: {what}"] += 1
            if what == "another answer":
                missed.append(f"{size}: {where}")
        shutil.rmtree(damaged)
        tell(f"{counts['flips']} flipped, {len(missed)} missed")
    return {**counts, "missed": missed}


def damage_of(index: Path) -> list[str]:
    """Return what verify finds."""
    try:
        return verify_index(index)[1]
    except IndexFolderError as error:
        return [str(error)]


def outcome(index: Path, before: list[str], *, small: bool) -> str:
    """Return what asking comes to."""
    limit = 2**26 if small else -1
    with mock.patch("rag.store.manifest._QUICKLY_HASHED", limit):
        said = apart(answers_or_error, index)
    if said is None:
        return "the process died"
    if isinstance(said, str):
        return "error"
    return "the same answers" if said == before else "another answer"


def answers_or_error(index: Path) -> list[str] | str:
    """Return the answers, or the error."""
    try:
        return answers(index)
    except IndexFolderError as error:
        return str(error)


def apart(function: Callable[[Path], Any], index: Path) -> Any:  # noqa: ANN401
    """Return what a function makes of an index in a process of its own, None when that died.

    tantivy may take its process along, and this one has no threads that forking would leave behind.
    """
    ours, theirs = FORK.Pipe()
    process = FORK.Process(target=lambda: theirs.send(function(index)))
    process.start()
    theirs.close()
    try:
        result = ours.recv()
    except EOFError:
        result = None
    process.join()
    return result


def answers(index: Path) -> list[str]:
    """Return what is answered to some questions, with what is quoted."""
    with quick(index) as engine:
        return [
            json.dumps([
                (citation.document.key, citation.start, citation.quote)
                for citation in engine.ask(f"Which version has station s{n}?", top_k=5).citations
            ])
            for n in range(0, DOCUMENTS, 3)
        ]  # fmt: skip


def tell(text: str) -> None:
    """Say how far the work is."""
    print(f"{text}\r", end="", file=sys.stderr, flush=True)


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--flips", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parents[1] / "results" / "crash.json"
    )
    options = parser.parse_args()
    chance = random.Random(options.seed)
    settings = {"kills": options.kills, "flips": options.flips, "seed": options.seed}
    os.environ["RUST_BACKTRACE"] = "0"
    segmenter(Settings().cache)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        killed = kill_often(Path(name), options.kills, chance) if options.kills else {}
        flipped = flip_often(Path(name), options.flips, chance) if options.flips else {}
    content = {
        "settings": {**settings, **describe_machine()},
        "seconds": time.perf_counter() - start,
        "kills": killed,
        "flips": flipped,
    }
    print(json.dumps(content, indent=2, ensure_ascii=False))
    save(options.out, content)


if __name__ == "__main__":
    main()
