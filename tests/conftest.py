"""Fixtures that several folders share: a cache, an embedder, and a small index in two languages.

Every text is made up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
import pytest

from rag.address import MilvusAddress

if TYPE_CHECKING:
    from scripted_index import Bench

    from rag.embedding.bundled import BundledEmbedder
    from rag.engine import Engine
    from rag.language.words import Segmenter

_numbers = count(1)

CORPUS = [
    {
        "id": "lighthouse",
        "title": "The old lighthouse of Marrow Bay",
        "text": "The lighthouse of Marrow Bay was built in 1874. Its keeper climbed 212 steps "
        "every evening.\nRepairs in 2019 cost 1.4 million pounds, paid by the harbour board.",
        "publisher": "Marrow Bay Courier",
        "published": "2020-05-01",
    },
    {
        "id": "bees",
        "title": "Bees of the northern orchards",
        "text": "The orchard keeps 85 hives. Each hive gave about 12 kilograms of honey in the dry "
        "summer.\nThe beekeeper, Ada Quill, sells the honey at the Saturday market.",
        "publisher": "Orchard Weekly",
        "published": "2022-09-17",
    },
    {
        "id": "bridge",
        "title": "云溪大桥通车",
        "text": "云溪大桥全长3.6公里，于2021年9月通车。\n大桥总投资约12亿元，设计时速80公里。",
        "publisher": "云溪日报",
        "published": "2021-09-28",
    },
    {
        "id": "tea",
        "title": "青岚山茶园丰收",
        "text": "青岚山茶园今年采茶4.5万斤，比去年增长8.2%。\n茶农李春禾说，清明前的茶叶最受欢迎。",
        "publisher": "青岚晚报",
        "published": "2023-04-20",
    },
]


@pytest.fixture(scope="session")
def cache() -> Path:
    """A folder for converted models that outlasts the run: converting takes a few seconds."""
    folder = platformdirs.user_cache_path("yinju-tests", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def embedder(cache: Path) -> BundledEmbedder:
    """The bundled embedding model."""
    from rag.embedding.bundled import BundledEmbedder

    return BundledEmbedder.open(cache)


@pytest.fixture(scope="session")
def segmenter(cache: Path) -> Segmenter:
    """The Chinese word segmenter."""
    from rag.language.words import Segmenter

    return Segmenter(cache)


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four small documents, two in each language, in one jsonl file."""
    path = tmp_path_factory.mktemp("corpus") / "corpus.jsonl"
    lines = (json.dumps(row, ensure_ascii=False) for row in CORPUS)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture(scope="session")
def index_folder(corpus: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the corpus; tests read it and never change it."""
    from rag.engine import Engine
    from rag.settings import Settings

    folder = tmp_path_factory.mktemp("index") / "index"
    with Engine(Settings(index=folder, cache=cache)) as engine:
        report = engine.add([corpus])
    assert report.problems == []
    assert report.added == len(CORPUS)
    return folder


@pytest.fixture
def engine(index_folder: Path, cache: Path) -> Iterator[Engine]:
    """An engine over the index of the corpus."""
    from rag.engine import Engine
    from rag.settings import Settings

    with Engine(Settings(index=index_folder, cache=cache)) as engine:
        yield engine


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    from scripted_index import Bench

    return Bench(tmp_path / "index")


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def make(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return make


@pytest.fixture(scope="session")
def milvus_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Milvus Lite database, which takes a second to open, for all tests; skipped without it."""
    for name in ("pymilvus", "milvus_lite"):
        pytest.importorskip(name, reason="needs pip install 'yinju[milvus]'")
    return tmp_path_factory.mktemp("milvus") / "tests.db"


@pytest.fixture
def milvus(milvus_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MilvusAddress:
    """An address in it that nothing lies at; what is kept beside it goes with the test."""
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *_, **__: tmp_path / "data")
    return MilvusAddress(str(milvus_file), f"index_{next(_numbers)}")
