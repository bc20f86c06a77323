"""Yinju beside what people would use instead: same machine, documents and embedding weights.

    python -m eval.bench.peers --data DIR [--sizes 300 1000 3000] [--questions 500]

LangChain's tutorial stack, txtai and bm25s, each as its own documentation sets it up, pinned, in a
virtual environment of its own that is made at first use in the cache folder (about 3 GB). Measured
are indexing, start-up to first hits, warm latency, memory, size on disk, and recall and MRR on
public sets. A peer that cannot be installed or fails is reported, and the rest runs. Writes
peers.json, peers.md and two charts into eval/results, anew after each collection.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from eval.bench.corpus import command, save
from eval.bench.peers.charts import draw
from eval.bench.peers.children import ChildError, environment, run
from eval.bench.peers.documents import Collection, set_collections, sized_collections
from eval.bench.peers.measuring import (
    WARM,
    Answers,
    Place,
    Quality,
    Speed,
    measure,
    measure_answers,
)
from eval.bench.peers.report import Results, to_markdown
from eval.bench.peers.tools import PEERS, ROOT, YINJU, Installed, here, install
from rag.encoder.weights import FILE_SHA256, WeightFile, locate
from rag.evaluation.environment import describe_machine

ANSWERED = 120
"""Questions that Yinju answers in words for each size."""


def make_parser() -> argparse.ArgumentParser:
    """Return the options."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--sizes", type=int, nargs="+", default=[300, 1000, 3000])
    parser.add_argument(
        "--sets", action=argparse.BooleanOptionalAction, default=True, help="measure them too"
    )
    parser.add_argument("--questions", type=int, default=500, help="at most, of each task")
    parser.add_argument("--starts", type=int, default=3, help="new processes for start-up")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=20, help="of the sized collections")
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache" / "peers")
    parser.add_argument("--out", type=Path, default=ROOT / "eval" / "results")
    return parser


def main() -> None:
    """Measure and report."""
    options = make_parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    options.cache.mkdir(parents=True, exist_ok=True)
    cache = options.cache.resolve()
    collections = sized_collections(options.data, options.sizes, options.questions, options.seed)
    if options.sets:
        collections += set_collections(options.data, options.questions)
    try:
        model = make_model(cache, options.threads)
        installed, problems = install_all(cache, options.threads)
        with tempfile.TemporaryDirectory() as name:
            every = measure_all(installed, collections, Path(name), model, options.starts, problems)
            report = ""
            for results in every:
                report = write(results, installed, options)
    except ChildError as error:
        raise SystemExit(str(error)) from error
    except KeyboardInterrupt:
        raise SystemExit(f"stopped; {options.out} has what was measured before") from None
    print(report)


def make_model(cache: Path, threads: int) -> Path:
    """Return the folder of the weights in fp32, written at first use.

    Raises:
        ChildError: it cannot be written.
    """
    folder = cache / f"model-{FILE_SHA256[:12]}"
    if not folder.exists():
        say("unpacking the weights")
        arguments = [sys.executable, "-m", "eval.bench.peers.weights", str(folder)]
        run(arguments, environment(threads, ROOT), cache)
    return folder


def install_all(cache: Path, threads: int) -> tuple[list[Installed], list[str]]:
    """Return the tools that can be run, Yinju first, and what is wrong with the others."""
    installed, problems = [here(threads)], []
    for tool in PEERS:
        say(f"installing {tool.name}")
        try:
            installed.append(install(tool, cache, threads))
        except ChildError as error:
            say(f"{tool.name} cannot be installed: {error}")
            problems.append(f"{tool.name} cannot be installed: {last_line(error)}")
    return installed, problems


def measure_all(
    installed: Sequence[Installed],
    collections: Sequence[Collection],
    folder: Path,
    model: Path,
    starts: int,
    problems: Sequence[str],
) -> Iterator[Results]:
    """Measure every tool over every collection, and yield what is known after each.

    A tool that fails is left out of the rest.

    Raises:
        ChildError: Yinju failed.
    """
    speeds: list[Speed] = []
    qualities: list[Quality] = []
    answers: list[Answers] = []
    failed: dict[str, str] = {}
    longer = count_longer(collections)
    warm_up(installed[0], folder)
    for number, collection in enumerate(collections):
        documents = folder / f"{number}"
        collection.write(documents)
        for item in installed:
            name = item.tool.name
            if name in failed:
                continue
            say(f"{collection.name}: {name}")
            place = Place(documents, folder / f"{number}-{name}", model)
            try:
                speed, scores = measure(item, collection, place, starts if collection.sized else 1)
            except ChildError as error:
                if item.tool == YINJU:
                    raise
                say(f"{name} failed over {collection.name}: {error}")
                failed[name] = f"{name} failed over {collection.name}: {last_line(error)}"
                continue
            qualities += scores
            if collection.sized:
                speeds.append(speed)
                if item.tool == YINJU:
                    answers.append(measure_answers(item, collection, place, starts, ANSWERED))
        yield Results(
            tuple(speeds), tuple(qualities), tuple(answers), (*problems, *failed.values()),
            {one.name: longer[one.name] for one in collections[: number + 1]},
        )  # fmt: skip


def warm_up(yinju: Installed, folder: Path) -> None:
    """Have Yinju convert its model, as the peers' weights were unpacked before.

    Raises:
        ChildError: it failed.
    """
    path, index = folder / "warm.txt", folder / "warm"
    path.write_text("The first run converts the model.", "utf-8")
    for arguments in (
        [command("rag"), "index", str(path), "--index", str(index)],
        [command("ask"), "What does the first run convert?", "--index", str(index)],
    ):
        run(arguments, yinju.variables, folder)


def count_longer(collections: Sequence[Collection]) -> dict[str, int]:
    """Return, by collection, how many texts have more tokens than the model reads."""
    from rag.embedding import BUNDLED, open_embedder
    from rag.settings import Settings

    embedder, most = open_embedder(BUNDLED, Settings.load().cache), model_tokens()
    return {
        item.name: sum(count > most for count in embedder.count_tokens(list(item.texts.values())))
        for item in collections
    }


def model_tokens() -> int:
    """Return how many tokens the model reads."""
    return WeightFile.open(locate()).sizes.positions


def write(results: Results, installed: Sequence[Installed], options: argparse.Namespace) -> str:
    """Write the JSON, the tables and the charts, and return the tables."""
    settings = {
        name: getattr(options, name) for name in ("sizes", "questions", "starts", "threads", "seed")
    }
    tools = {
        item.tool.name: {"versions": item.versions, "environment_bytes": item.environment_bytes}
        for item in installed
        if item.tool != YINJU
    }
    save(
        options.out / "peers.json",
        {"settings": settings | describe_machine(), "tools": tools, **asdict(results)},
    )
    report = to_markdown(results, warm=WARM, tokens=model_tokens())
    (options.out / "peers.md").write_text(report, "utf-8")
    draw(results.speeds, results.qualities, options.out)
    return report


def last_line(error: ChildError) -> str:
    """Return what the results say of an error; all of it was told on standard error."""
    return str(error).splitlines()[-1]


def say(text: str) -> None:
    """Tell on standard error what is being done."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
