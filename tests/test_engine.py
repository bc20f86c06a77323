"""The stages wired together, over a scripted model and reader."""

import gc
import json
import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cli.scripted import WordEmbedder, WordReader

from rag.engine import Engine
from rag.errors import IndexMissingError, IndexModelError, UsageError
from rag.records import Filters, Language, SearchMode
from rag.settings import Settings

TEXTS = {
    "gate": "The west gate opens at nine.",
    "tower": "The tower is 98 m high.",
    "塔": "望海塔高98米。",
}


def make(index: Path, name: str = "words") -> Engine:
    engine = Engine(Settings(index=index))
    engine.embedder = WordEmbedder(name)
    engine.answerer = WordReader(0.5)
    return engine


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("engine")
    lines = [json.dumps({"id": key, "text": text, "publisher": key}) for key, text in TEXTS.items()]
    (folder / "all.jsonl").write_text("\n".join(lines))
    with make(folder / "index") as engine:
        assert engine.add([folder / "all.jsonl"]).added == 3
    return folder


@pytest.fixture
def engine(folder: Path) -> Iterator[Engine]:
    with make(folder / "index") as engine:
        yield engine


def test_asking_times_every_stage_and_cites_what_it_found(engine: Engine) -> None:
    answer = engine.ask("  When opens the west gate?  ")
    assert answer.question == "When opens the west gate?"
    assert (answer.answered, answer.text) == (True, "The west gate opens at nine.")
    assert answer.citations[0].document.key == "gate"
    assert list(answer.timings) == ["retrieval", "reading", "evidence"]


def test_filters_and_modes_limit_a_search(engine: Engine) -> None:
    for mode in SearchMode:
        hits = engine.search("tower 98", mode=mode, filters=Filters(publisher="tower"))
        assert [hit.passage.document_key for hit in hits] == ["tower"]
    assert len(engine.search("the tower", top_k=1)) == 1
    assert engine.search("tower", mode="lexical")[0].passage.text == TEXTS["tower"]


def test_a_question_is_understood_with_its_language_and_words(engine: Engine) -> None:
    question = engine.understand("望海塔多高？")
    assert question.language is Language.CHINESE
    assert "".join(question.words).startswith("望海塔")
    assert question.vector.shape == (64,)


@pytest.mark.parametrize("top_k", [0, -3, 101])
def test_top_k_out_of_range_is_refused(engine: Engine, top_k: int) -> None:
    with pytest.raises(UsageError, match=f"top_k is {top_k}, expected 1 to 100"):
        engine.ask("tower", top_k=top_k)


def test_documents_are_read_whatever_the_model_but_not_searched(folder: Path) -> None:
    with make(folder / "index", "another") as engine:
        assert engine.document("gate").text == TEXTS["gate"]
        assert [document.key for document in engine.documents()] == list(TEXTS)
        with pytest.raises(IndexModelError, match=r"built with words .* in use is another"):
            engine.ask("tower")


def test_listing_loads_no_model(folder: Path) -> None:
    with Engine(Settings(index=folder / "index", model="no/such-model")) as engine:
        assert len(list(engine.documents())) == 3
        assert "embedder" not in vars(engine)


def test_a_newer_generation_is_seen_without_opening_again(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The gate is open.")
    (tmp_path / "b.txt").write_text("The well is deep.")
    with make(tmp_path / "index") as reader, make(tmp_path / "index") as writer:
        writer.add([tmp_path / "a.txt"])
        assert reader.ask("well deep").answered is False
        writer.add([tmp_path / "b.txt"])
        assert reader.ask("well deep").text == "The well is deep."
        writer.delete([str(tmp_path / "b.txt")])
        assert reader.ask("well deep").answered is False


def test_deleting_is_all_or_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The gate is open.")
    with make(tmp_path / "index") as engine:
        engine.add([tmp_path / "a.txt"])
        key = str(tmp_path / "a.txt")
        with pytest.raises(UsageError, match="there is no document 'b'"):
            engine.delete([key, "b"])
        assert engine.document(key).text == "The gate is open."
        engine.delete([key, key])
        assert list(engine.documents()) == []


def test_without_an_index_everything_says_so(tmp_path: Path) -> None:
    with make(tmp_path / "none") as engine:
        assert engine.has_index() is False
        for act in (lambda: engine.ask("x"), lambda: engine.delete(["x"]), engine.documents):
            with pytest.raises(IndexMissingError, match=r"Make one: rag index PATH\.\.\."):
                act()
    assert not (tmp_path / "none").exists()


def test_an_engine_is_opened_by_its_folder_alone(folder: Path) -> None:
    with Engine.open(folder / "index") as engine:
        assert engine.settings.index == folder / "index"
        assert engine.document("tower").key == "tower"


def test_the_command_line_loads_no_library_that_is_slow() -> None:
    import subprocess

    code = (
        "import sys, rag.cli; rag.cli.ask.__module__; "
        "print([m for m in ('torch', 'faiss', 'onnxruntime', 'jieba', 'gradio', 'tantivy', "
        "'langchain_core', 'numpy', 'sentence_transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_reader_in_use_outlives_a_newer_generation_and_then_closes(tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("The bell rings at noon.")
    with make(tmp_path / "index") as engine, make(tmp_path / "index") as writer:
        writer.add([source])
        held = engine.index
        source.write_text("The bell rings at dusk.")
        writer.add([source])
        assert engine.ask("When rings the bell?").text == "The bell rings at dusk."
        [document] = held.catalog.documents()
        assert document.text == "The bell rings at noon."
        connection = held.catalog._connection
        del held
        gc.collect()
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")


def test_threads_ask_at_once_while_the_index_changes(tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("The bell rings at noon.")
    with make(tmp_path / "index") as engine, make(tmp_path / "index") as writer:
        writer.add([source])
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(engine.ask, "When rings the bell?") for _ in range(30)]
            for hour in ("one", "two", "three"):
                source.write_text(f"The bell rings at {hour}.")
                writer.add([source])
            answers = {future.result().text for future in asked}
        assert answers <= {f"The bell rings at {hour}." for hour in ("noon", "one", "two", "three")}
        assert engine.ask("When rings the bell?").text == "The bell rings at three."


def test_a_filter_by_publisher_and_other_reading_do_not_wait_for_each_other(engine: Engine) -> None:
    catalog = engine.index.catalog

    def count(_: int) -> int:
        return len(catalog.passage_ids(Filters(publisher="tower"))) + bool(catalog.document("gate"))

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(count, range(400))) == {2}


def test_documents_are_listed_to_the_end_while_the_index_changes(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(f"The bell {name} rings.")
    with make(tmp_path / "index") as engine:
        engine.add([tmp_path / f"{name}.txt" for name in "abc"])
        listing = engine.documents()
        first = next(listing)
        engine.delete([first.key])
        assert engine.contents.catalog.document(first.key) is None
        gc.collect()
        assert len([first, *listing]) == 3
