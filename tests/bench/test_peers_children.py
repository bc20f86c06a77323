import os
import sys
import time
from pathlib import Path

import pytest

from eval.bench.peers.children import Child, ChildError, environment, run

DRIVERS = Path(__file__).parents[2] / "eval" / "bench" / "peers" / "drivers"
DRIVER = """
import sys
sys.path.insert(0, {drivers!r})
from serving import read_documents, run

def build(documents, index, model):
    print("a library's chatter")
    index.write_text(" ".join(name for name, _ in read_documents(documents)))
    return 2

def load(index, model):
    print("more of it")
    names = index.read_text().split()
    return lambda question, hits: [name for name in names if name != question][:hits]

run(build, load)
"""


@pytest.fixture
def driver(tmp_path: Path) -> Path:
    path = tmp_path / "driver.py"
    path.write_text(DRIVER.format(drivers=str(DRIVERS)))
    (tmp_path / "documents").mkdir()
    for name in ("b", "a", "c"):
        (tmp_path / "documents" / f"{name}.txt").write_text(name)
    return path


def python(*arguments: object) -> list[str]:
    return [sys.executable, *map(str, arguments)]


def start(code: str, folder: Path) -> Child:
    return Child(python("-c", code), environment(1, None), folder)


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_driver_indexes_and_serves(driver: Path, tmp_path: Path) -> None:
    index, variables = tmp_path / "index", environment(1, None)
    ended = run(
        python(driver, "index", tmp_path / "documents", index, "model"), variables, tmp_path
    )
    assert ended.output == '{"passages": 2}\n'
    assert ended.seconds > 0
    assert ended.peak_bytes > 1_000_000
    with Child(python(driver, "serve", index, "model"), variables, tmp_path) as child:
        reply = child.ask({"question": "b", "hits": 2})
        assert reply["documents"] == ["a", "c"]
        assert 0 <= reply["seconds"] < child.seconds
        assert child.ask({"question": "a", "hits": 1})["documents"] == ["b"]
        child.finish()


def test_a_failing_child_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(ChildError, match=r"no space for the index"):
        run(
            python("-c", "raise SystemExit('no space for the index')"),
            environment(1, None),
            tmp_path,
        )


def test_a_child_that_ends_instead_of_replying_is_an_error(tmp_path: Path) -> None:
    code = (
        "import sys, time; sys.stdin.readline(); sys.stdout.close(); time.sleep(0.2)\n"
        "sys.exit('the model is gone')"
    )
    with start(code, tmp_path) as child, pytest.raises(ChildError, match="the model is gone"):
        child.ask({"question": "a"})


def test_a_child_that_replies_with_something_else_is_an_error(tmp_path: Path) -> None:
    with start("input(); print('hello')", tmp_path) as child, pytest.raises(ChildError):
        child.ask({"question": "a"})


def test_what_a_child_started_ends_with_the_block(tmp_path: Path) -> None:
    code = (
        "import json, subprocess, sys\n"
        "input()\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(json.dumps({'process': child.pid}), flush=True)\n"
        "input()\n"
    )
    with pytest.raises(KeyboardInterrupt), start(code, tmp_path) as child:
        process = child.ask({})["process"]
        assert not is_gone(process)
        raise KeyboardInterrupt
    deadline = time.monotonic() + 20
    while not is_gone(process):
        # It may be a zombie until its new parent has waited for it.
        state = Path(f"/proc/{process}/stat")
        if state.exists() and ") Z " in state.read_text():
            break
        assert time.monotonic() < deadline


def test_memory_is_that_of_the_child(tmp_path: Path) -> None:
    code = "data = bytearray(50_000_000)\nwhile input(): print('{}', flush=True)"
    with start(code, tmp_path) as child:
        child.ask({"question": "a"})
        resident = child.resident_bytes()
        if resident is None:
            pytest.skip("this system has no /proc")
        assert 50_000_000 < resident < 200_000_000


def test_a_child_gets_its_threads_and_none_of_the_users_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("YINJU_MODEL", "another")
    monkeypatch.setenv("YINJU_CACHE", "/cache")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    variables = environment(3, None)
    assert variables["OMP_NUM_THREADS"] == "3"
    assert variables["YINJU_CACHE"] == "/cache"
    assert "YINJU_MODEL" not in variables
    assert "PYTHONPATH" not in variables
    assert environment(3, Path("/here"))["PYTHONPATH"] == "/here"
