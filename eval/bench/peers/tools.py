"""What is compared, and the environments that the peers run in."""

from __future__ import annotations

import hashlib
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from eval.bench.peers.children import environment, run

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


@dataclass(frozen=True)
class Tool:
    """A tool: its driver's file, and what its environment needs (None: this environment)."""

    name: str
    driver: str
    requirements: str | None = None


YINJU = Tool("Yinju", "yinju_engine.py")
PEERS = (
    Tool("LangChain", "langchain_faiss.py", "langchain.txt"),
    Tool("txtai", "txtai_hybrid.py", "txtai.txt"),
    Tool("bm25s", "bm25s_jieba.py", "bm25s.txt"),
)


@dataclass(frozen=True)
class Installed:
    """A tool that can be run: its Python, the variables it gets, and its packages' versions."""

    tool: Tool
    python: str
    variables: dict[str, str]
    versions: tuple[str, ...]
    environment_bytes: int | None

    def command(self, *arguments: object) -> list[str]:
        """Return the command line of its driver."""
        driver = HERE / "drivers" / self.tool.driver
        return [self.python, str(driver), *map(str, arguments)]


def here(threads: int) -> Installed:
    """Return Yinju in this environment, from this checkout."""
    return Installed(YINJU, sys.executable, environment(threads, ROOT), (), None)


def install(tool: Tool, cache: Path, threads: int) -> Installed:
    """Return a peer in a virtual environment of its own, made at first use.

    Raises:
        ChildError: the environment cannot be made; with what pip said.
    """
    requirements = HERE / "requirements" / str(tool.requirements)
    digest = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = cache / f"{requirements.stem}-{digest}"
    python = str(folder / "bin" / "python")
    done = folder / "installed"
    variables = environment(threads, None)
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        run([sys.executable, "-m", "venv", str(folder)], variables, cache)
        run([python, "-m", "pip", "install", "--quiet", "-r", str(requirements)], variables, cache)
        done.touch()
    frozen = run([python, "-m", "pip", "freeze"], variables, cache).output
    return Installed(tool, python, variables, tuple(frozen.split("\n")[:-1]), folder_bytes(folder))


def folder_bytes(folder: Path) -> int:
    """Return how many bytes a folder's files have, each counted once."""
    files = {
        (found.st_dev, found.st_ino): found.st_size
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
        for found in [path.stat()]
    }
    return sum(files.values())
