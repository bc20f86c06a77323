"""Gradio imported in half the time.

Each time that it is imported, Gradio parses the source of every component to write type stubs for
editors beside its own files, which takes longer than the rest of it and fails where several
processes, or none, may write there. And the collector looks in vain through the hundred thousands
of objects that an import makes and that all stay.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_MODULE = "gradio.component_meta"
_WRITER = "create_or_modify_pyi"


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import without writing Gradio's type stubs and without collecting garbage."""
    finder = _WithoutStubs()
    sys.meta_path.insert(0, finder)
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        gc.freeze()
        if collecting:
            gc.enable()


class _WithoutStubs(MetaPathFinder):
    """Finds Gradio's module that writes type stubs, and has it write none."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != _MODULE:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def execute_without(module: ModuleType) -> None:
            execute(module)
            if hasattr(module, _WRITER):
                setattr(module, _WRITER, _write_nothing)

        setattr(spec.loader, "exec_module", execute_without)  # noqa: B010
        return spec


def _write_nothing(*_: object) -> None:
    """Write no type stubs."""
