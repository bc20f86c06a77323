import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import IndexDamagedError
from rag.passage_set import PassageSet
from rag.records import Language
from rag.store import segments as module
from rag.store.vectors import VectorIndex

EN = Language.ENGLISH
DIMENSION = 16
MOST_EXACT = 600


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have codes from 601 vectors on."""
    monkeypatch.setattr(module, "MOST_EXACT", MOST_EXACT)


def unit(count: int, seed: int, about: Sequence[float] = ()) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSION))
    rows[:, : len(about)] += np.array(about)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


class Model:
    """What an index should hold, and what it should find."""

    def __init__(self) -> None:
        self.rows: dict[int, np.ndarray] = {}

    def best(
        self, question: np.ndarray, limit: int, allowed: set[int] | None = None
    ) -> list[tuple[int, float]]:
        ids = [i for i in self.rows if allowed is None or i in allowed]
        scores = np.array([self.rows[i] for i in ids]).reshape(len(ids), DIMENSION) @ question
        ranked = sorted(zip(ids, scores.tolist(), strict=True), key=lambda x: (-x[1], x[0]))
        return ranked[:limit]


def same(found: list[tuple[int, float]], expected: list[tuple[int, float]]) -> bool:
    return [i for i, _ in found] == [i for i, _ in expected] and np.allclose(
        [score for _, score in found], [score for _, score in expected], atol=1e-6
    )


STEPS = st.lists(
    st.tuples(st.integers(0, 60), st.sets(st.integers(1, 120), max_size=40), st.booleans()),
    min_size=1, max_size=5,
)  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS, st.sets(st.integers(1, 200)), st.integers(1, 70))
def test_any_changes_and_commits_give_what_brute_force_gives(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[int, set[int], bool]],
    allowed: set[int],
    limit: int,
) -> None:
    index, model, number = VectorIndex(DIMENSION), Model(), 0
    question = unit(1, 1)[0]
    for added, removed, commits in steps:
        rows = unit(added, number + 7)
        ids = list(range(number + 1, number + 1 + added))
        number += added
        index.add(EN, ids, rows)
        model.rows.update(zip(ids, rows, strict=True))
        index.remove(removed)
        for gone in removed:
            model.rows.pop(gone, None)
        if commits:
            folder = tmp_path_factory.mktemp("index")
            index.save(folder)
            index = VectorIndex.load(folder, DIMENSION)
        assert index.ids() == set(model.rows)
        assert index.count(EN) == len(model.rows)
        assert same(index.search(question, EN, limit, None), model.best(question, limit))
        found = index.search(question, EN, limit, PassageSet(allowed))
        assert same(found, model.best(question, limit, allowed))
        if model.rows:
            expected = np.mean(list(model.rows.values()), axis=0)
            assert index.mean(EN) == pytest.approx(expected, abs=1e-6)


@pytest.fixture
def large(tmp_path: Path) -> tuple[VectorIndex, Model]:
    """3,000 vectors over several commits: half about one direction, half about the other."""
    index, model = VectorIndex(DIMENSION), Model()
    for start in range(0, 3000, 750):
        about = [4.0] if start < 1500 else [-4.0]
        ids, rows = list(range(start, start + 750)), unit(750, start, about)
        index.add(EN, ids, rows)
        model.rows.update(zip(ids, rows, strict=True))
        folder = tmp_path / str(start)
        folder.mkdir()
        index.save(folder)
        index = VectorIndex.load(folder, DIMENSION)
    return index, model


def recall(index: VectorIndex, model: Model, allowed: set[int] | None = None) -> float:
    """Return which part of the ten best is found, checking what must hold of what is."""
    shares = []
    passages = None if allowed is None else PassageSet(allowed)
    for question in unit(20, 99, [1.0]):
        found = index.search(question, EN, 10, passages)
        expected = model.best(question, 10, allowed)
        assert len(found) == len(expected)
        assert [score for _, score in found] == pytest.approx(
            [float(model.rows[i] @ question) for i, _ in found], abs=1e-6
        )
        assert found == sorted(found, key=lambda item: (-item[1], item[0]))
        assert allowed is None or allowed.issuperset(i for i, _ in found)
        shares.append(len({i for i, _ in found} & {i for i, _ in expected}) / len(expected))
    return float(np.mean(shares))


def test_a_large_index_finds_nearly_all_by_codes_with_exact_scores(
    large: tuple[VectorIndex, Model], tmp_path: Path
) -> None:
    assert list((tmp_path / "2250" / "vectors").glob("*.faiss"))
    assert recall(*large) > 0.9


@pytest.mark.parametrize("every", [2, 12])
def test_a_filter_is_met_however_far_from_the_question_it_leads(
    large: tuple[VectorIndex, Model], every: int
) -> None:
    index, model = large
    assert recall(index, model, set(range(0, 3000, every))) > 0.9
    # All on the other side: none of the lists next to the question has any.
    assert recall(index, model, set(range(1500, 3000, every))) > 0.9
    assert recall(index, model, {2999}) == 1.0


def test_what_was_removed_from_a_large_index_is_not_found(
    large: tuple[VectorIndex, Model], tmp_path: Path
) -> None:
    index, model = large
    for question in unit(5, 99, [1.0]):
        best = {i for i, _ in index.search(question, EN, 20, None)}
        index.remove(best)
        for number in best:
            del model.rows[number]
        assert not best & {i for i, _ in index.search(question, EN, 20, None)}
    index.save(tmp_path)
    assert recall(VectorIndex.load(tmp_path, DIMENSION), model) > 0.9


def names(folder: Path) -> set[str]:
    return {path.name for path in (folder / "vectors").iterdir()}


def test_a_commit_writes_what_changed_and_links_the_rest(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    index = VectorIndex(DIMENSION)
    index.add(EN, range(5000), unit(5000, 1))
    index.save(first)
    index = VectorIndex.load(first, DIMENSION)
    index.add(EN, [9000], unit(1, 2))
    index.remove([17])
    index.save(second)
    kept = names(first) & names(second)
    assert kept == names(first)
    for name in kept:
        linked = (first / "vectors" / name).samefile(second / "vectors" / name)
        assert linked != name.endswith(".state.npz")
    assert VectorIndex.load(first, DIMENSION).vector(17) is not None
    assert VectorIndex.load(second, DIMENSION).vector(17) is None


def test_small_segments_become_one_and_so_does_one_that_is_mostly_removed(tmp_path: Path) -> None:
    index = VectorIndex(DIMENSION)
    for commit in range(6):
        index.add(EN, range(commit * 1000, commit * 1000 + 1000), unit(1000, commit))
        if commit == 5:
            index.remove(range(4000))
        folder = tmp_path / str(commit)
        folder.mkdir()
        index.save(folder)
        assert len(list((folder / "vectors").glob("*.ids.npy"))) <= 2
        index = VectorIndex.load(folder, DIMENSION)
    assert index.ids() == set(range(4000, 6000))
    (path,) = (folder / "vectors").glob("*.ids.npy")
    assert np.load(path).tolist() == list(range(4000, 6000))


def test_files_of_a_large_segment_that_are_not_whole_are_damaged(
    large: tuple[VectorIndex, Model], tmp_path: Path
) -> None:
    folder = tmp_path / "2250"
    for path in (folder / "vectors").iterdir():
        whole = path.read_bytes()
        for content in (b"", b"hello", whole[: len(whole) // 2], whole[:-1]):
            path.write_bytes(content)
            with pytest.raises(IndexDamagedError, match=re.escape(str(path))):
                VectorIndex.load(folder, DIMENSION)
        path.write_bytes(whole)
    assert recall(VectorIndex.load(folder, DIMENSION), large[1]) > 0.9


def test_codes_of_other_rows_are_damaged(tmp_path: Path) -> None:
    for count in (700, 701):
        index = VectorIndex(DIMENSION)
        index.add(EN, range(count), unit(count, count))
        (tmp_path / str(count)).mkdir()
        index.save(tmp_path / str(count))
    (path,) = (tmp_path / "700").glob("vectors/*.faiss")
    (other,) = (tmp_path / "701").glob("vectors/*.faiss")
    path.write_bytes(other.read_bytes())
    with pytest.raises(IndexDamagedError, match=re.escape(str(path))):
        VectorIndex.load(tmp_path / "700", DIMENSION)
