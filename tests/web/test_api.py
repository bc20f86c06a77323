"""What programs may call, over HTTP and as the tools of an MCP server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

from rag.engine import Engine
from rag.settings import Settings
from tests.web.conftest import served

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.slow]

COST = "How much did the lighthouse repairs cost?"


@pytest.fixture(scope="module")
def address(index_folder: Path, cache: Path) -> Iterator[str]:
    settings = Settings(index=index_folder, cache=cache)
    with Engine(settings) as engine, served(engine, mcp=True) as address:
        yield address


@pytest.fixture(scope="module")
def client(address: str) -> Client:
    return Client(address, verbose=False)


def test_a_question_is_answered_with_its_citations(client: Client) -> None:
    answer = client.predict(COST, api_name="/ask")
    assert answer["answer"] == "1.4 million pounds"
    [citation, *_] = answer["citations"]
    document = client.predict(citation["key"], api_name="/read")
    assert document["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_filters_hold(client: Client) -> None:
    assert not client.predict(COST, publisher="Orchard", api_name="/ask")["answered"]
    found = client.predict(COST, since="2023-01-01", api_name="/search")
    assert {hit["key"] for hit in found} == {"tea"}


def test_documents_are_listed_and_found(client: Client) -> None:
    assert len(client.predict(api_name="/documents")) == 4
    [tea] = client.predict("青岚", api_name="/documents")
    assert tea["published"] == "2023-04-20"


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("/search", {"question": COST, "top_k": 0}, "top_k is 0, expected 1 to 50"),
        ("/ask", {"question": " "}, "empty"),
        ("/ask", {"question": COST, "since": "yesterday"}, "not a date"),
        ("/read", {"key": "nothing"}, "nothing"),
    ],
)
def test_what_is_wrong_is_told(
    client: Client, name: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(AppError, match=message):
        client.predict(**arguments, api_name=name)


def test_results_are_objects_and_no_files(client: Client) -> None:
    everything = [client.predict(COST, api_name=f"/{name}") for name in ("ask", "search")]
    everything.append(client.predict(api_name="/documents"))
    assert "'path'" not in str(everything)


def test_only_what_is_meant_for_programs_is_offered(client: Client) -> None:
    offered = client.view_api(return_format="dict", print_info=False)
    assert set(offered["named_endpoints"]) == {"/ask", "/search", "/read", "/documents"}
    assert offered["unnamed_endpoints"] == {}


def test_an_assistant_finds_and_calls_the_tools(address: str) -> None:
    async def call() -> tuple[dict[str, str], str]:
        async with (
            streamablehttp_client(f"{address}gradio_api/mcp/") as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            tools = {
                tool.name: tool.description or "" for tool in (await session.list_tools()).tools
            }
            answer = await session.call_tool("ask", {"question": COST})
            return tools, str(answer.content)

    tools, answer = asyncio.run(asyncio.wait_for(call(), 60))
    assert set(tools) == {"ask", "search", "read", "documents"}
    assert "in their own words" in tools["ask"]
    assert "1.4 million pounds" in answer
