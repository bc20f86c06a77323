"""How bulk embedding scales with the workers of a Ray cluster, and how many can be kept busy.

    python eval/bench/cluster.py --data DIR [--documents 1000] [--characters 1500]

`Engine.add` over text files in a new process each: without Ray; on a cluster of this machine with
one worker and with two, of a processor each; and with vectors that cost nothing, which is what
reading, cutting and storing take, by the one process that does them. Rates leave out the seconds
until the first passages are stored, which stand beside them. Prints a table and writes
eval/results/cluster.json.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corpus import make_documents, read_paragraphs, run, save

from rag.evaluation.environment import describe_machine
from rag.evaluation.report import markdown_table

_ADD = """
import json, sys, time
from pathlib import Path
import numpy as np
from rag.embedding.bundled import BundledEmbedder
from rag.engine import Engine
from rag.settings import Settings
index, folder, ray, is_free = sys.argv[1:]
if is_free == "free":
    vector = np.full(384, 384 ** -0.5, np.float32)
    BundledEmbedder.embed_passages = lambda self, texts: np.tile(vector, (len(texts), 1))
moves = []
def move(name, done, expected):
    if done and (not moves or moves[-1][1] != done):
        moves.append((time.perf_counter() - start, done))
engine = Engine(Settings.load({"index": index, "ray": ray or None}))
engine.embedder, engine.segmenter.warm()
start = time.perf_counter()
report = engine.add([Path(folder)], move, bulk=True)
(first, some), (last, every) = moves[0], moves[-1]
print("\\n" + json.dumps({
    "first_seconds": first, "seconds": last, "passages": report.passages,
    "rate": (every - some) / (last - first),
}))
"""
_CLUSTER = """
import ray, sys
found = ray.init(address="local", num_cpus=int(sys.argv[1]), include_dashboard=False,
    object_store_memory=100 << 20, log_to_driver=False, logging_level="ERROR")
print(found.address_info["address"], flush=True)
sys.stdin.read()
"""


@contextmanager
def cluster(processors: int) -> Iterator[str]:
    """Start Ray on this machine, and yield its address."""
    with subprocess.Popen(
        [sys.executable, "-c", _CLUSTER, str(processors)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin and process.stdout
        yield process.stdout.readline().strip()
        process.stdin.close()


def measure(folder: Path, index: Path, ray: str = "", *, free: bool = False) -> dict[str, Any]:
    """Index the folder in a new process, and return what it took."""
    words = [str(index), str(folder), ray, "free" if free else "embed"]
    done = run([sys.executable, "-c", _ADD, *words])
    content: dict[str, Any] = json.loads(done.output.splitlines()[-1])
    return content


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--characters", type=int, default=1500)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parents[1] / "results" / "cluster.json"
    )
    options = parser.parse_args()
    # Only what is started here may use the clusters.
    os.environ |= {
        "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "RAY_USAGE_STATS_ENABLED": "0",
    }  # fmt: skip
    texts = make_documents(read_paragraphs(options.data), options.documents, options.characters)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "files"
        folder.mkdir()
        for number, text in enumerate(texts):
            (folder / f"{number:06d}.txt").write_text(text, "utf-8")
        threads = os.cpu_count()
        runs = {f"without Ray, {threads} threads": measure(folder, Path(name) / "alone")}
        for workers in (1, 2):
            with cluster(workers) as address:
                label = f"Ray, {workers} worker{'s' if workers > 1 else ''} of 1 thread"
                runs[label] = measure(folder, Path(name) / f"ray{workers}", address)
        runs["all but embedding"] = measure(folder, Path(name) / "free", free=True)
    rows = [
        (what, f"{found['first_seconds']:.1f}", f"{found['seconds']:.1f}", f"{found['rate']:.0f}")
        for what, found in runs.items()
    ]
    heads = ("", "s to the first passages", "s in all", "passages/s from there")
    print(markdown_table(heads, rows))
    save(options.out, {
        "settings": {
            "documents": options.documents, "characters": options.characters,
            **describe_machine(),
        },
        "runs": runs,
    })  # fmt: skip


if __name__ == "__main__":
    main()
