"""Answers that a language model writes, from the question to what is shown, over real HTTP."""

import json
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from rag.cli.ask import main
from rag.engine import Engine
from rag.errors import LLMError, SettingsError
from rag.records import Answer, Ending, Fallback
from rag.serialise import answer_to_dict
from rag.settings import Settings
from tests.llm.conftest import ScriptedServer

COST = "How much did the lighthouse repairs cost?"
TRUE = "The repairs of 2019 cost 1.4 million pounds [1]."


@pytest.fixture
def settings(index_folder: Path, cache: Path, llm_server: ScriptedServer) -> Settings:
    return Settings(
        index=index_folder, cache=cache, llm="scripted", llm_url=llm_server.address,
        llm_timeout=1.0, llm_retries=1,
    )  # fmt: skip


def ask(settings: Settings, question: str = COST) -> list[Answer]:
    with Engine(settings) as engine:
        return list(engine.stream(question))


def test_an_answer_grows_by_sentences_that_stand(
    settings: Settings, llm_server: ScriptedServer
) -> None:
    llm_server.script = [
        [
            "The repairs of ",
            "2019 cost 1.4 million pounds [1]. In 2019, 1.4 million ",
            "pounds was spent on repairs [1]. They cost 9 million pounds [1]. ",
            "Bye.",
        ]
    ]
    answers = ask(settings)
    assert [len(item.sentences) for item in answers] == [0, 1, 2, 2, 2, 2]
    assert [item.writing for item in answers] == [True] * 5 + [False]
    assert not answers[0].answered
    last = answers[-1]
    assert last.answered
    assert last.text.startswith("The repairs of 2019 cost 1.4 million pounds.[1]")
    for sentence in last.sentences:
        for number in sentence.citations:
            quote = next(item.quote for item in last.citations if item.number == number)
            assert "1.4 million pounds" in quote
    assert "They cost 9 million pounds." in [item.text for item in last.dropped]
    assert last.fallback is Fallback.NONE
    assert last.timings["writing"] >= 0


def test_the_model_sees_the_readers_passages_and_the_key_of_the_environment(
    settings: Settings, llm_server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YINJU_LLM_KEY", "a-secret")
    llm_server.script = [[TRUE]]
    ask(settings)
    [request] = llm_server.requests
    assert request["model"] == "scripted"
    assert "harbour board" in request["messages"][1]["content"]
    assert llm_server.keys == ["Bearer a-secret"]


@pytest.mark.parametrize(
    ("script", "fallback", "error", "asked"),
    [
        ([500, 500], Fallback.FAILED, "the language model failed", 2),
        ([["The repairs were ", None]], Fallback.FAILED, "it broke off", 1),
        ([["", 3.0]], Fallback.FAILED, "said nothing for 1 seconds", 2),
        ([["Blue blue blue. [1] 42!"]], Fallback.UNSUPPORTED, "", 1),
        ([["NONE"]], Fallback.UNSUPPORTED, "", 1),
        ([["The repairs cost 7 million pounds [1]."]], Fallback.UNSUPPORTED, "", 1),
    ],
)
def test_whatever_the_server_does_there_is_an_answer(
    settings: Settings, llm_server: ScriptedServer, script: list[list[str | float | None] | int],
    fallback: Fallback, error: str, asked: int,
) -> None:  # fmt: skip
    llm_server.script = [*script]
    *_, answer = ask(settings)
    assert answer.answered
    assert answer.text == "1.4 million pounds"
    assert answer.fallback is fallback
    assert error in answer.error
    assert "\n" not in answer.error
    assert len(llm_server.requests) == asked


def test_a_server_that_recovers_is_not_spoken_of(
    settings: Settings, llm_server: ScriptedServer
) -> None:
    llm_server.script = [500, [TRUE]]
    *_, answer = ask(settings)
    assert answer.sentences
    assert answer.fallback is Fallback.NONE


def test_a_loop_is_cut_off_on_the_wire_and_told(
    settings: Settings, llm_server: ScriptedServer
) -> None:
    llm_server.script = [[TRUE, *[" The repairs were long and dear to all of the bay [1]."] * 400]]
    *_, answer = ask(settings)
    assert [item.text for item in answer.sentences] == [TRUE.replace(" [1]", "")]
    assert len(answer.dropped) <= 2
    assert answer.ending is Ending.LOOPED
    assert answer.fallback is Fallback.NONE
    assert answer_to_dict(answer)["ending"] == "looped"


def test_whoever_stops_a_model_keeps_what_stands_and_ends_its_request(
    settings: Settings, llm_server: ScriptedServer
) -> None:
    settings = replace(settings, llm_timeout=60.0)
    for said, ending in (([TRUE, " More. "], Fallback.NONE), ([""], Fallback.STOPPED)):
        llm_server.script = [[*said, *[" ", 0.05] * 600]]
        stop = Event()
        with Engine(settings) as engine:
            answers = engine.stream(COST, stop=stop)
            for answer in answers:
                if answer.sentences or ending:
                    break
            assert answer.writing
            stop.set()
            *_, last = answers
        assert (last.fallback, last.ending) == (ending, Ending.STOPPED)
        assert last.text.startswith(TRUE[:-5] if ending is Fallback.NONE else "1.4 million pounds")
        assert llm_server.left.wait(10) or not llm_server.requests
        llm_server.left.clear()
        llm_server.requests.clear()


def test_whoever_forgets_an_answer_ends_the_models_request(
    settings: Settings, llm_server: ScriptedServer
) -> None:
    llm_server.script = [[TRUE, " More. ", *[" ", 0.05] * 600]]
    with Engine(replace(settings, llm_timeout=60.0)) as engine:
        answers = engine.stream(COST)
        assert any(item.sentences for item in answers)
        answers.close()
        assert llm_server.left.wait(10)


def test_nobody_there(index_folder: Path, cache: Path) -> None:
    settings = Settings(
        index=index_folder, cache=cache, llm="x", llm_url="http://127.0.0.1:9/v1", llm_retries=0
    )
    *_, answer = ask(settings)
    assert answer.text == "1.4 million pounds"
    assert "the language model failed" in answer.error


def test_what_the_documents_do_not_say_is_not_asked_for(
    settings: Settings, llm_server: ScriptedServer
) -> None:
    *_, answer = ask(settings, "Who painted the ceiling of the opera house in Vienna?")
    assert not answer.answered
    assert llm_server.requests == []


def test_from_the_command_line(
    settings: Settings, llm_server: ScriptedServer, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("YINJU_CACHE", str(settings.cache))
    monkeypatch.setenv("YINJU_LLM_KEY", "a-secret")
    llm_server.script = [[TRUE, " It was built by giants [1]."]]
    flags = ["--index", str(settings.index), "--llm", "m", "--llm-url", llm_server.address]
    assert main([*flags, COST]) == 0
    out = capsys.readouterr().out
    assert "The repairs of 2019 cost 1.4 million pounds.[1]" in out
    assert "left out: It was built by giants." in out
    assert main([*flags, "--json", COST]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["sentences"][0]["citations"]
    assert content["dropped"][0]["fault"]
    assert "a-secret" not in out + json.dumps(content)


def test_a_missing_file_and_a_name_that_cannot_be_one(index_folder: Path, cache: Path) -> None:
    with pytest.raises(LLMError, match=r"there is no model file .*none\.gguf"):
        ask(Settings(index=index_folder, cache=cache, llm="none.gguf"))
    with pytest.raises(SettingsError, match="expected provider:model"):
        ask(Settings(index=index_folder, cache=cache, llm="gpt"))
    with pytest.raises(SettingsError, match="nowhere"):
        ask(Settings(index=index_folder, cache=cache, llm="nowhere:gpt"))


def test_a_file_that_is_no_model(index_folder: Path, cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF, or so it says")
    with pytest.raises(LLMError, match=r"broken\.gguf cannot be loaded"):
        ask(Settings(index=index_folder, cache=cache, llm=str(path)))
