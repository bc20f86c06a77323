import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from rag.errors import (
    IndexDamagedError,
    IndexFolderError,
    IndexLockedError,
    IndexMissingError,
    IndexModelError,
    IndexVersionError,
)
from rag.records import Field, Language
from rag.store import IndexReader, IndexWriter, ModelRecord, verify_index
from rag.store.manifest import FORMAT
from rag.store.vectors import VectorIndex

from .conftest import MODEL, put, take


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of two documents, in its first generation."""
    with IndexWriter(tmp_path / "index", MODEL) as writer:
        put(writer, "bees", "the bees fly", (1.0, 0.0))
        put(writer, "tea", "茶园 丰收", (0.0, 1.0), language=Language.CHINESE)
        writer.commit()
    return tmp_path / "index"


def keys(folder: Path) -> list[str]:
    reader = IndexReader.open(folder, MODEL)
    found = [document.key for document in reader.catalog.documents()]
    assert reader.mismatches() == []
    reader.close()
    return found


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_commit_is_seen_in_every_part(folder: Path) -> None:
    reader = IndexReader.open(folder, MODEL)
    assert [document.key for document in reader.catalog.documents()] == ["bees", "tea"]
    question = np.array([1.0, 0.0], np.float32)
    assert reader.vectors.search(question, Language.ENGLISH, 9, None) == [(1, 1.0)]
    assert reader.vectors.search(question, Language.CHINESE, 9, None) == [(2, 0.0)]
    assert [n for n, _ in reader.words.search(["bee"], {Field.BODY: 1.0}, 9)] == [1]
    assert reader.manifest.model == MODEL
    assert reader.manifest.counts.documents == 2
    assert reader.mismatches() == []
    assert names(folder) == {"000001", "CURRENT", "writer.lock"}
    reader.close()


def test_changes_that_were_not_committed_are_abandoned(folder: Path) -> None:
    with IndexWriter(folder, MODEL) as writer:
        put(writer, "bridge", "the bridge")
        take(writer, "bees")
    assert keys(folder) == ["bees", "tea"]
    assert names(folder) == {"000001", "CURRENT", "writer.lock"}


def test_an_exception_inside_the_block_leaves_the_old_generation(folder: Path) -> None:
    with pytest.raises(KeyError, match="stop"), IndexWriter(folder, MODEL) as writer:
        put(writer, "bridge", "the bridge")
        raise KeyError("stop")
    assert keys(folder) == ["bees", "tea"]
    assert "000002.part" not in names(folder)
    with IndexWriter(folder, MODEL) as writer:
        put(writer, "bridge", "the bridge")
        writer.commit()
    assert keys(folder) == ["bees", "bridge", "tea"]


def test_what_was_committed_before_an_exception_stays(folder: Path) -> None:
    with pytest.raises(KeyError), IndexWriter(folder, MODEL) as writer:
        put(writer, "bridge", "the bridge")
        writer.commit()
        put(writer, "pear", "the pear")
        raise KeyError("stop")
    assert keys(folder) == ["bees", "bridge", "tea"]


def test_one_writer_may_commit_several_times(folder: Path) -> None:
    with IndexWriter(folder, MODEL) as writer:
        for number in range(3):
            put(writer, f"new{number}", f"text number {number}")
            writer.commit()
        take(writer, "new1")
        writer.commit()
    assert keys(folder) == ["bees", "new0", "new2", "tea"]
    assert (folder / "CURRENT").read_text() == "000005\n"
    assert names(folder) == {"000005", "CURRENT", "writer.lock"}


def test_an_update_replaces_every_part_of_a_document(folder: Path) -> None:
    with IndexWriter(folder, MODEL) as writer:
        take(writer, "bees")
        put(writer, "bees", "the wasps fly", (0.6, 0.8))
        writer.commit()
    reader = IndexReader.open(folder, MODEL)
    body = {Field.BODY: 1.0}
    assert reader.words.search(["bees"], body, 9) == []
    ((number, _),) = reader.words.search(["wasps"], body, 9)
    assert reader.vectors.vector(number) == pytest.approx([0.6, 0.8])
    assert reader.catalog.passages([number])[number].text == "the wasps fly"
    assert reader.vectors.ids() == {2, number}
    assert reader.mismatches() == []
    reader.close()


def test_a_reader_keeps_its_generation_and_knows_when_it_is_old(folder: Path) -> None:
    reader = IndexReader.open(folder, MODEL)
    assert reader.is_current()
    with IndexWriter(folder, MODEL) as writer:
        assert reader.is_current()
        put(writer, "bridge", "the bridge")
        take(writer, "bees")
        writer.commit()
        assert not reader.is_current()
    assert [document.key for document in reader.catalog.documents()] == ["bees", "tea"]
    assert reader.catalog.passages([1])[1].text == "the bees fly"
    assert reader.vectors.ids() == {1, 2}
    assert [n for n, _ in reader.words.search(["bees"], {Field.BODY: 1.0}, 9)] == [1]
    reader.close()
    assert keys(folder) == ["bridge", "tea"]


def test_a_second_writer_is_told_who_writes(folder: Path) -> None:
    with IndexWriter(folder, MODEL):
        with pytest.raises(IndexLockedError, match=rf"process {os.getpid()}, since 2"):
            IndexWriter(folder, MODEL).__enter__()
        assert "writer.json" in names(folder)
    assert "writer.json" not in names(folder)
    with IndexWriter(folder, MODEL):
        pass


_DIE = """
import sys, time
from pathlib import Path
from rag.store import IndexWriter
sys.path.insert(0, sys.argv[2])
from store.conftest import MODEL, put
with IndexWriter(Path(sys.argv[1]), MODEL) as writer:
    put(writer, "kept", "this one is kept")
    writer.commit()
    put(writer, "lost", "this one is lost")
    writer.vectors.save(next(Path(sys.argv[1]).glob("*.part")))
    print("half way", flush=True)
    time.sleep(100)
"""


def test_a_killed_writer_leaves_the_last_complete_generation(folder: Path) -> None:
    tests = Path(__file__).resolve().parent.parent
    process = subprocess.Popen(
        [sys.executable, "-c", _DIE, str(folder), str(tests)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "half way\n"
    with pytest.raises(IndexLockedError, match=f"process {process.pid}"):
        IndexWriter(folder, MODEL).__enter__()
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=20)
    process.stdout.close()
    assert "000003.part" in names(folder)
    assert keys(folder) == ["bees", "kept", "tea"]
    with IndexWriter(folder, MODEL) as writer:
        assert (folder / "000003.part").is_dir()
        assert not list((folder / "000003.part").glob("vectors/*"))
        put(writer, "next", "the next one")
        writer.commit()
    assert keys(folder) == ["bees", "kept", "next", "tea"]
    assert names(folder) == {"000003", "CURRENT", "writer.lock"}


_DIE_ANYWHERE = """
import sys
from pathlib import Path
from rag.store import IndexWriter
sys.path.insert(0, sys.argv[2])
from store.conftest import MODEL, put
number = 0
print("started", flush=True)
while True:
    with IndexWriter(Path(sys.argv[1]), MODEL) as writer:
        for _ in range(5):
            put(writer, f"k{number}", f"text {number}")
            put(writer, f"l{number}", f"text {number}")
            writer.commit()
            number += 1
"""


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_leaves_whole_commits(tmp_path: Path) -> None:
    tests = Path(__file__).resolve().parent.parent
    for attempt in range(6):
        folder = tmp_path / str(attempt)
        process = subprocess.Popen(
            [sys.executable, "-c", _DIE_ANYWHERE, str(folder), str(tests)],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.5 + 0.137 * attempt)
        process.kill()
        process.wait(timeout=20)
        process.stdout.close()
        if (folder / "CURRENT").exists():
            found = keys(folder)
            assert sorted(k[1:] for k in found if k[0] == "k") == sorted(
                k[1:] for k in found if k[0] == "l"
            )
        with IndexWriter(folder, MODEL) as writer:
            put(writer, "z", "after all")
            writer.commit()
        assert "z" in keys(folder)


def test_a_second_writer_waits_as_long_as_it_may_and_says_for_whom(folder: Path) -> None:
    said: list[str] = []
    with IndexWriter(folder, MODEL) as first:
        with pytest.raises(IndexLockedError, match="longer with --wait SECONDS"):
            IndexWriter(folder, MODEL, wait=0.05, tell=said.append).__enter__()
        put(first, "bridge", "the bridge")
        first.commit(more=False)
    (line,) = said
    assert f"process {os.getpid()}, since 2" in line
    assert line.endswith("waiting for it to end (at most 0.05 s)")

    first = IndexWriter(folder, MODEL).__enter__()
    # The one who writes ends as soon as it is said that somebody waits.
    second = IndexWriter(
        folder, MODEL, wait=math.inf, tell=lambda _: first.__exit__(None, None, None)
    )
    with second:
        put(second, "pear", "the pear")
        second.commit(more=False)
    assert keys(folder) == ["bees", "bridge", "pear", "tea"]


def test_without_an_index_the_message_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match=r"rag index PATH\.\.\. --index"):
        IndexReader.open(tmp_path / "none", MODEL)


FILES = ["catalog.sqlite", "vectors/en-*.rows.npy", "vectors/zh-*.state.npz", "words/meta.json"]


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_or_missing_is_found_at_opening(folder: Path, name: str) -> None:
    (path,) = (folder / "000001").glob(name)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    expected = rf"has {len(whole) - 1:,} bytes, expected {len(whole):,} bytes"
    with pytest.raises(IndexDamagedError, match=expected) as caught:
        IndexReader.open(folder, MODEL)
    assert str(path) in str(caught.value)
    with pytest.raises(IndexDamagedError, match=expected):
        IndexWriter(folder, MODEL).__enter__()
    path.unlink()
    with pytest.raises(IndexDamagedError, match="is missing"):
        IndexReader.open(folder, MODEL)
    assert names(folder) == {"000001", "CURRENT", "writer.lock"}


def test_an_altered_byte_is_named_by_verify(folder: Path) -> None:
    assert verify_index(folder)[1] == []
    files = [path for path in (folder / "000001").rglob("*") if path.is_file()]
    altered = [
        path for path in files if path.suffix in (".npy", ".npz", ".store", ".term", ".sqlite")
    ]
    assert len(altered) >= 5
    for path in altered:
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
        name = path.relative_to(folder / "000001").as_posix()
        assert verify_index(folder)[1] == [f"{name} is altered"]
        content[-1] ^= 1
        path.write_bytes(content)
    assert verify_index(folder)[1] == []


def test_a_flipped_byte_in_any_file_is_told_before_the_file_is_used(folder: Path) -> None:
    for path in sorted((folder / "000001").rglob("*")):
        if path.is_dir() or path.suffix == ".lock" or path.name == "manifest.json":
            continue
        name = path.relative_to(folder / "000001").as_posix()
        whole = path.read_bytes()
        for place in range(0, len(whole), max(1, len(whole) // 6)):
            content = bytearray(whole)
            content[place] ^= 0x55
            path.write_bytes(content)
            assert verify_index(folder)[1] == [f"{name} is altered"]
            with pytest.raises(IndexDamagedError, match="is altered"):
                IndexWriter(folder, MODEL).__enter__()
            with pytest.raises(IndexDamagedError, match="is altered"):
                IndexReader.open(folder, MODEL)
        path.write_bytes(whole)
    assert verify_index(folder)[1] == []


def test_parts_that_do_not_fit_together_are_found_by_verify(folder: Path) -> None:
    with IndexWriter(folder, MODEL) as writer:
        writer.vectors.remove([1])
        writer.words.remove([1, 2])
        writer.commit()
    reader = IndexReader.open(folder, MODEL)
    assert reader.mismatches() == ["1 vectors for 2 passages", "0 word entries for 2 passages"]
    reader.close()


def alter_manifest(folder: Path, **values: object) -> None:
    path = folder / "000001" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | values), "utf-8")


def test_another_format_is_refused(folder: Path) -> None:
    alter_manifest(folder, format=FORMAT + 1)
    expected = f"has format {FORMAT + 1}; this version of yinju reads format {FORMAT}"
    with pytest.raises(IndexVersionError, match=expected):
        IndexReader.open(folder, MODEL)
    with pytest.raises(IndexVersionError, match=expected):
        IndexWriter(folder, MODEL).__enter__()


@pytest.mark.parametrize(
    "other",
    [
        ModelRecord("other", MODEL.digest, 2, "fp32"),
        ModelRecord("tiny", "f" * 16, 2, "fp32"),
        ModelRecord("tiny", MODEL.digest, 3, "fp32"),
        ModelRecord("tiny", MODEL.digest, 2, "int8"),
    ],
)
def test_another_model_is_refused_naming_both(folder: Path, other: ModelRecord) -> None:
    expected = (
        rf"built with tiny \(fp32, 01234567\), but the model in use is {other.name} "
        rf"\({other.precision}, {other.digest[:8]}\)"
    )
    with pytest.raises(IndexModelError, match=expected):
        IndexReader.open(folder, other)
    with pytest.raises(IndexModelError, match=expected):
        IndexWriter(folder, other).__enter__()
    assert names(folder) == {"000001", "CURRENT", "writer.lock"}
    assert keys(folder) == ["bees", "tea"]


@pytest.mark.parametrize("content", ["", "{", "[]", "null", f'{{"format": {FORMAT}}}'])
def test_a_broken_manifest_is_damage(folder: Path, content: str) -> None:
    (folder / "000001" / "manifest.json").write_text(content, "utf-8")
    with pytest.raises(IndexDamagedError, match=r"manifest\.json is damaged"):
        IndexReader.open(folder, MODEL)


def test_a_missing_generation_is_damage_to_reader_and_writer(folder: Path) -> None:
    (folder / "CURRENT").write_text("000009\n")
    with pytest.raises(IndexDamagedError, match=r"000009.manifest\.json is missing"):
        IndexReader.open(folder, MODEL)
    with pytest.raises(IndexDamagedError, match=r"000009.manifest\.json is missing"):
        IndexWriter(folder, MODEL).__enter__()


@pytest.mark.parametrize(
    "content", [b"", b"../..\n", b"\xff\xfe", b"000001", b"000001 ", b"000001\t", b"00001\n"]
)
def test_a_broken_pointer_is_damage(folder: Path, content: bytes) -> None:
    (folder / "CURRENT").write_bytes(content)
    with pytest.raises(IndexDamagedError, match=r"CURRENT.*Run `rag repair`"):
        IndexReader.open(folder, MODEL)
    with pytest.raises(IndexDamagedError, match="CURRENT"):
        IndexWriter(folder, MODEL).__enter__()
    assert "000001" in names(folder)


def test_a_pointer_to_another_number_costs_no_generation(folder: Path) -> None:
    (folder / "CURRENT").write_bytes(b"000003\n")
    with pytest.raises(IndexDamagedError, match="000003"):
        IndexWriter(folder, MODEL).__enter__()
    assert "000001" in names(folder)


def test_a_first_generation_that_was_not_announced_is_taken_up(folder: Path) -> None:
    # As if the writer had died between the renaming and the publishing.
    (folder / "CURRENT").unlink()
    with IndexWriter(folder, MODEL) as writer:
        put(writer, "bridge", "the bridge")
    assert keys(folder) == ["bees", "tea"]


def test_every_byte_of_the_manifest_counts(folder: Path) -> None:
    path = folder / "000001" / "manifest.json"
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(IndexFolderError, match=r"is damaged|has format"):
            IndexReader.open(folder, MODEL)
    path.write_bytes(whole)
    assert verify_index(folder)[1] == []


def rot(path: Path, place: int = -1) -> None:
    """Turn a byte over and leave the time of change as it was."""
    state = path.stat()
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def test_rot_in_a_small_index_is_told_at_opening_and_in_any_by_verify_and_the_writer(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [rows] = (folder / "000001" / "vectors").glob("en-*.rows.npy")
    rot(rows)
    with pytest.raises(IndexDamagedError, match=r"altered. Run `rag repair`"):
        IndexReader.open(folder, MODEL)
    monkeypatch.setattr("rag.store.manifest._QUICKLY_HASHED", 0)
    IndexReader.open(folder, MODEL).close()
    assert verify_index(folder)[1] == [f"vectors/{rows.name} is altered"]
    # Else its copy would get a checksum of its own.
    with pytest.raises(IndexDamagedError, match="is altered"):
        IndexWriter(folder, MODEL).__enter__()


def test_a_file_that_is_no_part_of_the_generation_is_found_by_verify(folder: Path) -> None:
    (folder / "000001" / "vectors/other.faiss").write_bytes(b"x")
    (folder / "000001" / ".DS_Store").write_bytes(b"x")
    assert verify_index(folder)[1] == ["vectors/other.faiss is no part of it"]


def test_an_index_that_was_copied_halfway_is_damage(folder: Path, tmp_path: Path) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for count in range(len(files)):
        copy = tmp_path / str(count)
        for path in files[:count]:
            target = copy / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
        needed = [path for path in files[count:] if path.suffix != ".lock"]
        if needed:
            with pytest.raises(IndexFolderError, match=r"no index|missing"):
                IndexReader.open(copy, MODEL)
        else:
            assert keys(copy) == ["bees", "tea"]


def test_a_reader_overtaken_while_it_opens_takes_the_newer_generation(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = VectorIndex.load
    overtaken = []

    def slow(generation: Path, dimension: int) -> VectorIndex:
        if not overtaken:
            overtaken.append(generation)
            monkeypatch.undo()
            with IndexWriter(folder, MODEL) as writer:
                put(writer, "bridge", "the bridge")
                writer.commit(more=False)
        return load(generation, dimension)

    monkeypatch.setattr(VectorIndex, "load", slow)
    reader = IndexReader.open(folder, MODEL)
    assert reader.generation.name == "000002"
    assert reader.mismatches() == []
    reader.close()


def test_a_folder_with_other_files_is_no_place_for_an_index(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(IndexFolderError, match=r"other files \(holiday\.jpg"):
        IndexWriter(tmp_path, MODEL).__enter__()
    assert names(tmp_path) == {"holiday.jpg"}


def test_a_file_is_no_place_for_an_index(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    for open_it in (
        lambda: IndexWriter(tmp_path / "file", MODEL).__enter__(),
        lambda: IndexReader.open(tmp_path / "file", MODEL),
    ):
        with pytest.raises(IndexFolderError):
            open_it()
    assert (tmp_path / "file").read_bytes() == b"x"


def test_what_a_checkout_keeps_in_its_index_folder_is_left_alone(tmp_path: Path) -> None:
    for name in ("README.md", ".gitignore"):
        (tmp_path / name).write_text("mine")
    with IndexWriter(tmp_path, MODEL) as writer:
        put(writer, "bees", "the bees fly")
        writer.commit()
    assert (tmp_path / "README.md").read_text() == "mine"
    assert (tmp_path / ".gitignore").read_text() == "mine"
    assert keys(tmp_path) == ["bees"]


def test_committing_outside_of_the_block_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="outside of the with block"):
        IndexWriter(tmp_path / "index", MODEL).commit()


def test_there_is_no_pickle_anywhere(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            assert path.read_bytes()[:1] != b"\x80", path
    package = Path(__file__).resolve().parents[2] / "rag"
    for path in package.rglob("*.py"):
        code = path.read_text("utf-8")
        for word in (
            "import pickle",
            "from pickle",
            "import shelve",
            "import joblib",
            "import dill",
        ):
            assert word not in code, path
        assert "allow_pickle=True" not in code, path


def test_folders_that_are_named_like_months_are_never_swept(tmp_path: Path) -> None:
    month = tmp_path / "202311"
    month.mkdir()
    (month / "notes.txt").write_text("mine")
    with pytest.raises(IndexFolderError, match=r"other files \(202311"):
        IndexWriter(tmp_path, MODEL).__enter__()
    assert (month / "notes.txt").read_text() == "mine"


def test_folders_of_others_inside_an_index_are_never_swept(folder: Path) -> None:
    for name in ("202311", "20231127", "202311 copy"):
        (folder / name).mkdir()
        (folder / name / "notes.txt").write_text("mine")
    with IndexWriter(folder, MODEL) as writer:
        put(writer, "bridge", "the bridge")
        writer.commit()
    assert {"202311", "20231127", "202311 copy"} < names(folder)
    assert keys(folder) == ["bees", "bridge", "tea"]


def test_a_generation_that_was_never_published_is_swept(folder: Path) -> None:
    with IndexWriter(folder, MODEL) as writer:
        put(writer, "bridge", "the bridge")
        writer.commit()
    (folder / "CURRENT").rename(folder / "later")
    # As if the writer had died between the renaming and the publishing.
    (folder / "000002").rename(folder / "000003")
    with IndexWriter(folder.parent / "again", MODEL) as writer:
        put(writer, "tea", "tea")
        writer.commit()
    (folder.parent / "again" / "000001").rename(folder / "000002")
    (folder / "later").rename(folder / "CURRENT")
    assert keys(folder) == ["tea"]
    with IndexWriter(folder, MODEL):
        assert not (folder / "000003").exists()
    assert names(folder) == {"000002", "CURRENT", "writer.lock"}
