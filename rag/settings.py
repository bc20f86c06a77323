"""Settings: flags over environment over file over defaults, validated, unknown keys refused."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rag.address import FORM, TOKEN, Index, MilvusAddress, parse_index
from rag.errors import SettingsError

PREFIX = "YINJU_"
FILE = "yinju.toml"
UNSUPPORTED = ("drop", "mark")
PASSWORD = f"{PREFIX}PASSWORD"
"""What ``rag serve --auth`` asks for; no setting."""

LLM_KEY = f"{PREFIX}LLM_KEY"
"""What a server of language models is opened with; no setting, so that it is never shown."""

_NO_SETTINGS = frozenset({PASSWORD, TOKEN, LLM_KEY, f"{PREFIX}SHARED"})
"""Variables with the prefix that are something else; the last says where tests find pages."""

_KINDS: dict[str, tuple[Callable[[Any], object], tuple[type, ...], str]] = {
    "Path": (Path, (str, Path), "a path"),
    "Index": (parse_index, (str, Path, MilvusAddress), f"a path, or {FORM}"),
    "int": (int, (str, int), "a whole number"),
    "float": (float, (str, int, float), "a number"),
    "str": (str, (str,), "a text"),
}
"""By type: what makes a value, what it may be made of, and what to call it."""


_CLUSTER = "auto, local, HOST:6379 or ray://HOST:10001"


def _user_folder(kind: str) -> Path:
    import platformdirs

    if kind == "cache":
        return platformdirs.user_cache_path("yinju", appauthor=False)
    return platformdirs.user_data_path("yinju", appauthor=False)


def _default_index() -> Path:
    """Return ``index/`` in a checkout, else a folder among the user's data."""
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "index").is_dir():
        return checkout / "index"
    return _user_folder("data") / "index"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may set.

    ``index`` is the index folder, or the address of an index on a Milvus server, ``cache`` where
    converted models are kept, ``model`` the embedding model, ``top_k`` how many passages are read
    for an answer (twice as many where those do not say), ``threshold`` the least calibrated score
    (0 to 1) at which a question is answered, ``passage_tokens`` the target length of passages in
    the embedder's tokens, ``wait`` how many seconds to wait for another process that writes to the
    index, ``ray`` the Ray cluster that ``rag index`` embeds on ("" for none), ``ray_cpus`` how many
    processors each of its workers takes.

    ``llm`` is a language model that writes the answers (``provider:model``, a GGUF file, or a name
    that the OpenAI-compatible server at ``llm_url`` knows), "" for none; ``llm_timeout`` how many
    seconds to wait for its next words, ``llm_retries`` how often to ask again when it fails, and
    ``unsupported`` whether sentences that their sources do not bear out are dropped or marked.
    """

    index: Index = field(default_factory=_default_index)
    cache: Path = field(default_factory=lambda: _user_folder("cache"))
    model: str = "multilingual-e5-small"
    top_k: int = 12
    threshold: float = 0.26
    passage_tokens: int = 128
    wait: float = 60.0
    ray: str = ""
    ray_cpus: int = 1
    llm: str = ""
    llm_url: str = ""
    llm_timeout: float = 60.0
    llm_retries: int = 2
    unsupported: str = "drop"

    def __post_init__(self) -> None:
        _require(1 <= self.top_k <= 100, "top_k", self.top_k, "a whole number from 1 to 100")
        _require(0 <= self.threshold <= 1, "threshold", self.threshold, "a number from 0 to 1")
        _require(
            16 <= self.passage_tokens <= 400, "passage_tokens", self.passage_tokens,
            "a whole number from 16 to 400",
        )  # fmt: skip
        _require(self.wait >= 0, "wait", self.wait, "a number of seconds from 0")
        _require(not self.ray or _is_cluster(self.ray), "ray", self.ray, _CLUSTER)
        _require(self.ray_cpus >= 1, "ray_cpus", self.ray_cpus, "a whole number from 1")
        _require(bool(self.model), "model", self.model, "a model's name")
        _require(self.llm_timeout > 0, "llm_timeout", self.llm_timeout, "a number above 0")
        _require(
            0 <= self.llm_retries <= 10,
            "llm_retries",
            self.llm_retries,
            "a whole number from 0 to 10",
        )
        _require(self.unsupported in UNSUPPORTED, "unsupported", self.unsupported, "drop or mark")
        _require(
            not self.llm_url or self.llm_url.startswith(("http://", "https://")),
            "llm_url", self.llm_url, "an address that begins with http:// or https://",
        )  # fmt: skip

    @classmethod
    def load(
        cls,
        flags: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> Settings:
        """Return the settings of a run.

        Args:
            flags: values given on the command line; None values were not given.
            environment: variables ``YINJU_NAME``; those of the process by default.
            folder: where ``yinju.toml`` or a ``[tool.yinju]`` table may lie; here by default.

        Raises:
            SettingsError: a key is unknown or a value cannot be.
        """
        variables = os.environ if environment is None else environment
        values = _from_file(folder or Path.cwd())
        values |= {
            name.removeprefix(PREFIX).lower(): value
            for name, value in variables.items()
            if name.startswith(PREFIX) and name not in _NO_SETTINGS
        }
        values |= {name: value for name, value in (flags or {}).items() if value is not None}
        return cls._of(values)

    @classmethod
    def _of(cls, values: Mapping[str, Any]) -> Settings:
        kinds = {item.name: item.type for item in fields(cls)}
        unknown = sorted(set(values) - set(kinds))
        if unknown:
            raise SettingsError(
                f"unknown setting {unknown[0]!r}; the settings are {', '.join(sorted(kinds))}"
            )
        made: dict[str, Any] = {
            name: _convert(name, str(kinds[name]), value) for name, value in values.items()
        }
        return cls(**made)

    def with_index(self, index: str | Index) -> Settings:
        """Return the same settings for another index.

        Raises:
            SettingsError: it begins as an address does, and is none.
        """
        return replace(self, index=parse_index(index))

    @property
    def folder(self) -> Path:
        """What is kept beside the index lies here: uploads, opinions, evaluations.

        It is the index folder itself, or for an index on a server a folder of this machine.
        """
        if isinstance(self.index, Path):
            return self.index
        return _user_folder("data") / "milvus" / self.index.folder_name


def _from_file(folder: Path) -> dict[str, Any]:
    own, project = folder / FILE, folder / "pyproject.toml"
    path = own if own.is_file() else project
    if not path.is_file():
        return {}
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        if path == project:
            return {}  # some other project's file, and not ours to judge
        raise SettingsError(f"{path} is not valid TOML: {error}") from error
    if path == own:
        return content
    tools = content.get("tool", {})
    table = tools.get("yinju", {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise SettingsError(f"tool.yinju in {path} is {table!r}, expected a table of settings")
    return table


def _convert(name: str, kind: str, value: object) -> object:
    make, accepted, expected = _KINDS[kind]
    if isinstance(value, bool) or not isinstance(value, accepted) or value == "":
        raise SettingsError(f"{name} is {value!r}, expected {expected}")
    try:
        made = make(value)
    except ValueError as error:
        raise SettingsError(f"{name} is {value!r}, expected {expected}") from error
    return made.expanduser() if isinstance(made, Path) else made


def _is_cluster(address: str) -> bool:
    """Return whether this is an address that ``ray.init`` takes."""
    if address in ("auto", "local"):
        return True
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        return bool(
            parts.scheme in ("", "ray") and parts.hostname and parts.port
            and not (parts.path or parts.query or parts.fragment or parts.username)
        )  # fmt: skip
    except ValueError:
        return False


def _require(condition: bool, name: str, value: object, expected: str) -> None:
    if not condition:
        raise SettingsError(f"{name} is {value!r}, expected {expected}")
