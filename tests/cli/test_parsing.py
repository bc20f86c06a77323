"""Help, and what is told to whoever mistypes a flag or a command."""

import pytest

from rag.cli import ask, rag
from rag.cli.manage import _parser

COMMANDS = ["index", "list", "show", "delete", "watch", "verify", "repair", "eval", "serve"]


def _ended(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str]:
    command = ask if arguments[0] == "ask" else rag
    with pytest.raises(SystemExit) as end:
        command(list(arguments[arguments[0] == "ask" :]))
    told = capsys.readouterr()
    return end.value.code, told.out + told.err


def test_these_are_all_the_commands() -> None:
    [commands] = [action for action in _parser()._actions if action.metavar == "COMMAND"]
    assert sorted(commands.choices or ()) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_examples(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, told = _ended(capsys, name, "--help")
    assert status == 0
    assert f"rag {name}" in told.partition("examples:\n")[2]


@pytest.mark.parametrize(
    ("typed", "usage", "said"),
    [
        ("serve --prot 1", "rag serve", "there is no flag --prot; did you mean --port?"),
        ("list --jsn=1", "rag list", "there is no flag --jsn; did you mean --json?"),
        ("verify --zzzzzz", "rag verify", "there is no flag --zzzzzz\n"),
        ("show one two", "rag show", "expected after the last argument: two\n"),
        ("serv", "rag", "there is no 'serv'; did you mean serve?"),
        ("eval --split tset", "rag eval", "there is no 'tset'; did you mean test? (dev, test)"),
        ("ask --jsn why", "ask", "there is no flag --jsn; did you mean --json?"),
    ],
)
def test_what_was_mistyped_is_told_with_what_comes_near(
    typed: str, usage: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, told = _ended(capsys, *typed.split())
    assert status == 2
    assert told.startswith(f"usage: {usage} [-h]")
    assert said in told
