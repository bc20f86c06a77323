"""The map of passages: what is drawn, and what a visitor is told."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from rag.engine import Engine
from rag.web import map as tab
from rag.web import picture as drawing
from rag.web.chat import Turn
from rag.web.map import Map
from rag.web.phrases import CHINESE, ENGLISH
from rag.web.picture import MOST_NAMED, Placed, Point, colour, picture

HOSTILE = "</title></svg><script>alert(1)</script>{{constructor}} ${alert(1)} 'a' \"b\""
TEXTS = {
    "tower": "The tower is 98 m high.",
    "gate": "The west gate opens at nine.",
    "hostile": "The ferry carries 48 cars.",
}


class Reader(HTMLParser):
    """Collects what a browser would make of a picture."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.circles: list[dict[str, str | None]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag == "circle":
            self.circles.append(dict(attrs))
        if tag != "br":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._open[-1], []).append(data)


def placed(points: list[Point], total: int | None = None) -> Placed:
    count = len(points)
    return Placed(tuple(points), np.eye(count, 4, dtype=np.float32), total or count)


def test_a_hostile_title_is_shown_as_text() -> None:
    html = picture(placed([Point(1, "k", HOSTILE, 0, 1)]), [], ENGLISH)
    reader = Reader(html)
    assert reader.texts["title"] == [HOSTILE]
    assert HOSTILE in reader.texts["li"]
    assert reader.tags == {"p", "br", "svg", "circle", "title", "ul", "li", "span"}
    for sign in ("{", "}", "$"):
        assert sign not in html


def test_hits_are_ringed_larger_and_on_top() -> None:
    points = [Point(n, "k", "T", 0.5, 0.5) for n in (7, 8, 9)]
    reader = Reader(picture(placed(points), points[:2], ENGLISH))
    assert [circle["data-number"] for circle in reader.circles] == ["9", "8", "7"]
    other, *hits = reader.circles
    assert other["class"] == "yj-point"
    assert {hit["class"] for hit in hits} == {"yj-hit"}
    assert min(float(hit["r"] or 0) for hit in hits) > float(other["r"] or 0)
    assert [circle["tabindex"] for circle in reader.circles] == ["-1", "-1", "0"]
    assert ENGLISH.ringed in reader.texts["p"]
    assert ENGLISH.ringed not in Reader(picture(placed(points), [], ENGLISH)).texts["p"]


def test_points_stand_inside_the_picture() -> None:
    points = [Point(1, "a", "A", 0, 0), Point(2, "b", "B", 1, 1)]
    for circle in Reader(picture(placed(points), [], ENGLISH)).circles:
        radius = float(circle["r"] or 0)
        assert radius <= float(circle["cx"] or 0) <= 800 - radius
        assert radius <= float(circle["cy"] or 0) <= 600 - radius


def test_the_legend_names_the_biggest_documents_first_in_their_colours() -> None:
    points = [Point(n, f"k{n}", f"T{n}", 0, 0) for n in range(MOST_NAMED + 2)]
    points.append(Point(99, "k5", "T5", 0, 0))
    reader = Reader(picture(placed(points), [], ENGLISH))
    named = reader.texts["li"]
    assert named[:2] == ["T5", "T0"]
    assert named[MOST_NAMED:] == ["and 2 more"]
    assert {c["fill"] for c in reader.circles if c["data-number"] in ("5", "99")} == {colour(0)}
    assert len({circle["fill"] for circle in reader.circles}) == MOST_NAMED + 2


def test_a_sample_says_of_how_many_passages_it_is() -> None:
    points = [Point(n, "k", "T", 0, 0) for n in range(1500)]
    assert "1,500 of 11,514 passages" in picture(placed(points, 11_514), [], ENGLISH)
    assert "11,514 个段落中的 1,500 个" in picture(placed(points, 11_514), [], CHINESE)
    assert "Passages: 1,500" in picture(placed(points), [], ENGLISH)


@pytest.mark.parametrize("rank", range(40))
def test_colours_have_contrast_on_light_and_on_dark(rank: int) -> None:
    found = re.fullmatch(r"hsl\((\d+) 70% (\d+)%\)", colour(rank))
    assert found
    luminance = drawing._luminance(int(found[1]), int(found[2]) / 100)
    assert 1.05 / (luminance + 0.05) > 3.5
    assert (luminance + 0.05) / 0.055 > 3.5


@pytest.fixture
def plane(engine: Engine) -> Map:
    with gr.Blocks():
        return Map(engine)


def fill(engine: Engine, folder: Path, keys: list[str]) -> None:
    path = folder / "all.jsonl"
    rows = [{"id": key, "title": key.title(), "text": TEXTS[key]} for key in keys]
    path.write_text("\n".join(map(json.dumps, rows)))
    engine.add([path])


def ask(engine: Engine, question: str) -> tuple[Turn, ...]:
    return (Turn(question, question, engine.ask(question)),)


def open_point(plane: Map, data: object) -> object:
    return plane._open(ENGLISH, gr.EventData(None, data))


def test_an_empty_index_says_so(plane: Map) -> None:
    [(html, drawn)] = plane._draw(ENGLISH, ())
    assert ENGLISH.nothing_to_map in html
    assert drawn


def test_it_is_placed_once_a_generation(plane: Map, engine: Engine, tmp_path: Path) -> None:
    fill(engine, tmp_path, ["tower", "gate"])
    line, first = (html for html, _ in plane._draw(ENGLISH, ()))
    assert ENGLISH.placing in line
    assert len(Reader(first).circles) == 2
    assert [html for html, _ in plane._draw(ENGLISH, ())] == [first]
    fill(engine, tmp_path, ["tower", "gate", "hostile"])
    _, second = (html for html, _ in plane._draw(ENGLISH, ()))
    assert len(Reader(second).circles) == 3


def test_what_was_quoted_last_is_marked_and_opens(
    plane: Map, engine: Engine, tmp_path: Path
) -> None:
    fill(engine, tmp_path, ["tower", "gate", "hostile"])
    turns = ask(engine, "When opens the west gate?")
    *_, (html, _) = plane._draw(ENGLISH, (*ask(engine, "How high is the tower?"), *turns))
    [hit] = [circle for circle in Reader(html).circles if circle["class"] == "yj-hit"]
    opened = open_point(plane, {"number": hit["data-number"]})
    assert isinstance(opened, str)
    assert "<h3>Gate</h3>" in opened
    assert TEXTS["gate"] in opened


def test_a_hit_outside_the_sample_stands_where_the_nearest_one_does(
    plane: Map, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(engine, tmp_path, ["tower", "gate", "hostile"])
    monkeypatch.setattr(tab, "sample", lambda count: [0])
    *_, (html, _) = plane._draw(ENGLISH, ask(engine, "When opens the west gate?"))
    point, hit = Reader(html).circles
    assert (hit["cx"], hit["cy"]) == (point["cx"], point["cy"])
    assert Reader(html).texts["title"] == ["Tower", "Gate"]
    assert "1 of 3 passages" in html


@pytest.mark.parametrize(
    "data", [None, {}, {"number": 1}, {"number": "-1"}, {"number": f"{2**70}"}]
)
def test_a_click_on_no_passage_does_nothing(plane: Map, engine: Engine, data: object) -> None:
    assert open_point(plane, data) == gr.skip()


def test_a_passage_that_was_deleted_is_said_to_be_gone(
    plane: Map, engine: Engine, tmp_path: Path
) -> None:
    fill(engine, tmp_path, ["tower", "gate"])
    engine.delete(["gate"])
    opened = [str(open_point(plane, {"number": number})) for number in ("1", "2")]
    assert [ENGLISH.gone in html for html in opened] == [False, True]


def test_a_switch_of_language_draws_only_what_was_seen(
    plane: Map, engine: Engine, tmp_path: Path
) -> None:
    fill(engine, tmp_path, ["tower", "gate"])
    assert list(plane._draw_again(CHINESE, (), False)) == [(gr.skip(), gr.skip())]
    *_, (html, _) = plane._draw_again(CHINESE, (), True)
    assert CHINESE.map_hint in html
