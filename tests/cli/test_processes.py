"""The installed commands with their real models: processes, pipes, signals, terminals."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from wcwidth import wcswidth

from cli.conftest import BIN, installed
from rag.settings import Settings

ROSES = "How many kinds of roses has the garden of Veld?"


@pytest.fixture(scope="module")
def real_index(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real") / "index"
    done = installed("rag", "index", corpus, "--index", folder)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("6 added, ")
    return folder


@pytest.fixture
def own_cache(tmp_path: Path) -> Path:
    """A cache folder with the converted models, and without a history."""
    folder = tmp_path / "cache"
    folder.mkdir()
    for path in Settings().cache.iterdir():
        if path.name != "history":
            (folder / path.name).symlink_to(path)
    return folder


@pytest.fixture(autouse=True)
def _interruptible() -> None:
    """Let Ctrl-C reach what a test starts, also where the tests run in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_the_real_models_answer_and_cite_exact_words(real_index: Path) -> None:
    done = installed("ask", ROSES, "--index", real_index, "--threshold", "0", "--json")
    assert (done.status, done.err) == (0, "")
    answer = done.json
    assert answer["answered"] is True
    assert "412" in answer["citations"][0]["quote"]
    for item in answer["citations"]:
        shown = installed("rag", "show", item["key"], "--index", real_index, "--json").json
        assert shown["text"][item["start"] : item["end"]] == item["quote"]
        break


def test_a_batch_prints_each_answer_as_soon_as_it_is_there(real_index: Path) -> None:
    command = [BIN / "ask", "--batch", "-", "--json", "--index", real_index]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        for number in (1, 2):
            print(json.dumps({"id": number, "question": ROSES}), file=process.stdin, flush=True)
            # The second question is asked only when the first is answered.
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.stdout.read() == ""
        assert process.stderr.read() == ""
    assert process.returncode == 0


def test_a_reader_that_goes_away_is_no_error(real_index: Path, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text("\n".join(json.dumps({"id": n, "question": ROSES}) for n in range(20)))
    command = f"'{BIN}/ask' --batch '{questions}' --json --index '{real_index}' | head -n 1"
    done = subprocess.run(
        ["bash", "-c", command + '; exit "${PIPESTATUS[0]}"'], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["id"] == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_an_output_that_is_full_is_one_message(real_index: Path) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [BIN / "rag", "list", "--index", real_index], stdout=full, stderr=subprocess.PIPE,
            text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("error: the disk is full")
    assert done.stderr.count("\n") == 1


def test_ctrl_c_while_indexing_is_130_and_leaves_the_index_as_it_was(
    real_index: Path, tmp_path: Path
) -> None:
    long = tmp_path / "long.txt"
    long.write_text(
        "\n".join(f"Wave {n} of the {n}th sea was {n} m high. " * 8 for n in range(5000))
    )
    before = (real_index / "CURRENT").read_text()
    with subprocess.Popen(
        [BIN / "rag", "index", long, "--index", real_index],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        _wait_for(lambda: list(real_index.glob("*.part/catalog.sqlite")))
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.strip() == "interrupted; what the index held is as it was last committed"
    assert (real_index / "CURRENT").read_text() == before
    assert list(real_index.glob("*.part")) == []
    assert installed("rag", "verify", "--index", real_index).status == 0


def test_a_killed_writer_leaves_the_last_index_and_no_lock(
    real_index: Path, tmp_path: Path
) -> None:
    long = tmp_path / "long.txt"
    long.write_text(
        "\n".join(f"Wave {n} of the {n}th sea was {n} m high. " * 8 for n in range(5000))
    )
    with subprocess.Popen([BIN / "rag", "index", long, "--index", real_index]) as process:
        _wait_for(lambda: list(real_index.glob("*.part/catalog.sqlite")))
        process.kill()
    assert installed("rag", "verify", "--index", real_index).status == 0
    again = installed("rag", "delete", "7", "--index", real_index)
    assert (again.status, again.err) == (0, "")
    assert list(real_index.glob("*.part")) == []


def test_watching_tells_what_changes_and_ctrl_c_ends_it_well(tmp_path: Path) -> None:
    notes, index = tmp_path / "notes", tmp_path / "notes" / "index"
    notes.mkdir()
    (notes / "oak.txt").write_text("The oak by the gate is 31 m high.")
    with subprocess.Popen(
        [BIN / "rag", "watch", notes, "--index", index],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        assert next(lines) == f"added {notes}/oak.txt\n"
        assert next(lines).startswith("watching ")
        before = (index / "CURRENT").read_text()
        (notes / "elm.txt").write_text("The elm by the gate is 12 m high.")
        assert next(lines) == f"added {notes}/elm.txt\n"
        assert (index / "CURRENT").read_text() != before
        (notes / "oak.txt").unlink()
        assert next(lines) == f"removed {notes}/oak.txt\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")
    assert len(installed("rag", "list", "--index", index).out.splitlines()) == 1


def test_a_file_that_may_not_grow_is_as_a_full_disk(real_index: Path, tmp_path: Path) -> None:
    long = tmp_path / "long.txt"
    long.write_text("\n".join(f"Wave {n} of the sea. " * 300 for n in range(5)))
    command = f"ulimit -f 40; exec '{BIN}/rag' index '{long}' --index '{real_index}'"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: the disk is full")
    assert f"{real_index} could not be written. Free some space" in done.stderr
    assert done.stderr.count("\n") == 1
    assert installed("rag", "verify", "--index", real_index).status == 0


def test_a_conversation_answers_in_colour_within_the_width_and_keeps_its_history(
    real_index: Path, own_cache: Path
) -> None:
    environment = {"YINJU_CACHE": str(own_cache), "TERM": "xterm"}
    with Terminal("ask", "--index", real_index, "--threshold", "0", env=environment) as terminal:
        terminal.wait_for("Ask a question; Ctrl-D ends.")
        terminal.wait_for(r"\? $")
        terminal.type("?!\n")
        terminal.wait_for(r"error: the question has no words[^\n]*\n[^\n]*\? $")
        shown = terminal.ask("云溪图书馆共有藏书多少？\n")
        assert "25.6万" in shown
        assert "\033[" in shown
        widths = [wcswidth(re.sub(r"\033\[[0-9;?]*[a-z]", "", x)) for x in shown.splitlines()[1:]]
        assert max(widths) <= Terminal.WIDTH
        shown = terminal.ask("那2031年呢？\n")
        assert "understood as: 2031年云溪图书馆共有藏书多少？" in shown
        terminal.type("\x04")
        assert terminal.status() == 0
    assert "云溪图书馆共有藏书多少？" in (own_cache / "history").read_text("utf-8")
    environment["NO_COLOR"] = "1"
    with Terminal("ask", "--index", real_index, "--threshold", "0", env=environment) as terminal:
        terminal.wait_for(r"\? $")
        # The key "up" brings back the question before the last.
        shown = terminal.ask("\033[A\033[A\n")
        assert "25.6万" in shown
        assert "\033[1;32m" not in shown
        terminal.type("half a questi")
        terminal.wait_for("half a questi")
        # Python sees a signal only while readline waits; give it the time that a hand would.
        time.sleep(0.3)
        terminal.type("\x03")
        assert terminal.status() == 130
        assert "Traceback" not in terminal.text


def test_a_list_on_a_terminal_has_columns_that_fit(index: Path) -> None:
    with Terminal("rag", "list", "--index", index, env={"NO_COLOR": "1"}) as terminal:
        assert terminal.status() == 0
        lines = terminal.text.splitlines()
    assert len(lines) == 6
    assert all(wcswidth(line) <= Terminal.WIDTH for line in lines)
    assert lines[4].startswith("2030-11-02  云溪晚报")
    assert lines[0].endswith("/garden.md")


def test_help_has_the_examples_and_costs_no_model() -> None:
    started = time.perf_counter()
    done = installed("ask", "--help")
    assert time.perf_counter() - started < 5
    assert done.status == 0
    assert 'ask "how much did Guangxi recover"' in done.out
    assert "cat questions.txt | ask" in done.out
    assert f"({Settings().threshold} unless set)" in done.out
    assert "rag index --explain page.html" in installed("rag", "--help").out


def _wait_for(condition: object, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


class Terminal:
    """A command on a terminal of its own, 60 columns wide."""

    WIDTH = 60
    # Makes the terminal the controlling one, so that Ctrl-C arrives as a signal.
    _CHILD = (
        "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
        "os.execv(sys.argv[1], sys.argv[1:])"
    )

    def __init__(self, name: str, *arguments: object, env: dict[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, self.WIDTH, 0, 0))
        command = [sys.executable, "-c", self._CHILD, str(BIN / name), *map(str, arguments)]
        self._process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env={**os.environ, "LC_ALL": "C.UTF-8", **env},
        )  # fmt: skip
        os.close(slave)
        self._bytes = b""
        self._seen = 0

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    @property
    def text(self) -> str:
        return self._bytes.decode("utf-8", "replace").replace("\r\n", "\n")

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def ask(self, keys: str) -> str:
        """Type a question and return what is shown up to the next prompt."""
        self.type(keys)
        return self.wait_for(r"\d s(\033\[0m)?\n[^\n]*\? $")

    def wait_for(self, pattern: str) -> str:
        """Read until the pattern was shown, and return what came since the last time."""
        end = time.monotonic() + 60
        while not (found := re.search(pattern, self.text[self._seen :])):
            assert time.monotonic() < end, self.text
            assert self._read(1), self.text
        shown = self.text[self._seen :][: found.end()]
        self._seen += found.end()
        return shown

    def status(self) -> int:
        end = time.monotonic() + 60
        while self._read(1):
            assert time.monotonic() < end, self.text
        return self._process.wait(60)

    def _read(self, seconds: float) -> bool:
        """Read what is there; False at the end."""
        if not select.select([self._master], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self._master, 65536)
        except OSError:  # the other side is closed
            return False
        self._bytes += data
        return bool(data)
