"""`rag index --ray` where there is no cluster."""

import socket
from importlib.util import find_spec
from pathlib import Path

import pytest

from cli.conftest import Run


@pytest.fixture
def nowhere() -> str:
    """An address where nothing answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def test_a_cluster_that_is_not_there_is_an_error_and_no_index_is_made(
    manage: Run, corpus: Path, tmp_path: Path, nowhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if find_spec("ray") is None:
        pytest.skip("needs pip install 'yinju[ray]'")
    index = tmp_path / "index"
    given = manage("index", corpus, "--index", index, "--ray", nowhere)
    monkeypatch.setenv("YINJU_RAY", nowhere)
    for done in (given, manage("index", corpus, "--index", index)):
        assert (done.status, done.out) == (1, "")
        assert done.message.startswith(f"error: nothing answers at {nowhere} (Connection refused)")
    assert not index.exists()


def test_where_nothing_changed_no_cluster_is_needed(
    manage: Run, own_index: Path, corpus: Path, nowhere: str
) -> None:
    done = manage("index", corpus, "--index", own_index, "--ray", nowhere)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("0 added, 0 updated, 0 renamed, 6 unchanged, 0 removed")


def test_without_ray_the_error_names_the_extra(
    manage: Run, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "rag.embedding.cluster.batches.importlib.util.find_spec", lambda _name: None
    )
    done = manage("index", corpus, "--index", tmp_path / "index", "--ray", "local")
    assert done.status == 2
    assert done.message == "error: --ray local needs Ray: pip install 'yinju[ray]'"


@pytest.mark.parametrize(
    "wrong",
    ["cluster", "host:port", "http://head:6379", "ray://head", "ray://me@head:1/x", "head:0"],
)
def test_an_address_that_can_be_none_is_wrong_use(
    manage: Run, corpus: Path, tmp_path: Path, wrong: str
) -> None:
    done = manage("index", corpus, "--index", tmp_path / "index", "--ray", wrong)
    assert done.status == 2
    assert done.message == (
        f"error: ray is {wrong!r}, expected auto, local, HOST:6379 or ray://HOST:10001"
    )
    done = manage("index", corpus, "--ray", "auto", "--ray-cpus", "0")
    assert done.message == "error: ray_cpus is 0, expected a whole number from 1"
