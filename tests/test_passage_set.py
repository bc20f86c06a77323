import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rag.passage_set import PassageSet


@given(st.sets(st.integers(0, 300)), st.lists(st.integers(0, 400)))
def test_it_holds_what_it_was_made_of(ids: set[int], asked: list[int]) -> None:
    found = PassageSet(ids)
    assert list(found) == sorted(ids)
    assert len(found) == len(ids)
    assert bool(found) == bool(ids)
    assert found.holds(np.array(asked, np.int64)).tolist() == [number in ids for number in asked]
    assert [number in found for number in asked] == [number in ids for number in asked]


def test_ids_given_twice_or_as_an_array_count_once() -> None:
    assert list(PassageSet(np.array([3, 1, 3]))) == [1, 3]
