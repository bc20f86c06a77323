"""``rag serve``: the chat in a browser."""

from __future__ import annotations

import argparse
import ipaddress
import os
import time
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING

from rag.cli.common import DONE, Parser, add_command, add_llm_flags, open_engine, say
from rag.errors import UsageError
from rag.settings import PASSWORD

if TYPE_CHECKING:
    from rag.engine import Engine

_EXAMPLES = """\
  rag serve                             http://127.0.0.1:7860, until Ctrl-C
  rag serve --port 8080 --index ~/papers-index
  rag serve --mcp                       for assistants as well
  rag serve --llm qwen3 --llm-url http://localhost:11434/v1
  YINJU_PASSWORD=… rag serve --host 0.0.0.0 --auth ida
"""
_PORTS = 65536
_LONG = 3600.0


def add_serve(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add ``rag serve``."""
    serve = add_command(
        commands,
        "serve",
        "open the chat in a browser",
        _EXAMPLES,
        "Serve the chat and the library as a page in the browser, until Ctrl-C. Only "
        "this machine can open it unless --host says otherwise, which asks for --auth.",
    )
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on (the first free from 7860)")
    serve.add_argument(
        "--auth", metavar="USER",
        help=f"ask for this user and the password in the environment's {PASSWORD}",
    )  # fmt: skip
    serve.add_argument(
        "--mcp", action="store_true",
        help="offer ask, search, read and documents to assistants as well, as an MCP server",
    )  # fmt: skip
    add_llm_flags(serve)
    serve.set_defaults(command=_serve)


def _serve(options: argparse.Namespace) -> int:
    auth = _auth(options)
    if options.mcp and find_spec("mcp") is None:
        raise UsageError("--mcp needs `pip install 'yinju[mcp]'`")
    if options.port is not None and not 0 < options.port < _PORTS:
        raise UsageError(f"--port is {options.port}, expected 1 to {_PORTS - 1}")
    # Gradio would ask its makers for news and count visitors otherwise.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    with open_engine(options) as engine:
        from concurrent.futures import ThreadPoolExecutor

        from rag.cli.samples import ensure_index
        from rag.web.loading import quick_imports

        say("starting…")
        ensure_index(engine, given=options.index is not None)
        with ThreadPoolExecutor(1) as pool, quick_imports():
            # Models are read while the page's packages are imported.
            warming = pool.submit(_warm, engine)
            from rag.web.app import serve

            warming.result()
        try:
            page = serve(engine, options.host, options.port, auth, mcp=options.mcp)
        except OSError as error:
            taken = f"port {options.port} cannot be" if options.port else "no port could be"
            raise UsageError(
                f"{taken} opened on {options.host}. Name another with --port, or leave --port out "
                "to have a free one found"
            ) from error
        with suppress(KeyboardInterrupt):
            say(f"ready: {page.local_url} (Ctrl-C ends)")
            if options.mcp:
                say(f"MCP: {page.local_url}gradio_api/mcp/")
            while True:
                time.sleep(_LONG)
        with suppress(KeyboardInterrupt):
            page.close()
    return DONE


def _warm(engine: Engine) -> None:
    engine.warm()
    engine.ask("warm")  # loads the reader before several visitors do


def _auth(options: argparse.Namespace) -> tuple[str, str] | None:
    """Return user and password.

    Raises:
        UsageError: others could open the page without one, or the password is not set.
    """
    if options.auth is None:
        if not _is_loopback(options.host):
            raise UsageError(
                f"--host {options.host} lets others open your documents; add --auth USER and put "
                f"a password into {PASSWORD}"
            )
        return None
    password = os.environ.get(PASSWORD)
    if not password:
        raise UsageError(f"--auth needs a password in the environment variable {PASSWORD}")
    return options.auth, password


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
