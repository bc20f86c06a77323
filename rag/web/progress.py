"""Work that goes on in a thread of its own while a page shows how far it is."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Generic, TypeVar

POLL_SECONDS = 0.2

News = TypeVar("News")
Result = TypeVar("Result")


class _StoppedError(Exception):
    """Nobody wants the work done any more."""


@dataclass(frozen=True, slots=True)
class _End(Generic[Result]):
    """What a piece of work came to, told in the same queue, so that it is not waited for."""

    result: Result | None = None
    error: BaseException | None = None


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
    told: SimpleQueue[News | _End[Result]] = SimpleQueue()
    stopped = Event()

    def tell(news: News) -> None:
        if stopped.is_set():
            raise _StoppedError
        told.put(news)

    def run() -> None:
        try:
            told.put(_End(work(tell)))
        except BaseException as error:  # noqa: BLE001  raised again where the generator is read
            told.put(_End(error=error))

    # A server that ends does not wait for it.
    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        while True:
            try:
                news = told.get(timeout=poll)
            except Empty:
                yield None
                continue
            if isinstance(news, _End):
                if news.error is not None:
                    raise news.error
                yield news.result
                return
            yield news
    finally:
        stopped.set()
        if patient:
            thread.join()
