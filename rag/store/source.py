"""What a writer starts from: the current generation when it is whole, or what is left of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.store.folder import (
    current_generation,
    newest_generation,
    publish,
)
from rag.store.manifest import FileRecord, Manifest, ModelRecord


@dataclass(frozen=True, slots=True)
class Source:
    """A generation whose catalog is whole, and those of its files that are."""

    generation: Path
    files: Mapping[str, FileRecord]
    has_vectors: bool = True


Start = Callable[[Path, ModelRecord], Source | None]
"""Says what the next generation is made of, given the index folder and the model in use."""


def whole_source(folder: Path, model: ModelRecord) -> Source | None:
    """Return the current generation, every byte of it checked; None where there is no index.

    What is written next is made of it and gets checksums of its own, so that a byte that rotted
    would pass for what was meant.

    Raises:
        IndexFolderError: it is damaged, of another version, or of another model.
    """
    current = current_generation(folder)
    # A writer may have died before it could announce its first generation, which is complete.
    generation = current or newest_generation(folder)
    if generation is None:
        return None
    manifest = Manifest.read(generation)
    manifest.check_model(model, folder)
    manifest.check_files(generation, thoroughly=True)
    if current is None:
        publish(folder, generation)
    return Source(generation, manifest.files)
