"""What may be said of a Ray cluster without one: who may embed, where it is, what it needs."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.embedding import ModelIdentity
from rag.embedding.cluster import RayBatches
from rag.embedding.cluster.messages import Job, WorkerReport, objection
from rag.embedding.cluster.worker import worker_class
from rag.errors import ClusterError, UsageError

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


def test_a_worker_says_why_its_model_does_not_open(tmp_path: Path) -> None:
    from importlib.metadata import version

    here = version("yinju")
    report = worker_class()(here, str(tmp_path / "no-model"), str(tmp_path), 1).report()
    assert report["identity"] is None
    assert f"cannot load the embedding model {str(tmp_path / 'no-model')!r}" in report["problem"]
    # Another version may not even know how to open it.
    report = worker_class()("0.0.1", str(tmp_path / "no-model"), str(tmp_path), 1).report()
    assert (report["version"], report["problem"]) == (here, "")


def test_without_ray_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(UsageError, match=r"^--ray auto needs Ray: pip install 'yinju\[ray\]'$"):
        batches("auto").__enter__()


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
