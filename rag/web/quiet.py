"""Room for questions: what nobody waits for gives way to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

_LONGEST = 30.0
"""Seconds after which work goes on although questions are being answered."""


class Quiet:
    """Tells work in the background when no question is being answered."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._questions = 0

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

    def wait(self) -> None:
        """Return once no question is being answered, or after half a minute."""
        with self._changed:
            self._changed.wait_for(lambda: not self._questions, _LONGEST)
