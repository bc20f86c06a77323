"""Work in the background waits for questions."""

from collections.abc import Iterator
from threading import Event, Thread

from rag.web.quiet import Quiet


def test_work_goes_on_once_the_last_question_is_answered() -> None:
    quiet, done = Quiet(), Event()
    worker = Thread(target=lambda: (quiet.wait(), done.set()), daemon=True)
    with quiet.broken():
        with quiet.broken():
            worker.start()
        assert not done.wait(0.1)
    assert not done.wait(0.1)
    assert done.wait(10)


def test_an_answer_that_is_given_up_holds_nothing_up() -> None:
    quiet = Quiet()

    def answers() -> Iterator[str]:
        with quiet.broken():
            yield "a"
            yield "b"

    asking = answers()
    next(asking)
    asking.close()
    quiet.wait()


def test_nobody_waits_where_nothing_is_asked() -> None:
    Quiet().wait()
