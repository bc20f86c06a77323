from pathlib import Path

import pytest

from rag.encoder import Encoder


@pytest.fixture(scope="session")
def encoder(cache: Path) -> Encoder:
    """The bundled encoder."""
    return Encoder.open(cache)
