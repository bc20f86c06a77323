"""The sample documents that ``ask`` answers from until there are others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rag.cli.common import progress_bar, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.engine import Engine


def sample_folder() -> Path | None:
    """Return where the sample documents lie: in the checkout, or inside the installed package."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package.parent / "seeds", package / "_seeds"):
        if folder.is_dir():
            return folder
    return None


def ensure_index(engine: Engine, *, given: bool) -> None:
    """Open the index, before models are loaded; make the sample one where none is by default."""
    seeds = sample_folder()
    if not given and not engine.has_index() and seeds is not None:
        say(f"no index yet; making one of the sample documents in {seeds}")
        with progress_bar("indexing") as move:
            engine.add([seeds], move)
    engine.contents  # noqa: B018  there must be one


def samples_note(engine: Engine, added: Sequence[Path]) -> str:
    """Say how to take the sample documents out, when others were added to them; else ""."""
    from rag.records import Filters

    seeds = sample_folder()
    if seeds is None or any(path.resolve().is_relative_to(seeds) for path in added):
        return ""
    glob = f"{seeds.as_posix()}/*"
    count = sum(1 for _ in engine.documents(Filters(path=glob)))
    if not count:
        return ""
    return (
        f"the index also holds the {count} sample documents; to take them out: "
        f"rag delete --path '{glob}'"
    )
