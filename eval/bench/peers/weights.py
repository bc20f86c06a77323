"""The bundled weights in fp32 as a folder that sentence-transformers and transformers load.

    python -m eval.bench.peers.weights FOLDER

A process of its own, so that torch does not stay in the measuring one. The folder holds no prompts:
each peer gives E5's prefixes the way its own documentation says.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from eval.bench.reference import make_reference


def write_model(folder: Path) -> None:
    """Write the folder, whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=folder.name))
    try:
        make_reference().save_pretrained(str(part))
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


if __name__ == "__main__":
    write_model(Path(sys.argv[1]))
