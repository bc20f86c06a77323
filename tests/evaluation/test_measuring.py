import json
import logging
from pathlib import Path

import pytest

import rag.evaluation
from rag.errors import UsageError
from rag.evaluation import Engine, ProofSet, Split, evaluate, measuring, plots
from rag.evaluation.gold import GoldQuestion

PNG = b"\x89PNG"


def test_the_public_names_are_sorted_and_there() -> None:
    assert rag.evaluation.__all__ == sorted(rag.evaluation.__all__)
    assert all(hasattr(rag.evaluation, name) for name in rag.evaluation.__all__)


def test_an_evaluation_writes_its_report_with_every_setting(
    recovered: GoldQuestion,
    arrested: GoldQuestion,
    unknown: GoldQuestion,
    engine: Engine,
    tmp_path: Path,
) -> None:
    gold = [recovered, arrested, unknown]
    settings = {"threshold": 0.3, "model": "<b>e5</b>"}
    report = evaluate(engine, gold, settings=settings, out=tmp_path / "out", depth=10)
    content = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    recorded = content["settings"]
    assert (recorded["threshold"], recorded["split"], recorded["search_depth"]) == (0.3, "all", 10)
    assert (recorded["questions"], recorded["bootstrap_seed"]) == (3, 20)
    assert len(recorded["questions_sha256"]) == 64
    assert content["results"][0]["ranks"]["dense"] == {"passages": [2], "documents": [1]}
    assert content["results"][1]["answer"] == "4.04万起"
    (right,) = [
        item["interval"]
        for item in content["scores"]
        if (item["group"], item["measure"]) == ("all", "right")
    ]
    assert right["mean"] == pytest.approx(1 / 3)
    assert "Wrong: 2 of 3." in (tmp_path / "out" / "report.md").read_text("utf-8")
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert page.count("data:image/png;base64,") == 5
    assert "37.2%&lt;script&gt;" in page and "<script" not in page
    assert "&lt;b&gt;e5&lt;/b&gt;" in page and "<b>" not in page
    assert "http://" not in page and "https://" not in page
    assert report.settings["model"] == "<b>e5</b>"


def test_a_split_takes_only_its_questions(
    recovered: GoldQuestion,
    arrested: GoldQuestion,
    engine: Engine,
) -> None:
    report = evaluate(engine, [recovered, arrested], split=Split.DEV)
    assert [result.id for result in report.results] == ["g2"]
    assert report.settings["split"] == "dev"


def test_no_question_left_is_an_error(recovered: GoldQuestion, engine: Engine) -> None:
    with pytest.raises(UsageError, match=r"no gold question with digest proofs .* split 'dev'"):
        evaluate(engine, [recovered], split=Split.DEV)
    with pytest.raises(UsageError, match=r"no gold question with raw proofs .* split 'all'"):
        evaluate(engine, [recovered], proof_set=ProofSet.RAW)


def test_plots_are_png_images_by_title(
    recovered: GoldQuestion,
    unknown: GoldQuestion,
    engine: Engine,
) -> None:
    images = plots.draw(evaluate(engine, [recovered, unknown]))
    assert next(iter(images)) == "By language pair"
    assert all(image.startswith(PNG) for image in images.values())
    assert len(plots.draw(evaluate(engine, [unknown]))) == 5


def test_without_matplotlib_the_page_says_how_to_get_the_plots(
    recovered: GoldQuestion,
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def missing(_report: object) -> dict[str, bytes]:
        raise UsageError("the plots need matplotlib: pip install 'yinju[eval]'")

    monkeypatch.setattr(measuring.plots, "draw", missing)
    with caplog.at_level(logging.WARNING):
        evaluate(engine, [recovered], out=tmp_path)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "pip install &#x27;yinju[eval]&#x27;" in page and "data:image" not in page
    assert "pip install" in caplog.text
