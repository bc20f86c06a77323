"""A server that speaks OpenAI's protocol on loopback and says what a test tells it to."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest


@dataclass
class ScriptedServer:
    """What the server does with each request in turn; the last one is repeated.

    A list of texts is streamed piece by piece; a number is an HTTP status; ``None`` inside a list
    closes the connection there, a float waits so many seconds.
    """

    script: list[Sequence[str | float | None] | int] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    address: str = ""
    left: Event = field(default_factory=Event)
    """Set once a client has closed its connection before all was said."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        scripted: ScriptedServer = self.server.scripted
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        turn = min(len(scripted.requests), len(scripted.script) - 1)
        scripted.requests.append(body)
        scripted.keys.append(self.headers["Authorization"])
        said = scripted.script[turn]
        if isinstance(said, int):
            self.send_response(said)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            self._say(said)
        except ConnectionError:
            scripted.left.set()

    def _say(self, said: Sequence[str | float | None]) -> None:
        for piece in said:
            if piece is None:
                return
            if isinstance(piece, float):
                time.sleep(piece)
                continue
            self._event(piece, None)
        self._event("", "stop")
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, text: str, ended: str | None) -> None:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": ended}
        event = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "scripted",
                 "choices": [choice]}  # fmt: skip
        self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        self.wfile.flush()


@pytest.fixture
def llm_server() -> Iterator[ScriptedServer]:
    """A scripted server, stopped when the test ends."""
    scripted = ScriptedServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.scripted = scripted  # type: ignore[attr-defined]
    scripted.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield scripted
    server.shutdown()
    server.server_close()
    thread.join()
