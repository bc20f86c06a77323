"""Work that goes on in a thread of its own while a page shows how far it is."""

from __future__ import annotations

from collections.abc import Callable, Generator
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TypeVar

POLL_SECONDS = 0.2

News = TypeVar("News")
Result = TypeVar("Result")


class _StoppedError(Exception):
    """Nobody wants the work done any more."""


def follow(
    work: Callable[[Callable[[News], None]], Result],
    *,
    patient: bool = False,
    poll: float = POLL_SECONDS,
) -> Generator[News | Result | None]:
    """Yield what a piece of work tells, None where nothing is new, and its result last.

    Whoever closes the generator stops the work the next time it tells something.

    Args:
        work: called with what it tells its news to. What it raises is raised here.
        patient: whether closing waits until the work has stopped.
        poll: after how many seconds without news None is yielded.
    """
    told: SimpleQueue[News] = SimpleQueue()
    ended: SimpleQueue[tuple[Result] | BaseException] = SimpleQueue()
    stopped = Event()

    def tell(news: News) -> None:
        if stopped.is_set():
            raise _StoppedError
        told.put(news)

    def run() -> None:
        try:
            ended.put((work(tell),))
        except BaseException as error:  # noqa: BLE001  raised again where the generator is read
            ended.put(error)

    # A server that ends does not wait for it.
    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        while ended.empty() or not told.empty():
            try:
                yield told.get(timeout=poll)
            except Empty:
                yield None
        end = ended.get()
        if isinstance(end, BaseException):
            raise end
        yield end[0]
    finally:
        stopped.set()
        if patient:
            thread.join()
