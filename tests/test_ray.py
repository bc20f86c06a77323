"""Bulk embedding on a real Ray cluster of this machine, with two workers."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from embedding.conftest import make_model
from numpy.typing import NDArray
from scripted_index import Write, records

from rag.engine import Engine
from rag.errors import ClusterError
from rag.settings import Settings
from rag.store import SPOOL, open_reader, verify_index

pytest.importorskip("ray", reason="needs pip install 'yinju[ray]'")
if not Path("/proc/self/stat").exists():
    pytest.skip("finds its processes in /proc", allow_module_level=True)

_ROOT = Path(__file__).parent.parent
_CLUSTER = """
import ray, sys
found = ray.init(
    address="local", num_cpus=2, include_dashboard=False, object_store_memory=100 << 20,
    log_to_driver=False, logging_level="ERROR",
)
print(found.address_info["address"], flush=True)
sys.stdin.read()
"""
RECORDS = 600


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[str, int]]:
    """A cluster that others started: its address, and the process it hangs on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", str(_ROOT))
        with subprocess.Popen(
            [sys.executable, "-c", _CLUSTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        ) as process:  # fmt: skip
            assert process.stdin and process.stdout
            yield process.stdout.readline().strip(), process.pid
            process.stdin.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many short documents, in several files."""
    folder = tmp_path_factory.mktemp("documents")
    for start in range(0, RECORDS, 100):
        text = records(*range(start, start + 100)).replace("about hill", "about 云山 and hill")
        (folder / f"{start}.jsonl").write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def expected(folder: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of them made without Ray."""
    index = tmp_path_factory.mktemp("alone") / "index"
    with Engine(Settings(index=index, cache=cache)) as engine:
        assert engine.add([folder]).embedded == RECORDS
    return index


Held = dict[str, list[tuple[str, NDArray[np.float32]]]]


def held(index: Path) -> Held:
    """Return the texts and vectors of an index's passages, by document."""
    assert verify_index(index)[1] == []
    reader = open_reader(index)
    found: Held = {}
    for document in reader.catalog.documents():
        ids = reader.catalog.passage_ids_of(document.key)
        texts = reader.catalog.passages(ids)
        vectors = [(number, reader.vectors.vector(number)) for number in ids]
        found[document.key] = [(texts[n].text, v) for n, v in vectors if v is not None]
    reader.close()
    return found


def assert_same(index: Path, expected: Path) -> None:
    found, wanted = held(index), held(expected)
    assert found.keys() == wanted.keys()
    for key, passages in wanted.items():
        for (text, vector), (same, other) in zip(found[key], passages, strict=True):
            assert text == same
            # Each text runs alone through the bundled model, whatever stands beside it in a batch.
            assert np.array_equal(vector, other)


def processes() -> dict[int, tuple[int, str]]:
    """Return the parent and the command of every process."""
    found = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                after = (path / "stat").read_text().rpartition(")")[2].split()
                command = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if after[0] != "Z":
                found[int(path.name)] = (int(after[1]), command)
    return found


def below(root: int) -> dict[int, str]:
    """Return the processes that hang on one, with their commands."""
    everyone, family = processes(), {root}
    while more := {p for p, (parent, _) in everyone.items() if parent in family} - family:
        family |= more
    return {number: everyone[number][1] for number in family - {root}}


def staying(started: dict[int, str]) -> dict[int, tuple[str, tuple[int, str]]]:
    """Return those of some processes that are still there: what they were and what they are."""
    now = processes()
    return {number: (started[number], now[number]) for number in started.keys() & now.keys()}


def wait_until(happened: Callable[[], object], what: Callable[[], object] | None = None) -> None:
    """Wait for something; where it does not happen, tell what holds it up."""
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end, what and what()
        time.sleep(0.02)


def test_an_index_is_the_same_as_without_ray(
    cluster: tuple[str, int], folder: Path, expected: Path, cache: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    moves: list[int] = []
    index = tmp_path / "index"
    with Engine(Settings(index=index, cache=cache, ray=cluster[0]), said.append) as engine:
        report = engine.add([folder], lambda _, done, __: moves.append(done), bulk=True)
        assert (report.added, report.passages, report.embedded) == (RECORDS, RECORDS, RECORDS)
        assert said == [f"embedding on Ray ({cluster[0]}), 2 workers"]
        assert moves == sorted(moves)
        assert moves[-1] == RECORDS
        assert_same(index, expected)
        # Where nothing changed there is nothing to ask a cluster.
        assert engine.add([folder], bulk=True).unchanged == RECORDS
        assert len(said) == 1
    assert not (index / SPOOL).exists()


def test_the_passages_of_a_worker_that_is_killed_go_to_another(
    cluster: tuple[str, int], folder: Path, expected: Path, cache: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    killed: list[int] = []

    def kill_one(_file: str, done: int, _expected: int) -> None:
        if done and not killed:
            pids = [pid for pid, name in below(cluster[1]).items() if "YinjuWorker.embed" in name]
            if pids:
                os.kill(pids[0], signal.SIGKILL)
                killed.append(pids[0])

    index = tmp_path / "index"
    with Engine(Settings(index=index, cache=cache, ray=cluster[0]), said.append) as engine:
        report = engine.add([folder], kill_one, bulk=True)
    assert killed
    assert (report.added, report.passages, report.embedded) == (RECORDS, RECORDS, RECORDS)
    assert said[1:] == ["a Ray worker was lost; its passages go to another one"]
    assert_same(index, expected)


def test_a_worker_whose_model_is_another_one_is_refused(
    cluster: tuple[str, int], write: Write, cache: Path, tmp_path: Path
) -> None:
    model = make_model(tmp_path / "own" / "tiny", seed=0)
    path = write("tea.txt", "tea bridge bees honey")
    settings = Settings(index=tmp_path / "index", cache=cache, ray=cluster[0], model=str(model))
    with Engine(settings) as engine:
        assert engine.embedder.identity.dimension == 8
        make_model(model, seed=1)
        with pytest.raises(ClusterError, match="has another embedding model"):
            engine.add([path], bulk=True)
        assert not engine.has_index()


def test_ctrl_c_keeps_what_was_embedded_and_ends_the_ray_that_it_started(
    folder: Path, expected: Path, cache: Path, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    code = "import sys; from rag.cli import rag; sys.exit(rag(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "index", folder, "--index", index]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "YINJU_CACHE": str(cache)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        [*command, "--ray", "local"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment, start_new_session=True, cwd=tmp_path,
    ) as process:  # fmt: skip
        spool = index / SPOOL
        wait_until(lambda: spool.exists() and spool.stat().st_size > 2 * 32 * 1556)
        started = below(process.pid)
        assert any("YinjuWorker" in name for name in started.values())
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1].startswith("interrupted; what the index held is as it was")
    wait_until(lambda: not staying(started), lambda: staying(started))
    kept = spool.stat().st_size // 1556
    assert 64 <= kept < RECORDS
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.endswith(f"; {RECORDS - kept} passages embedded\n")
    assert_same(index, expected)
