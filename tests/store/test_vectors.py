import re
from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexDamagedError
from rag.passage_set import PassageSet
from rag.records import Language
from rag.store.vectors import VectorIndex

ZH, EN, OTHER = Language.CHINESE, Language.ENGLISH, Language.OTHER

VECTORS = {10: (1.0, 0.0), 11: (0.6, 0.8), 12: (0.0, 1.0), 13: (-1.0, 0.0)}


def array(*rows: tuple[float, float]) -> np.ndarray:
    return np.array(rows, np.float32)


@pytest.fixture
def vectors() -> VectorIndex:
    index = VectorIndex(2)
    index.add(EN, list(VECTORS), array(*VECTORS.values()))
    index.add(ZH, [20], array((0.8, 0.6)))
    return index


def search(
    index: VectorIndex, limit: int = 9, language: Language = EN, allowed: list[int] | None = None
) -> list[tuple[int, float]]:
    passages = None if allowed is None else PassageSet(allowed)
    found = index.search(array((0.8, 0.6))[0], language, limit, passages)
    return [(number, round(score, 5)) for number, score in found]


def test_scores_are_cosines_best_first(vectors: VectorIndex) -> None:
    assert search(vectors) == [(11, 0.96), (10, 0.8), (12, 0.6), (13, -0.8)]
    assert search(vectors, limit=2) == [(11, 0.96), (10, 0.8)]


def test_each_language_is_searched_alone(vectors: VectorIndex) -> None:
    assert search(vectors, language=ZH) == [(20, 1.0)]
    assert search(vectors, language=OTHER) == []


def test_allowed_ids_limit_before_ranking(vectors: VectorIndex) -> None:
    assert search(vectors, limit=1, allowed=[13, 12]) == [(12, 0.6)]
    assert search(vectors, allowed=[20, 99]) == []
    assert search(vectors, allowed=[]) == []


def test_removed_vectors_are_not_found(vectors: VectorIndex) -> None:
    vectors.remove([11, 99])
    assert search(vectors) == [(10, 0.8), (12, 0.6), (13, -0.8)]
    assert vectors.vector(11) is None
    assert vectors.count(EN) == 3
    assert vectors.ids() == {10, 12, 13, 20}


def test_an_id_can_be_used_again_after_removal(vectors: VectorIndex) -> None:
    vectors.remove([10])
    vectors.add(EN, [10], array((0.8, 0.6)))
    assert search(vectors, limit=1) == [(10, 1.0)]
    assert vectors.vector(10) == pytest.approx([0.8, 0.6])


def test_a_vector_is_found_by_its_id_in_any_language(vectors: VectorIndex) -> None:
    assert vectors.vector(20) == pytest.approx([0.8, 0.6])
    assert vectors.vector(21) is None


def test_the_mean_follows_every_change(vectors: VectorIndex) -> None:
    assert vectors.mean(EN) == pytest.approx([0.15, 0.45])
    assert vectors.mean(OTHER) is None
    vectors.remove([13])
    assert vectors.mean(EN) == pytest.approx([1.6 / 3, 0.6])
    vectors.add(EN, [14], array((0.0, -1.0)))
    assert vectors.mean(EN) == pytest.approx([0.4, 0.2])


def test_saved_vectors_are_loaded_again(vectors: VectorIndex, tmp_path: Path) -> None:
    vectors.save(tmp_path)
    loaded = VectorIndex.load(tmp_path, 2)
    assert search(loaded) == search(vectors)
    assert loaded.ids() == vectors.ids()
    loaded.remove([11])
    assert search(loaded, limit=1) == [(10, 0.8)]


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    VectorIndex(2).save(tmp_path)
    loaded = VectorIndex.load(tmp_path, 2)
    assert search(loaded) == []
    assert loaded.ids() == set()


def test_files_that_are_no_vectors_or_of_another_dimension_are_damaged(
    vectors: VectorIndex, tmp_path: Path
) -> None:
    vectors.save(tmp_path)
    with pytest.raises(IndexDamagedError, match="is not a whole vector file"):
        VectorIndex.load(tmp_path, 3)
    for path in (tmp_path / "vectors").glob("en-*"):
        whole = path.read_bytes()
        for content in (b"", b"hello", whole[: len(whole) // 2]):
            path.write_bytes(content)
            with pytest.raises(IndexDamagedError, match=re.escape(str(path))):
                VectorIndex.load(tmp_path, 2)
        path.write_bytes(whole)
    assert search(VectorIndex.load(tmp_path, 2)) == search(vectors)
