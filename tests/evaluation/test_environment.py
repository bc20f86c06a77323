from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rag.evaluation.environment import describe_engine, describe_machine
from rag.settings import Settings


def test_what_moves_a_score_is_described_and_no_folder_of_this_machine() -> None:
    settings = Settings(index=Path("/somewhere"), cache=Path("/else"), top_k=7, threshold=0.25)
    counts = SimpleNamespace(documents=22, passages=66)
    engine: Any = SimpleNamespace(
        settings=settings,
        embedder=SimpleNamespace(identity=SimpleNamespace(digest="abc", precision="int8")),
        index=SimpleNamespace(manifest=SimpleNamespace(counts=counts)),
    )
    found = describe_engine(engine)
    assert (found["top_k"], found["threshold"], found["model"]) == (
        7,
        0.25,
        "multilingual-e5-small",
    )
    assert (found["model_digest"], found["model_precision"]) == ("abc", "int8")
    assert (found["documents"], found["passages"]) == (22, 66)
    assert "index" not in found and "cache" not in found


def test_the_machine_is_described_with_the_versions_of_the_libraries() -> None:
    found = describe_machine()
    assert found["processors"] >= 1
    assert found["version tantivy"].count(".") >= 1
