"""The language model that a user names, as a LangChain chat model.

Three ways to name one: ``provider:model`` as LangChain does, the name that an OpenAI-compatible
server at ``llm_url`` gives it, or the path of a GGUF file, which runs in this process. Keys come
from the environment alone.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import LLMError, SettingsError
from rag.settings import LLM_KEY, Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

KEYS = (LLM_KEY, "OPENAI_API_KEY")
"""Where a server's key may be, the first that is set."""

GGUF = ".gguf"
CONTEXT_TOKENS = 4096
MOST_NEW_TOKENS = 400


def open_chat_model(settings: Settings) -> BaseChatModel:
    """Open the model that the settings name.

    Raises:
        SettingsError: the name cannot be one.
        LLMError: what it needs is not installed, or a file cannot be loaded.
    """
    if _is_file(settings):
        return _open_file(Path(settings.llm).expanduser(), settings)
    if settings.llm_url:
        key = next((os.environ[name] for name in KEYS if os.environ.get(name)), "none")
        return _open_server(settings.llm, settings.llm_url, key, settings)
    return _open_provider(settings)


def is_served(settings: Settings) -> bool:
    """Return whether the model speaks OpenAI's protocol: a server's, or a file served here."""
    return _is_file(settings) or bool(settings.llm_url)


def _is_file(settings: Settings) -> bool:
    return settings.llm.endswith(GGUF)


def _open_provider(settings: Settings) -> BaseChatModel:
    if ":" not in settings.llm:
        raise SettingsError(
            f"llm is {settings.llm!r}, expected provider:model (openai:gpt-5-mini), the path of a "
            f"{GGUF} file, or a model's name beside the address of its server (--llm-url)"
        )
    from langchain.chat_models import init_chat_model

    try:
        return init_chat_model(settings.llm, temperature=0, max_tokens=MOST_NEW_TOKENS)
    except ImportError as error:
        raise LLMError(f"{settings.llm} needs a package that is not installed: {error}") from error
    except ValueError as error:
        raise SettingsError(f"llm is {settings.llm!r}: {error}") from error


def _open_server(name: str, address: str, key: str, settings: Settings) -> BaseChatModel:
    try:
        from langchain_openai import ChatOpenAI
    except ImportError as error:
        raise LLMError("a server needs `pip install 'yinju[llm]'`") from error
    from pydantic import SecretStr

    # Retries and the time-out are the generator's, which knows whether anything has been shown. A
    # connection kept for the next question would outlive its server unnoticed.
    return ChatOpenAI(
        model=name, base_url=address, api_key=SecretStr(key), timeout=2 * settings.llm_timeout,
        stream_chunk_timeout=None, max_retries=0, temperature=0,
        max_completion_tokens=MOST_NEW_TOKENS, default_headers={"Connection": "close"},
    )  # fmt: skip


def _open_file(path: Path, settings: Settings) -> BaseChatModel:
    if not path.is_file():
        raise LLMError(f"there is no model file {path}")
    try:
        import xllamacpp
    except ImportError as error:
        raise LLMError("a GGUF file needs `pip install 'yinju[llm]'`") from error
    key = secrets.token_urlsafe()
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_parallel = 1
    parameters.api_keys = [key]
    parameters.warmup = False
    parameters.ui = False
    parameters.verbosity = 0
    try:
        server = xllamacpp.Server(parameters)
    except RuntimeError as error:
        raise LLMError(f"{path} cannot be loaded as a GGUF model: {error}") from error
    model = _open_server(path.stem, f"{server.listening_address}/v1", key, settings)
    # The server stops when it is forgotten, so the model keeps it.
    object.__setattr__(model, "_server", server)
    return model
