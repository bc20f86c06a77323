"""Checking every byte of an index, and finding what of a damaged one can still be used."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path

from rag.errors import IndexDamagedError, IndexFolderError, IndexMissingError
from rag.store.catalog import Catalog, Counts
from rag.store.folder import CATALOG, WORDS, current_generation, newest_generation
from rag.store.index import IndexReader, require_generation
from rag.store.manifest import FileRecord, Manifest, ModelRecord, stray_files
from rag.store.source import Source


def verify_folder(folder: Path) -> tuple[Counts, list[str]]:
    """Return what an index holds, and what is wrong with it; an empty list when all is well.

    Every file is compared with its checksum before any library opens it.

    Raises:
        IndexFolderError: there is no index, or its manifest cannot be read.
    """
    while True:
        generation = require_generation(folder)
        try:
            manifest = Manifest.read(generation)
            problems = [f"{name} is altered" for name in manifest.damaged_files(generation)]
            problems += [f"{name} is no part of it" for name in stray_files(generation, manifest)]
            if not problems:
                with closing(IndexReader(folder, generation, manifest)) as reader:
                    return manifest.counts, reader.mismatches()
        except (FileNotFoundError, IndexDamagedError):
            # A writer may have replaced the generation meanwhile.
            if current_generation(folder) == generation:
                raise
        else:
            if current_generation(folder) == generation:
                return manifest.counts, problems


def salvaged_source(folder: Path, model: ModelRecord) -> Source:
    """Return what can be used of the newest generation; vectors and words can be made again.

    Raises:
        IndexDamagedError: the catalog is damaged.
        IndexFolderError: there is no index, or it is of another version or model.
    """
    generation = _damaged_generation(folder)
    catalog = generation / CATALOG
    try:
        manifest = Manifest.read(generation)
    except IndexDamagedError:
        # Nothing says what the other files should be.
        files: dict[str, FileRecord] = {}
        is_whole, has_vectors = catalog.is_file(), False
    else:
        manifest.check_model(model, folder)
        damaged = set(manifest.damaged_files(generation))
        words_are_whole = not any(name.startswith(WORDS) for name in damaged)
        files = {
            name: record
            for name, record in manifest.files.items()
            if name not in damaged and (words_are_whole or not name.startswith(WORDS))
        }
        is_whole = CATALOG in files
        has_vectors = all(name == CATALOG or name.startswith(WORDS) for name in damaged)
    if not is_whole or not _is_sound(catalog):
        raise IndexDamagedError(
            f"{catalog} is damaged, and everything else is made from it. Delete the folder "
            f"{folder} and run `rag index` on your documents again"
        )
    return Source(generation, files, has_vectors)


def readable_paths(folder: Path) -> list[str]:
    """Return the files that a damaged index still knows it was made from, and that are there."""
    with suppress(IndexFolderError), closing(_catalog_of(folder)) as catalog:
        return [path for path in catalog.readable_paths() if Path(path).is_file()]
    return []


def _catalog_of(folder: Path) -> Catalog:
    return Catalog.read(_damaged_generation(folder) / CATALOG)


def _damaged_generation(folder: Path) -> Path:
    """Return the current generation, or the newest one where none is named.

    Raises:
        IndexMissingError: there is none.
    """
    with suppress(IndexDamagedError):
        current = current_generation(folder)
        if current is not None and current.is_dir():
            return current
    newest = newest_generation(folder) if folder.is_dir() else None
    if newest is None:
        raise IndexMissingError(
            f"there is no index in {folder}. Make one: rag index PATH... --index {folder}"
        )
    return newest


def _is_sound(path: Path) -> bool:
    try:
        with closing(Catalog.read(path)) as catalog:
            return catalog.check() == "ok"
    except IndexDamagedError:
        return False
