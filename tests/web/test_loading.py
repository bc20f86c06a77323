"""Gradio imported without what only an editor wants."""

import subprocess
import sys

_SCRIPT = """
import gc, inspect, pathlib, sys
finders = list(sys.meta_path)
from rag.web.loading import quick_imports
read = []
source = inspect.getfile
inspect.getfile = lambda item: read.append(item) or source(item)
with quick_imports():
    assert not gc.isenabled()
    import gradio
    stubs = [item for item in read if isinstance(item, gradio.component_meta.ComponentMeta)]
assert not stubs, stubs
assert gc.isenabled()
assert sys.meta_path == finders
with gradio.Blocks():
    box = gradio.Textbox("words")
assert box.value == "words"
assert callable(gradio.Textbox.change)
"""


def test_gradio_imported_quickly_writes_no_stubs_and_works_as_ever() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_an_import_that_fails_leaves_everything_as_it_was() -> None:
    script = """
import gc, sys
finders = list(sys.meta_path)
from rag.web.loading import quick_imports
try:
    with quick_imports():
        import no_such_package
except ModuleNotFoundError:
    assert gc.isenabled() and sys.meta_path == finders
else:
    raise SystemExit("imported")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
