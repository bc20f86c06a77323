"""The map's picture: passages as points of an SVG, a colour a document, with a legend."""

from __future__ import annotations

import colorsys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.web import markup
from rag.web.phrases import Phrases

MOST_NAMED = 12
"""How many documents the legend names."""

_WIDTH, _HEIGHT, _MARGIN = 800, 600, 24
_MANY = 300
_GOLDEN_ANGLE = 137.508
_LUMINANCE = 0.2
"""Of every colour: its contrast is above 4 to 1 on white and on Gradio's dark background."""


@dataclass(frozen=True, slots=True)
class Point:
    """A passage's id, its document's key and title, and its place, both directions from 0 to 1."""

    number: int
    key: str
    title: str
    x: float
    y: float


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """The points of one generation of an index.

    ``vectors`` has a row for each point, and ``total`` is how many passages the index has.
    """

    points: tuple[Point, ...]
    vectors: NDArray[np.float32]
    total: int


def picture(placed: Placed, hits: Sequence[Point], words: Phrases) -> str:
    """Return points as an SVG with a legend, a colour a document.

    Hits are larger and ringed, the first one on top.
    """
    titles = {point.key: point.title for point in (*placed.points, *hits)}
    sizes = Counter(point.key for point in placed.points)
    ranked = sorted(titles, key=lambda key: -sizes[key])
    colours = {key: colour(rank) for rank, key in enumerate(ranked)}
    count, ringed = len(placed.points), {hit.number for hit in hits}
    # What is drawn last lies on top, and is where the tab key comes to.
    drawn = [point for point in placed.points if point.number not in ringed]
    drawn += reversed(hits)
    radius = 4 if count > _MANY else 7
    circles = "".join(
        _circle(point, colours[point.key], radius, point.number in ringed, point is drawn[-1])
        for point in drawn
    )
    facts = words.mapped.format(f"{count:,}")
    if count < placed.total:
        facts = words.mapped_of.format(f"{count:,}", f"{placed.total:,}")
    lines = map(markup.shown, (facts, words.map_hint, *([words.ringed] if hits else [])))
    legend = _legend([(titles[key], colours[key]) for key in ranked], words)
    style = "yj-map yj-many" if count > _MANY else "yj-map"
    return (
        f'<p class="yj-note">{"<br>".join(lines)}</p>'
        f'<svg class="{style}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="group" '
        f'aria-label="{markup.shown(facts)}">{circles}</svg>{legend}'
    )


def _circle(point: Point, fill: str, radius: int, ringed: bool, stop: bool) -> str:
    x = _MARGIN + point.x * (_WIDTH - 2 * _MARGIN)
    y = _MARGIN + point.y * (_HEIGHT - 2 * _MARGIN)
    return (
        f'<circle class="{"yj-hit" if ringed else "yj-point"}" cx="{x:.1f}" cy="{y:.1f}" '
        f'r="{radius + 4 * ringed}" fill="{fill}" data-act="open" data-number="{point.number}" '
        f'role="button" tabindex="{0 if stop else -1}">'
        f"<title>{markup.shown(point.title)}</title></circle>"
    )


def _legend(named: Sequence[tuple[str, str]], words: Phrases) -> str:
    items = [
        f'<li><span style="background: {fill}"></span>{markup.shown(title)}</li>'
        for title, fill in named[:MOST_NAMED]
    ]
    if len(named) > MOST_NAMED:
        more = words.and_more.format(f"{len(named) - MOST_NAMED:,}")
        items.append(f"<li>{markup.shown(more)}</li>")
    return f'<ul class="yj-legend">{"".join(items)}</ul>'


def colour(rank: int) -> str:
    """Return the colour of a document by its rank, as hsl, to be read on light and on dark.

    The hues of ranks that follow each other are far apart, and all are as bright to the eye: of
    one luminance, as WCAG 2 defines it.
    """
    hue = rank * _GOLDEN_ANGLE % 360
    low, high = 0.0, 1.0
    for _ in range(10):
        lightness = (low + high) / 2
        if _luminance(hue, lightness) < _LUMINANCE:
            low = lightness
        else:
            high = lightness
    return f"hsl({hue:.0f} 70% {low * 100:.0f}%)"


def _luminance(hue: float, lightness: float) -> float:
    linear = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in colorsys.hls_to_rgb(hue / 360, lightness, 0.7)
    )
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
