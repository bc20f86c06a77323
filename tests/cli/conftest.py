"""One index of made-up documents for all tests of the commands, and ways to run these."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import rag.cli
from cli.scripted import WordEmbedder, WordReader
from rag.engine import Engine
from rag.language.words import Segmenter

BIN = Path(sys.executable).parent

RECORDS = [
    {
        "id": "bridge-31", "title": "Ostrel bridge open again", "publisher": "Ostrel Courier",
        "published": "2031-05-05", "url": "https://ostrel.example/bridge",
        "text": "The Ostrel bridge was repaired for 12.5 million crowns. It opened on 4 May 2031. "
        "The mayor Ilva Tarn cut the ribbon.",
    },
    {
        "id": "图书馆/2", "title": "云溪图书馆", "publisher": "云溪晚报", "published": "2030-11-02",
        "text": "云溪图书馆共有藏书25.6万册。馆长是林若溪。图书馆每天上午九点开放。",
    },
    {
        "id": 7, "title": "Ferry between Ostrel and Marn", "publisher": "Marn Gazette",
        "published": "2029-01-15",
        "text": "The ferry from Ostrel to Marn takes 45 minutes. It carries 310 passengers.",
    },
]  # fmt: skip
FILES = {
    "garden.md": "# Garden of Veld\n\nThe garden of Veld has 412 kinds of roses.\n",
    "old/harbour.txt": "The harbour of Marn froze in the winter of 1947.\nIt was closed for weeks.",
    "old/塔.txt": "望海塔高98米，建于1904年。\n塔上有一口铜钟。",
}
QUESTION = "How many kinds of roses has the garden of Veld?"


@dataclass(frozen=True)
class Done:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def message(self) -> str:
        """The one line on stderr, of a command that has nothing else to say."""
        (line,) = self.err.splitlines()
        assert "Traceback" not in line
        return line


Run = Callable[..., Done]


@pytest.fixture(scope="package", autouse=True)
def quick_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Put the scripted model and reader in place, and no test near the checkout's index."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.engine.Segmenter", cache(Segmenter))
        patch.setattr("rag.engine.open_embedder", lambda name, _cache: WordEmbedder(name))
        patch.setattr(
            Engine, "answerer", property(lambda self: WordReader(self.settings.threshold))
        )
        patch.setenv("YINJU_INDEX", str(tmp_path_factory.mktemp("default") / "index"))
        patch.delenv("NO_COLOR", raising=False)
        yield


@pytest.fixture(scope="package")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    lines = [json.dumps(record, ensure_ascii=False) for record in RECORDS]
    (folder / "records.jsonl").write_text("\n".join(lines), "utf-8")
    return folder


@pytest.fixture(scope="package")
def index(corpus: Path, quick_models: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index that every test may read."""
    folder = tmp_path_factory.mktemp("built") / "index"
    assert rag.cli.rag(["index", str(corpus), "--index", str(folder)]) == 0
    return folder


@pytest.fixture
def own_index(index: Path, tmp_path: Path) -> Path:
    """A copy that one test may change or break."""
    return shutil.copytree(index, tmp_path / "index")


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *arguments: _run(rag.cli.ask, arguments, capsys)


@pytest.fixture
def manage(capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *arguments: _run(rag.cli.rag, arguments, capsys)


@pytest.fixture
def same_answer(ask: Run, index: Path) -> Callable[[Path], None]:
    """Check that an index still answers as the whole one does."""

    def check(folder: Path) -> None:
        answers = [ask(QUESTION, "--index", place, "--json") for place in (index, folder)]
        assert [done.status for done in answers] == [0, 0], answers[1].err
        before, after = (done.json for done in answers)
        assert before["answer"] == "The garden of Veld has 412 kinds of roses."
        assert after["answers"] == before["answers"]
        assert after["citations"][0] == before["citations"][0]

    return check


def _run(
    command: Callable[[list[str]], int],
    arguments: tuple[object, ...],
    capsys: pytest.CaptureFixture[str],
) -> Done:
    capsys.readouterr()
    try:
        status = command([str(item) for item in arguments])
    except SystemExit as error:  # argparse ends so
        status = int(error.code or 0)
    captured = capsys.readouterr()
    return Done(status, captured.out, captured.err)


def installed(name: str, *arguments: object, **options: Any) -> Done:  # noqa: ANN401
    """Run an installed command with its real models in a process of its own."""
    done = subprocess.run(
        [BIN / name, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        env={**os.environ, **options.pop("env", {})},
        **options,
    )
    return Done(done.returncode, done.stdout, done.stderr)
