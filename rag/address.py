"""Where an index lies: in a folder, or under a name on a Milvus server."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from rag.errors import SettingsError

SCHEME = "milvus:"
FORM = "milvus:http://HOST:19530/NAME"
TOKEN = "YINJU_MILVUS_TOKEN"
"""The variable that a server's token is read from; no setting, and never shown."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_SERVER = re.compile(r"https?://[^/\s]+(/[A-Za-z_][A-Za-z0-9_]*)?")


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """An index on a server: ``server`` is its URL, or a Milvus Lite file; ``name`` the index's."""

    server: str
    name: str

    def __str__(self) -> str:
        return f"{SCHEME}{self.server}/{self.name}"

    @property
    def file(self) -> Path | None:
        """The file of a Milvus Lite database, None for a server."""
        return Path(self.server) if self.server.endswith(".db") else None

    @property
    def folder_name(self) -> str:
        """A name of its own for a local folder."""
        digest = hashlib.sha256(str(self).encode()).hexdigest()[:8]
        return f"{self.name}-{digest}"


Index = Path | MilvusAddress


def parse_index(value: str | Path | MilvusAddress) -> Index:
    """Return the folder or the address that a setting names.

    Raises:
        SettingsError: it begins as an address does, and is none.
    """
    if not isinstance(value, str) or not value.startswith(SCHEME):
        return value if isinstance(value, MilvusAddress) else Path(value)
    server, _, name = value.removeprefix(SCHEME).rpartition("/")
    if "@" in server and "://" in server:
        # What stands before the @ may be a password: it is not said again.
        raise SettingsError(
            f"index has a user in its address; write {FORM} without one, and put USER:PASSWORD "
            f"or an API key into the environment variable {TOKEN}"
        )
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f"index is {value!r}, expected {FORM}: the name after the last / has letters, digits "
            "and _, at most 100, and begins with no digit"
        )
    if server.endswith(".db") and "://" not in server:
        return MilvusAddress(str(Path(server).expanduser().absolute()), name)
    if not _SERVER.fullmatch(server):
        raise SettingsError(
            f"index is {value!r}, expected {FORM}, https://, or milvus:FILE.db/NAME for Milvus Lite"
        )
    return MilvusAddress(server, name)
