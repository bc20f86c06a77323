"""What may be said of a Ray cluster without one: who may embed, where it is, what it needs."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest

from rag.embedding import ModelIdentity
from rag.embedding.cluster import RayBatches
from rag.embedding.cluster.messages import Failure, Job, Note, Task, WorkerReport, objection
from rag.embedding.cluster.process import _Office
from rag.embedding.cluster.worker import worker_class
from rag.errors import ClusterError, ModelError, UsageError

IDENTITY = ModelIdentity("small", "0123", 384, "int8")
JOB = Job("auto", 1, "small", "/cache", IDENTITY, "1.2")
REPORT = WorkerReport("node-7", "1.2", IDENTITY)


def batches(address: str) -> RayBatches:
    return RayBatches(address, "small", Path("/cache"), IDENTITY)


def test_a_worker_with_the_same_model_may_embed_from_whatever_folder() -> None:
    assert objection(REPORT, JOB) == ""
    moved = replace(IDENTITY, name="/elsewhere/small")
    assert objection(replace(REPORT, identity=moved), JOB) == ""


@pytest.mark.parametrize("other", [{"digest": "4567"}, {"precision": "int7"}, {"dimension": 8}])
def test_a_worker_with_another_model_may_not(other: dict[str, Any]) -> None:
    said = objection(replace(REPORT, identity=replace(IDENTITY, **other)), JOB)
    assert said.startswith("the Ray worker on node-7 has another embedding model (small, ")
    assert "than this machine (small, int8, digest 0123)" in said


def test_a_worker_needs_the_same_version() -> None:
    said = objection(replace(REPORT, version="1.1", identity=None), JOB)
    assert said == (
        "the Ray worker on node-7 has Yinju 1.1, and here it is 1.2. "
        "Run `pip install 'yinju[ray]==1.2'` on every machine of the cluster"
    )
    said = objection(WorkerReport("node-7", problem="No module named 'rag'"), JOB)
    assert said.startswith("the Ray worker on node-7 does not have Yinju, and here it is 1.2. Run ")
    said = objection(WorkerReport("node-7", "1.2", problem="no such model"), JOB)
    assert said == "the Ray worker on node-7 cannot embed: no such model"


def test_a_worker_says_by_itself_that_yinju_is_not_there(cache: Path) -> None:
    code = (
        "import sys, pickle, importlib.metadata as metadata\n"
        "make = pickle.load(sys.stdin.buffer)\n"
        "def version(name): raise metadata.PackageNotFoundError(name)\n"
        "metadata.version = version\n"
        "sys.modules['rag'] = None\n"
        "print(make('1.2', 'small', '/cache', 1).report()['version'] or 'none')\n"
    )
    cloudpickle = pytest.importorskip("ray.cloudpickle", reason="needs pip install 'yinju[ray]'")
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        input=cloudpickle.dumps(worker_class()),
        capture_output=True,
        check=False,
    )
    assert done.stdout.split() == [b"none"], done.stderr.decode()


def test_a_worker_says_why_its_model_does_not_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[tuple[str, Path, int]] = []

    def failing(name: str, cache: Path, threads: int) -> None:
        opened.append((name, cache, threads))
        raise ModelError("cannot load the embedding model 'small'")

    monkeypatch.setattr("rag.embedding.open_embedder", failing)
    monkeypatch.setenv("YINJU_CACHE", "/the/machine's/own")
    here, own = version("yinju"), Path("/the/machine's/own")
    report = worker_class()(here, "small", str(tmp_path), 3).report()
    assert (report["version"], report["identity"]) == (here, None)
    assert report["problem"] == "cannot load the embedding model 'small'"
    worker_class()(here, "small", str(tmp_path / "elsewhere"), 3)
    assert opened == [("small", tmp_path, 3), ("small", own, 3)]
    # Another version may not even know how to open it.
    report = worker_class()("0.0.1", "small", str(tmp_path), 3).report()
    assert (report["version"], report["problem"], len(opened)) == (here, "", 2)


def test_without_ray_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(UsageError, match=r"^--ray auto needs Ray: pip install 'yinju\[ray\]'$"):
        batches("auto").__enter__()


@pytest.fixture
def stubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put in the place of Ray's process one that knows nothing of Ray."""
    monkeypatch.setattr("rag.embedding.cluster.batches._PROCESS", "stub_process")
    monkeypatch.setattr("rag.embedding.cluster.batches._check_installed", lambda _address: None)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


def test_batches_come_back_under_the_names_they_were_given(stubbed: None) -> None:
    said: list[str] = []
    with RayBatches("auto", "small", Path("/cache"), IDENTITY, tell=said.append) as cluster:
        assert cluster.ahead == 3 * 8 * 32
        # More than a pipe holds, in either direction.
        for number in range(60):
            cluster.submit([f"{number} a", f"{number} b"], ["x" * number, "y" * 9000])
        for number in range(60):
            batch = cluster.next()
            assert batch.keys == (f"{number} a", f"{number} b")
            assert batch.vectors[:, 0].tolist() == [number, 9000]
        assert cluster.arrived() == []
    assert said == ["embedding on Ray (auto), 3 workers", *["a Ray worker was lost"] * 60]


def test_what_has_arrived_is_there_without_waiting(stubbed: None) -> None:
    with batches("auto") as cluster:
        cluster.submit(["a"], ["x"])
        cluster.submit(["b"], ["end"])
        process = cluster._process
        assert process.wait(30) == 1
        (batch,) = cluster.arrived()
        assert batch.keys == ("a",)
        assert cluster.arrived() == []


def test_a_cluster_that_is_lost_is_an_error_that_says_how_to_go_on(stubbed: None) -> None:
    with batches("auto") as cluster:
        cluster.submit(["a"], ["end"])
        with pytest.raises(ClusterError) as caught:
            cluster.next()
    assert str(caught.value) == (
        "the Ray cluster was lost (auto): Failed to connect to GCS within 60 seconds. What was "
        "embedded is kept: run the same command again, with or without --ray"
    )


def test_what_a_worker_cannot_do_is_an_error(stubbed: None) -> None:
    with batches("auto") as cluster:
        cluster.submit(["a"], ["fail"])
        with pytest.raises(ClusterError, match=r"^the Ray worker on node-7 cannot embed: no me"):
            cluster.next()


def test_a_cluster_without_room_is_let_go_of(stubbed: None) -> None:
    given = RayBatches("auto", "none", Path("/cache"), IDENTITY)
    with pytest.raises(ClusterError, match=r"^Ray \(auto\): no machine .* worker\. Name fewer$"):
        given.__enter__()
    assert given._process.poll() is not None


def test_a_cluster_that_wants_a_token_is_told_from_one_that_is_not_there(
    stubbed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.embedding.cluster.batches._CONNECT_SECONDS", 3.0)
    given = RayBatches("auto", "secret", Path("/cache"), IDENTITY)
    with pytest.raises(
        ClusterError, match=r"within 3 seconds\. It asks for its token: set RAY_AUTH"
    ):
        given.__enter__()


def test_a_batch_that_every_worker_is_lost_over_ends_the_work() -> None:
    office = _Office(Pipe()[0], JOB)
    task = Task(4, ("x",))
    for _ in range(3):
        office._lose(task, RuntimeError("the worker\nwas killed"))
    said = [office._outbox.get() for _ in range(3)]
    assert [type(item) for item in said] == [Note, Note, Failure]
    assert office._tasks.get()[1] == task
    last = said[-1]
    assert isinstance(last, Failure)
    assert last.reason.startswith("3 Ray workers were lost over the same passages: the worker was")


def test_workers_that_never_start_or_never_answer_end_the_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = _Office(Pipe()[0], JOB)
    office._waiting_since = time.monotonic()
    office._watch()
    assert office._outbox.empty()
    monkeypatch.setattr("rag.embedding.cluster.process._START_SECONDS", -1.0)
    office._watch()
    assert office._outbox.get().reason.startswith("no Ray worker has started within ")  # type: ignore[attr-defined]
    office._ready, office._running[3] = 1, time.monotonic()
    office._watch()
    assert office._outbox.empty()
    monkeypatch.setattr("rag.embedding.cluster.process._SILENT_SECONDS", -1.0)
    office._watch()
    assert office._outbox.get().reason.startswith("a Ray worker has not answered for ")  # type: ignore[attr-defined]


@pytest.fixture
def port() -> Iterator[int]:
    """A port where something listens, and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_where_nothing_answers_the_error_says_what_to_look_at(port: int) -> None:
    pytest.importorskip("ray", reason="needs pip install 'yinju[ray]'")
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    for address in (f"127.0.0.1:{free}", f"ray://127.0.0.1:{free}"):
        with pytest.raises(ClusterError) as caught:
            batches(address).__enter__()
        said = str(caught.value)
        assert said.startswith(f"nothing answers at {address} (Connection refused). See with ")
        assert said.endswith("--ray local starts Ray on this machine")


@pytest.mark.parametrize("form", ["127.0.0.1:{}", "ray://127.0.0.1:{}"])
def test_what_answers_and_is_no_ray_is_not_waited_for_long(
    port: int, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    pytest.importorskip("ray", reason="needs pip install 'yinju[ray]'")
    monkeypatch.setattr("rag.embedding.cluster.batches._CONNECT_SECONDS", 1.0)
    monkeypatch.setattr("rag.embedding.cluster.batches._END_SECONDS", 0.5)
    given = batches(form.format(port))
    with pytest.raises(ClusterError, match="did not answer within 1 seconds"):
        given.__enter__()
    assert given._process.poll() is not None
