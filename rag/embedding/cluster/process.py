"""The process that is connected to Ray: it hands batches to workers, and results back.

    python -m rag.embedding.cluster.process FILE_DESCRIPTOR

One thread a worker, with one batch at a time. A worker that is lost gives its batch back, and the
thread starts another one in its place.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from multiprocessing.connection import Connection
from queue import PriorityQueue, SimpleQueue
from threading import Event, Lock, Thread
from typing import Any

import numpy as np

from rag.embedding.cluster.messages import (
    Connected,
    Failure,
    Job,
    Note,
    Result,
    Task,
    WorkerReport,
    objection,
)
from rag.embedding.cluster.worker import worker_class

_STORE_BYTES = 128 << 20
"""Shared memory for objects of a cluster started here, which holds a few batches at a time."""

_MOST_WORKERS = 1024
_MOST_LOSSES = 3
"""A batch that so many workers were lost over is taken to be the reason."""

_START_SECONDS = 180.0
_SILENT_SECONDS = 900.0
_LOOK_SECONDS = 1.0
_MOST_SAID = 500


class _Office:
    """Gives batches to the workers of a cluster."""

    def __init__(self, connection: Connection, job: Job) -> None:
        self._connection = connection
        self._job = job
        self._tasks: PriorityQueue[tuple[int, Task]] = PriorityQueue()
        self._outbox: SimpleQueue[object] = SimpleQueue()
        self._losses: Counter[int] = Counter()
        self._lock = Lock()
        self._running: dict[int, float] = {}
        self._ready = 0
        self._waiting_since: float | None = None
        self._ended = Event()
        self._begun = Event()

    def run(self) -> None:
        """Connect, then serve until the other side hangs up or the work cannot go on."""
        import ray

        for target in (self._take_in, self._send_out):
            Thread(target=target, daemon=True).start()
        try:
            workers = self._connect()
        except Exception as error:  # noqa: BLE001  Ray raises of every kind, bare ones among them
            self._fail(_reason(error))
            workers = 0
        if workers:
            self._outbox.put(Connected(workers))
            self._serve(workers)
        self._ended.wait()
        ray.shutdown()

    def _connect(self) -> int:
        """Connect to the cluster, or start one here, and return how many workers it has room for.

        What Ray raises where it cannot is passed on.
        """
        import ray

        address, cpus = self._job.address, self._job.cpus
        options: dict[str, Any] = {"address": address, "log_to_driver": False}
        if address == "local":
            options |= {"include_dashboard": False, "object_store_memory": _STORE_BYTES}
        ray.init(logging_level="ERROR", **options)
        nodes = [node["Resources"].get("CPU", 0) for node in ray.nodes() if node["Alive"]]
        workers = min(sum(int(count // cpus) for count in nodes), _MOST_WORKERS)
        if not workers:
            most = max(nodes, default=0)
            self._fail(
                f"no machine of the cluster has {cpus} processors for a worker (the largest has "
                f"{most:g})",
                "Name fewer with --ray-cpus, or add machines",
            )
        return workers

    def _serve(self, workers: int) -> None:
        """Start the workers when there is something to do, and watch over them."""
        while not self._begun.wait(_LOOK_SECONDS):
            if self._ended.is_set():
                return
        import ray

        options = {"num_cpus": self._job.cpus, "max_restarts": 0, "max_task_retries": 0}
        self._worker: Any = ray.remote(**options)(worker_class())
        self._waiting_since = time.monotonic()
        for _ in range(workers):
            Thread(target=self._work, daemon=True).start()
        while not self._ended.wait(_LOOK_SECONDS):
            self._watch()

    def _watch(self) -> None:
        now = time.monotonic()
        with self._lock:
            oldest = min(self._running.values(), default=now)
            waiting = None if self._ready else self._waiting_since
        if waiting is not None and now - waiting > _START_SECONDS:
            self._fail(
                f"no Ray worker has started within {_START_SECONDS:.0f} seconds",
                "See with `ray status` whether other work has all processors of the cluster",
            )
        elif now - oldest > _SILENT_SECONDS:
            self._fail(
                f"a Ray worker has not answered for {_SILENT_SECONDS:.0f} seconds",
                "See with `ray status` whether its machine is well",
            )

    def _work(self) -> None:
        """Serve with one worker after another."""
        try:
            while True:
                actor = self._start()
                if actor is None:
                    return
                while self._embed(actor):
                    pass
        except Exception as error:  # noqa: BLE001  whatever Ray raises is why the work ends
            self._fail(_reason(error))

    def _start(self) -> Any:  # noqa: ANN401
        """Start a worker, wait until it is ready, and return it; None where it may not serve."""
        import ray

        job, reason = self._job, ""
        for _ in range(_MOST_LOSSES):
            actor = self._worker.remote(job.version, job.model, job.cache, job.cpus)
            try:
                report = WorkerReport(**ray.get(actor.report.remote()))
            except ray.exceptions.RayActorError as error:
                reason = _reason(error)
                continue
            if problem := objection(report, job):
                self._fail(problem)
                return None
            with self._lock:
                self._ready += 1
            return actor
        self._fail(f"Ray workers end as they start: {reason}")
        return None

    def _embed(self, actor: Any) -> bool:  # noqa: ANN401
        """Have a worker embed the next batch; return whether the worker is still there."""
        import ray

        number, task = self._tasks.get()
        with self._lock:
            self._running[number] = time.monotonic()
        try:
            vectors = ray.get(actor.embed.remote(list(task.texts)))
        except ray.exceptions.RayTaskError:
            raise
        except ray.exceptions.RayError as error:
            self._lose(task, error)
            return False
        finally:
            with self._lock:
                del self._running[number]
        self._outbox.put(Result(number, np.array(vectors, np.float32)))
        return True

    def _lose(self, task: Task, error: Exception) -> None:
        """Give the batch of a worker that is lost to another one."""
        with self._lock:
            self._losses[task.number] += 1
            losses = self._losses[task.number]
            self._ready -= 1
            if not self._ready:
                self._waiting_since = time.monotonic()
        if losses >= _MOST_LOSSES:
            self._fail(
                f"{losses} Ray workers were lost over the same passages: {_reason(error)}",
                "They may lack memory: larger workers (--ray-cpus) are fewer, with a model each",
            )
            return
        self._tasks.put((task.number, task))
        self._outbox.put(Note("a Ray worker was lost; its passages go to another one"))

    def _fail(self, reason: str, fix: str = "") -> None:
        self._outbox.put(Failure(reason, fix))

    def _take_in(self) -> None:
        """Queue what there is to embed, so that the other side never waits to say it."""
        try:
            while True:
                task: Task = self._connection.recv()
                self._tasks.put((task.number, task))
                self._begun.set()
        except (EOFError, OSError):
            self._ended.set()

    def _send_out(self) -> None:
        """Send what is done, so that no worker waits until the other side reads it."""
        try:
            while True:
                self._connection.send(self._outbox.get())
        except OSError:
            self._ended.set()


def _reason(error: Exception) -> str:
    """Return what an error of Ray's says, in a line."""
    cause = getattr(error, "cause", None)
    said = " ".join(str(cause if isinstance(cause, Exception) else error).split())
    return said[:_MOST_SAID] or type(error).__name__


def main() -> None:
    """Serve the process that started this one."""
    connection = Connection(int(sys.argv[1]))
    _Office(connection, connection.recv()).run()
    # Threads that wait for workers would keep the process.
    os._exit(0)


if __name__ == "__main__":
    main()
