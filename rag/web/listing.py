"""The documents of an index as a table: a line each, sorted by any column, as wide as its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rag.web import markup
from rag.web.phrases import Phrases

MOST_ROWS = 500
"""How many documents are shown at once."""

CLICKS = """
element.addEventListener('click', (event) => {
  const sort = event.target.closest('button[data-column]');
  if (sort) {
    trigger('select', { column: Number(sort.dataset.column) });
    return;
  }
  const row = event.target.closest('tr[data-id]');
  if (!row) return;
  element.querySelector('.yj-chosen')?.classList.remove('yj-chosen');
  row.classList.add('yj-chosen');
  window.yinjuOpener = row.querySelector('button');
  trigger('select', { id: row.dataset.id });
});
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A document in the list. ``id`` names it on the page; ``title`` is "" where it has none."""

    id: str
    title: str
    file: str
    publisher: str
    published: str
    passages: int
    warnings: int


_KEYS: tuple[Callable[[Row], Any], ...] = (
    lambda row: (row.title or row.file).casefold(),
    lambda row: row.publisher.casefold(),
    lambda row: row.published,
    lambda row: row.passages,
)
"""What each column is sorted by."""


@dataclass(frozen=True, slots=True)
class Order:
    """How the list is sorted: by a column, None for the index's own order."""

    column: int | None = None
    falling: bool = False

    def then(self, column: int) -> Order:
        """Return the order after a click on a column's head."""
        return Order(column, self.column == column and not self.falling)

    def sort(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows in this order; those that lack what it goes by come last."""
        if self.column is None:
            return list(rows)
        key = _KEYS[self.column]
        known = sorted((row for row in rows if key(row)), key=key, reverse=self.falling)
        return [*known, *(row for row in rows if not key(row))]


def listing(rows: Sequence[Row], order: Order, chosen: str, words: Phrases) -> str:
    """Return rows as a table in an order, the one with the chosen id marked."""
    if not rows:
        return markup.note(words.none_found)
    heads = "".join(_head(at, name, order) for at, name in enumerate(words.columns))
    lines = "".join(_line(row, row.id == chosen, words) for row in order.sort(rows)[:MOST_ROWS])
    more = ""
    if len(rows) > MOST_ROWS:
        more = markup.note(words.first_of.format(f"{MOST_ROWS:,}", f"{len(rows):,}"))
    return (
        '<div class="yj-shelf"><table class="yj-rows" '
        f'aria-label="{markup.shown(words.documents)}">'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>{more}"
    )


def _head(column: int, name: str, order: Order) -> str:
    sorted_by = order.column == column
    sign = ("↓" if order.falling else "↑") if sorted_by else ""
    way = ("descending" if order.falling else "ascending") if sorted_by else "none"
    return (
        f'<th scope="col" aria-sort="{way}"><button type="button" data-column="{column}">'
        f"{markup.shown(name)} <span>{sign}</span></button></th>"
    )


def _line(row: Row, chosen: bool, words: Phrases) -> str:
    file = f'<span class="yj-file">{markup.shown(row.file)}</span>' if row.title else ""
    warned = words.warnings.format(row.warnings) if row.warnings else ""
    warnings = f'<span class="yj-warning">{markup.shown(warned)}</span>' if warned else ""
    cells = "".join(
        f"<td>{markup.shown(cell)}</td>"
        for cell in (row.publisher, row.published, f"{row.passages:,}")
    )
    mark = ' class="yj-chosen"' if chosen else ""
    return (
        f'<tr data-id="{row.id}"{mark}><td><button type="button">'
        f"{markup.shown(row.title or row.file)}</button>{file}{warnings}</td>{cells}</tr>"
    )
