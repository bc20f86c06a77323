import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import rag

HEAVY = [
    "torch", "faiss", "gradio", "onnxruntime", "jieba", "langchain", "langchain_core",
    "sentence_transformers", "transformers", "numpy", "ray",
]  # fmt: skip
NEVER_TO_ASK = [
    "torch",
    "sentence_transformers",
    "transformers",
    "langchain",
    "langchain_core",
    "gradio",
    "ray",
]


def loaded_by(code: str, names: list[str]) -> list[str]:
    """Return which of the modules are loaded after running some code in a new process."""
    tail = f"\nimport json, sys\nprint(json.dumps([n for n in {names!r} if n in sys.modules]))"
    output = subprocess.run(
        [sys.executable, "-c", code + tail], capture_output=True, text=True, check=True
    ).stdout
    found: list[str] = json.loads(output.splitlines()[-1])
    return found


@pytest.mark.parametrize("module", ["rag", "rag.cli", "rag.records", "rag.settings", "rag.errors"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(f"import {module}", HEAVY) == []


def test_help_loads_nothing_heavy() -> None:
    code = (
        "from rag.cli import ask, rag\n"
        "for command in (ask, rag):\n"
        "    try:\n"
        "        command(['--help'])\n"
        "    except SystemExit as end:\n"
        "        assert end.code == 0\n"
    )
    assert loaded_by(code, HEAVY) == []


def test_asking_over_an_index_loads_neither_torch_nor_langchain_nor_gradio(
    index_folder: Path, cache: Path
) -> None:
    code = (
        "from pathlib import Path\n"
        "from rag import Engine, Settings\n"
        f"settings = Settings(index=Path({str(index_folder)!r}), cache=Path({str(cache)!r}))\n"
        "with Engine(settings) as engine:\n"
        "    answer = engine.ask('how many hives does the orchard keep')\n"
        "    assert answer.citations or answer.nearest\n"
    )
    assert loaded_by(code, NEVER_TO_ASK) == []


def test_the_public_names_are_sorted_and_all_there() -> None:
    assert rag.__all__ == sorted(rag.__all__)
    assert len(set(rag.__all__)) == len(rag.__all__)
    for name in rag.__all__:
        assert getattr(rag, name).__name__ == name
    assert set(rag.__all__) <= set(dir(rag))


def test_public_names_are_those_of_the_modules_they_come_from() -> None:
    for name, home in (
        ("Engine", "rag.engine"),
        ("Settings", "rag.settings"),
        ("Answer", "rag.records"),
        ("YinjuError", "rag.errors"),
    ):
        assert getattr(rag, name) is getattr(importlib.import_module(home), name)


def test_every_error_is_public() -> None:
    errors = {
        name for name in vars(importlib.import_module("rag.errors")) if name.endswith("Error")
    }
    assert errors <= set(rag.__all__)


def test_an_unknown_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="module 'rag' has no attribute 'Answers'"):
        rag.Answers  # noqa: B018


STAGES = ["sources", "embedding", "store", "retrieval", "reading", "evidence"]


def test_a_stage_imports_no_other_stage() -> None:
    package = Path(rag.__file__).parent
    for stage in STAGES:
        others = tuple(f"rag.{name}" for name in STAGES if name != stage)
        for path in (package / stage).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                # Training wires stages as the engine does; it is no part of a stage.
                training = "training" in path.parts or path.stem == "fitting"
                if isinstance(node, ast.ImportFrom) and not training:
                    assert not (node.module or "").startswith(others), path
