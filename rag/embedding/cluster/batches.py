"""Batches that the workers of a Ray cluster embed, several at once."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import urlsplit

from rag.embedding.base import ModelIdentity
from rag.embedding.batches import Batch
from rag.embedding.cluster.messages import Connected, Failure, Job, Note, Result, Task
from rag.errors import ClusterError, UsageError

_SIZE = 32
"""Passages a batch: half a second of work, which is what a lost worker costs."""

_BATCHES_AHEAD = 8
"""Batches a worker that are under way at once: work for while a long file is read."""

_PROCESS = "rag.embedding.cluster.process"
_REACH_SECONDS = 5.0
_CONNECT_SECONDS = 30.0
_LOCAL_SECONDS = 120.0
_END_SECONDS = 15.0


class RayBatches:
    """Has batches embedded on a Ray cluster. Use as a context manager, which connects.

    Whoever leaves the block lets go of the cluster; one that was started here is ended.
    """

    size = _SIZE

    def __init__(
        self,
        address: str,
        model: str,
        cache: Path,
        identity: ModelIdentity,
        *,
        cpus: int = 1,
        tell: Callable[[str], None] = lambda _text: None,
    ) -> None:
        """Prepare to connect.

        Args:
            address: what ``ray.init`` takes: ``auto``, ``local``, ``HOST:PORT`` or
                ``ray://HOST:PORT``.
            model: the embedding model's name, which every worker opens.
            cache: where converted models are kept; a machine without this folder uses its own.
            identity: of the model as it is here, which every worker's must equal.
            cpus: how many processors a worker takes; it computes on so many threads.
            tell: is told how many workers there are, and when one is lost.
        """
        # A worker is in no certain folder.
        name = str(Path(model).absolute()) if Path(model).is_dir() else model
        folder = str(cache.absolute())
        self._job = Job(address, cpus, name, folder, identity, _own_version())
        self._tell = tell
        self._keys: dict[int, tuple[str, ...]] = {}
        self._sent = 0
        self._connection: Connection | None = None
        self._process: subprocess.Popen[bytes]
        self._errors: IO[bytes]
        self.workers = 0

    @property
    def ahead(self) -> int:
        """How many passages should be under way at once."""
        return self.workers * _BATCHES_AHEAD * self.size

    def __enter__(self) -> Self:
        """Connect to the cluster, or start one.

        Raises:
            UsageError: Ray is not installed, or does not run on this system.
            ClusterError: the cluster cannot be reached, or has no room for a worker.
        """
        _check_installed(self._job.address)
        _check_reachable(self._job.address)
        try:
            self._start()
            self.workers = self._connected().workers
        except BaseException:
            self.close()
            raise
        plural = "s" if self.workers > 1 else ""
        self._tell(f"embedding on Ray ({self._job.address}), {self.workers} worker{plural}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the cluster."""
        self.close()

    def submit(self, keys: Sequence[str], texts: Sequence[str]) -> None:
        """Have a batch embedded.

        Raises:
            ClusterError: the connection is lost.
        """
        self._keys[self._sent] = tuple(keys)
        try:
            self._open.send(Task(self._sent, tuple(texts)))
        except OSError as error:
            raise self._lost() from error
        self._sent += 1

    def next(self) -> Batch:
        """Wait for a batch and return it.

        Raises:
            ClusterError: the cluster was lost, or a worker may not or cannot embed.
        """
        while True:
            if (batch := self._receive()) is not None:
                return batch

    def arrived(self) -> list[Batch]:
        """Return the batches that are done; none where the connection is lost."""
        batches = []
        with suppress(ClusterError, OSError):
            while self._connection is not None and self._connection.poll():
                if (batch := self._receive()) is not None:
                    batches.append(batch)
        return batches

    def close(self) -> None:
        """Let go of the cluster, and end what was started here."""
        if self._connection is None:
            return
        self._connection.close()
        self._connection = None
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        finally:
            # Also where waiting was interrupted.
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
            self._errors.close()

    @property
    def _open(self) -> Connection:
        if self._connection is None:
            raise self._lost()
        return self._connection

    def _start(self) -> None:
        """Start the process that speaks to Ray; Ctrl-C does not reach it."""
        ours, theirs = Pipe()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  open as long as the process is
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", _PROCESS, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=_environment(self._job.address),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            start_new_session=True,
        )
        theirs.close()
        self._connection = ours
        ours.send(self._job)

    def _connected(self) -> Connected:
        address = self._job.address
        seconds = _LOCAL_SECONDS if address == "local" else _CONNECT_SECONDS
        if not self._open.poll(seconds):
            raise ClusterError(
                f"Ray ({address}) did not answer within {seconds:.0f} seconds. {self._fix()}"
            )
        try:
            message = self._open.recv()
        except (EOFError, OSError) as error:
            raise self._lost() from error
        if isinstance(message, Failure):
            raise ClusterError(f"Ray ({address}): {message.reason}. {message.fix or self._fix()}")
        assert isinstance(message, Connected)
        return message

    def _receive(self) -> Batch | None:
        """Wait for the next message and return the batch it brings."""
        # Where an interruption comes while nothing is read, no message is torn.
        self._open.poll(None)
        try:
            message = self._open.recv()
        except (EOFError, OSError) as error:
            raise self._lost() from error
        except BaseException:
            self.close()
            raise
        if isinstance(message, Result):
            return Batch(self._keys.pop(message.number), message.vectors)
        if isinstance(message, Note):
            self._tell(message.text)
        if isinstance(message, Failure):
            raise ClusterError(". ".join(filter(None, [message.reason, message.fix, _AGAIN])))
        return None

    def _lost(self) -> ClusterError:
        """Return an error with the first sentence of the last line that the process said."""
        last = next((line for line in reversed(self._said().splitlines()) if line.strip()), "")
        said = _LOG_HEAD.sub("", last.strip()).partition(". ")[0][:_MOST_SAID]
        reason = f": {said}" if said else ""
        return ClusterError(f"the Ray cluster was lost ({self._job.address}){reason}. {_AGAIN}")

    def _said(self) -> str:
        """Return what the process and Ray in it have written."""
        if self._errors.closed:
            return ""
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace")

    def _fix(self) -> str:
        """Return what to do where no connection comes about."""
        if "InvalidAuthToken" in self._said():
            return "It asks for its token: set RAY_AUTH_MODE=token and RAY_AUTH_TOKEN"
        return _fix(self._job.address)


_LOG_HEAD = re.compile(r"^\[[^]]*\] \S+: ")
_MOST_SAID = 200
_AGAIN = "What was embedded is kept: run the same command again, with or without --ray"


def _own_version() -> str:
    try:
        return importlib.metadata.version("yinju")
    except importlib.metadata.PackageNotFoundError:
        return ""


def _check_installed(address: str) -> None:
    """Raise UsageError where there is no Ray."""
    for name in ("ray", "grpc") if address.startswith("ray://") else ("ray",):
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise UsageError(f"--ray {address} needs Ray: pip install 'yinju[ray]'")
    if sys.platform == "win32":
        raise UsageError("--ray runs on Linux and macOS; leave it out to embed on this machine")


def _check_reachable(address: str) -> None:
    """Raise ClusterError where nothing answers at an address, which Ray takes minutes to say."""
    if address in ("auto", "local"):
        return
    parts = urlsplit(address if "://" in address else f"//{address}")
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), _REACH_SECONDS).close()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ClusterError(f"nothing answers at {address} ({reason}). {_fix(address)}") from error


def _fix(address: str) -> str:
    if address == "local":
        return "Leave --ray out to embed without it"
    return (
        "See with `ray status` on the head's machine that the cluster runs, and that its port can "
        "be reached from here (6379 of HOST:6379, 10001 of ray://HOST:10001); --ray local starts "
        "Ray on this machine"
    )


def _environment(address: str) -> dict[str, str]:
    """Return the environment for the process: Ray tells nobody that it runs, or how."""
    package = Path(__file__).resolve().parents[3]
    paths = [str(package), *filter(None, [os.environ.get("PYTHONPATH")])]
    own = {"PYTHONPATH": os.pathsep.join(paths), "RAY_USAGE_STATS_ENABLED": "0"}
    if address == "local":
        # Ray listens on every interface, and would run whatever it is sent; nobody else has this.
        own |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    return {**os.environ, **own}
