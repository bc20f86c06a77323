"""The first question anyone asks, over the sample documents with the real models."""

import re
import shutil
from pathlib import Path

import pytest

from rag.engine import Engine
from rag.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
SEEDS, README = ROOT / "seeds", ROOT / "README.md"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Engine:
    engine = Engine.open(tmp_path_factory.mktemp("samples"), Settings(cache=cache))
    engine.add([SEEDS])
    return engine


def test_the_first_question_is_answered_from_the_guangxi_report(samples: Engine) -> None:
    answer = samples.ask("how much did Guangxi recover")
    assert answer.text == "nearly 300 million yuan"
    citation = answer.citations[0]
    assert Path(citation.document.path).name == "guangxi-2025-12.md"
    assert str(citation.document.published) == "2025-12-03"
    assert citation.place == "line 14"
    assert "nearly 300 million yuan" in citation.quote


def test_the_python_of_the_readme_runs(
    samples: Engine,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(samples.settings.index, tmp_path / "index")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YINJU_CACHE", str(cache))
    blocks = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
    assert "nearly 300 million yuan" in capsys.readouterr().out


def test_a_greeting_is_not_answered(samples: Engine) -> None:
    assert not samples.ask("hello there, how are you today?").answered
