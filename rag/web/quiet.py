"""Room for questions: what nobody waits for gives way to them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

_PAUSE = 2.0
"""Seconds after an answer in which the next question may well come."""

_LONGEST = 30.0
"""Seconds after which work goes on although questions are being answered."""


class Quiet:
    """Tells work in the background when no question is being answered, or to be expected."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._questions = 0
        self._answered = -_PAUSE

    @contextmanager
    def broken(self) -> Iterator[None]:
        """Hold up those who wait while a question is answered."""
        with self._changed:
            self._questions += 1
        try:
            yield
        finally:
            with self._changed:
                self._questions -= 1
                self._changed.notify_all()
            self.expect()

    def expect(self) -> None:
        """Say that a question may well come, as after an answer."""
        with self._changed:
            self._answered = time.monotonic()

    def wait(self) -> None:
        """Return some seconds after the last answer, or after half a minute of questions."""
        end = time.monotonic() + _LONGEST
        with self._changed:
            while (now := time.monotonic()) < end:
                left = end - now if self._questions else self._answered + _PAUSE - now
                if left <= 0:
                    return
                self._changed.wait(min(left, end - now))
