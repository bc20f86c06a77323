"""The parts for LangChain applications, over the small corpus."""

import asyncio
from datetime import date

import pytest
from langchain_core.documents import Document
from langchain_core.language_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough

from rag.chain import AnswerChain, PassageRetriever
from rag.engine import Engine
from rag.errors import UsageError
from rag.records import Filters

COST = "How much did the lighthouse repairs cost?"


def test_passages_say_where_they_stand(engine: Engine) -> None:
    passages = PassageRetriever(engine=engine, top_k=3).invoke(COST)
    assert 1 <= len(passages) <= 3
    first = passages[0]
    document = engine.document(first.metadata["key"])
    assert first.page_content == document.text[first.metadata["start"] : first.metadata["end"]]
    assert first.metadata["key"] == "lighthouse"
    assert first.metadata["published"] == "2020-05-01"
    assert first.metadata["place"]
    scores = [passage.metadata["score"] for passage in passages]
    assert scores == sorted(scores, reverse=True)


def test_a_retriever_keeps_to_its_filters(engine: Engine) -> None:
    filters = Filters(since=date(2023, 1, 1))
    passages = PassageRetriever(engine=engine, filters=filters).invoke(COST)
    assert {passage.metadata["key"] for passage in passages} == {"tea"}


def test_a_retriever_feeds_any_chain(engine: Engine) -> None:
    def joined(passages: list[Document]) -> str:
        return "\n".join(passage.page_content for passage in passages)

    seen = []
    chain = (
        {"context": PassageRetriever(engine=engine) | joined, "question": RunnablePassthrough()}
        | ChatPromptTemplate.from_template("{context}\n\n{question}")
        | RunnableLambda(lambda prompt: seen.append(prompt.to_string()) or prompt)
        | FakeListChatModel(responses=["1.4 million pounds"])
        | StrOutputParser()
    )
    assert chain.invoke(COST) == "1.4 million pounds"
    assert "1.4 million pounds" in seen[0]
    assert COST in seen[0]


def test_a_chain_answers_one_question_many_and_in_turn(engine: Engine) -> None:
    chain = AnswerChain(engine)
    answer = chain.invoke(COST)
    assert answer.answered
    assert "1.4 million pounds" in answer.text
    several = chain.batch([COST, "云溪大桥全长多少公里？"])
    assert [item.citations[0].document.key for item in several] == ["lighthouse", "bridge"]
    assert [item.text for item in chain.stream(COST)] == [answer.text]
    assert asyncio.run(chain.ainvoke(COST)).text == answer.text


def test_a_chain_is_a_part_like_any_other(engine: Engine) -> None:
    chain = AnswerChain(engine) | (lambda answer: answer.text)
    assert "3.6" in chain.invoke("云溪大桥全长多少公里？")


def test_a_chain_keeps_to_its_filters(engine: Engine) -> None:
    answer = AnswerChain(engine, Filters(publisher="Orchard")).invoke(COST)
    assert not answer.answered


def test_an_empty_question_is_refused(engine: Engine) -> None:
    with pytest.raises(UsageError):
        AnswerChain(engine).invoke("  ")
