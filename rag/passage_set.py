"""What a search is limited to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Allowed = Any
"""The passages that pass filters, as the store has them that was asked: a ``PassageSet``, or the
condition that a server checks. It is only handed back to that store's searches."""


class PassageSet:
    """Passage ids, sorted, eight bytes each, and a mask over all ids; it never changes."""

    def __init__(self, ids: Iterable[int]) -> None:
        import numpy as np

        found = ids if isinstance(ids, np.ndarray) else np.fromiter(ids, np.int64)
        self.ids: NDArray[np.int64] = np.unique(found.astype(np.int64, copy=False))

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[int]:
        return iter(self.ids.tolist())

    def __contains__(self, passage: int) -> bool:
        return 0 <= passage < len(self._mask) and bool(self._mask[passage])

    @cached_property
    def _mask(self) -> NDArray[np.bool_]:
        """Whether each id from 0 to beyond the highest one is in the set."""
        import numpy as np

        mask = np.zeros(int(self.ids[-1]) + 2 if len(self.ids) else 1, np.bool_)
        mask[self.ids] = True
        return mask

    def holds(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return for each id whether it is in the set, shape (len(ids),)."""
        import numpy as np

        held: NDArray[np.bool_] = self._mask[np.minimum(ids, len(self._mask) - 1)]
        return held
