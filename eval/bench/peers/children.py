"""Child processes, measured alike: wall time, memory, and what they say."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

THREADS = ("OMP", "MKL", "OPENBLAS", "RAYON")
_SHOWN = 800
_PATIENCE = 10


class ChildError(Exception):
    """A child process failed; with the end of what it wrote."""


@dataclass(frozen=True)
class Ended:
    """A process that is over: wall seconds since its start, peak resident bytes, its output."""

    seconds: float
    peak_bytes: int
    output: str


def environment(threads: int, path: Path | None) -> dict[str, str]:
    """Return the variables of a child: so many threads, no network, no settings of the user's.

    Args:
        threads: for every library that has a variable for them.
        path: where Python looks for modules first; None for the child's own environment alone.
    """
    dropped = ("PYTHONPATH", "VIRTUAL_ENV")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in dropped and (name == "YINJU_CACHE" or not name.startswith("YINJU_"))
    }
    kept |= {f"{name}_NUM_THREADS": str(threads) for name in THREADS}
    kept |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "PYTHONUTF8": "1"}
    return kept | ({"PYTHONPATH": str(path)} if path else {})


class Child:
    """A process in a session of its own, which ends with the ``with`` block, however that ends."""

    def __init__(
        self, arguments: Sequence[str], variables: Mapping[str, str], folder: Path
    ) -> None:
        self._arguments = arguments
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed in __exit__
        self._start = time.perf_counter()
        self._process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=variables,
            cwd=folder,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the process and its children if it is still there."""
        if self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                stream.close()

    @property
    def seconds(self) -> float:
        """Seconds since the process was started."""
        return time.perf_counter() - self._start

    def ask(self, request: Mapping[str, object]) -> dict[str, Any]:
        """Send a request and return the reply.

        Raises:
            ChildError: the process is over, or replied with something else.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(json.dumps(request) + "\n")
            stdin.flush()
        except BrokenPipeError:
            raise self._failed() from None
        line = stdout.readline()
        try:
            reply: dict[str, Any] = json.loads(line)
        except ValueError:
            raise self._failed() from None
        return reply

    def resident_bytes(self) -> int | None:
        """Return how much memory is resident now; None where the system has no /proc."""
        path = Path(f"/proc/{self._process.pid}/statm")
        if not path.exists():
            return None
        return int(path.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def finish(self) -> Ended:
        """Close its input and wait for it to end.

        Raises:
            ChildError: its exit status is not 0.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.close()
        output = stdout.read()
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        if self._process.returncode:
            raise self._failed()
        unit = 1 if sys.platform == "darwin" else 1024
        return Ended(self.seconds, usage.ru_maxrss * unit, output)

    def _failed(self) -> ChildError:
        # Its output may end before it has said why.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=_PATIENCE)
        self._errors.seek(0)
        said = self._errors.read().decode("utf-8", "replace").strip()[-_SHOWN:]
        return ChildError(f"{' '.join(self._arguments[:3])} failed: {said or 'it said nothing'}")


def run(arguments: Sequence[str], variables: Mapping[str, str], folder: Path) -> Ended:
    """Run a command to its end.

    Raises:
        ChildError: its exit status is not 0.
    """
    with Child(arguments, variables, folder) as child:
        return child.finish()
