import json
from pathlib import Path
from typing import Any

import pytest

from rag.errors import SourceError
from rag.evaluation.gold import GoldQuestion, Proof, Split, load_gold
from rag.records import Language


def line(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    item = {
        "id": "g1",
        "question": "广西追回多少钱?",
        "language": "zh",
        "kind": "how_much",
        "split": "test",
        "answerable": True,
        "cross_lingual": True,
        "answers": ["近3亿元"],
        "proofs": [{"document": "guangxi.md", "words": "nearly 300 million yuan"}],
        "raw": [{"file": "000.txt", "words": "300 million"}],
    }
    return {name: value for name, value in {**item, **changes}.items() if value is not ...}


def write(folder: Path, *items: object) -> Path:
    path = folder / "gold.jsonl"
    path.write_text("\n".join(json.dumps(item, ensure_ascii=False) for item in items), "utf-8")
    return path


def test_a_question_is_read_whole(tmp_path: Path) -> None:
    assert load_gold(write(tmp_path, line())) == [
        GoldQuestion(
            id="g1",
            question="广西追回多少钱?",
            language=Language.CHINESE,
            kind="how_much",
            split=Split.TEST,
            answerable=True,
            cross_lingual=True,
            paraphrase=False,
            answers=("近3亿元",),
            proofs=(Proof("guangxi.md", "nearly 300 million yuan"),),
            raw=(Proof("000.txt", "300 million"),),
        )
    ]


def test_empty_lines_are_passed_over_and_still_counted(tmp_path: Path) -> None:
    path = write(tmp_path, line())
    path.write_text("\n" + path.read_text("utf-8") + "\n\n{}", "utf-8")
    with pytest.raises(SourceError, match="line 4: missing id, question, kind"):
        load_gold(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"split": "train"}, "split must be one of dev, test, found 'train'"),
        ({"language": "fr"}, "language must be one of zh, en, found 'fr'"),
        ({"language": ["zh"]}, "language must be one of zh, en, found"),
        ({"answerable": "yes"}, "answerable must be true or false, found 'yes'"),
        ({"question": " "}, "question must be text"),
        ({"answers": "近3亿元"}, "answers must be a list of texts"),
        ({"answers": []}, "needs answers"),
        ({"proofs": [], "raw": []}, "needs answers, and proofs or raw"),
        ({"proofs": [{"document": "a.md"}]}, "proofs must hold"),
        ({"raw": [{"file": "a.txt", "words": ""}]}, "raw: file and words must be text"),
        ({"proofs": {}}, "proofs must be a list"),
        ({"answerable": False}, "an unanswerable question can have no answers"),
        ({"note": "x"}, "unknown note"),
        ({"kind": ...}, "missing kind"),
    ],
)
def test_a_wrong_line_is_named_with_what_was_expected(
    tmp_path: Path,
    changes: dict[str, Any],
    message: str,
) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        load_gold(write(tmp_path, line(id="g0"), line(**changes)))
    assert "gold.jsonl, line 2: " in str(caught.value)


def test_what_is_no_object_or_no_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="line 1: expected a JSON object, found list"):
        load_gold(write(tmp_path, []))
    (tmp_path / "gold.jsonl").write_text("{", "utf-8")
    with pytest.raises(SourceError, match="line 1: Expecting property name"):
        load_gold(tmp_path / "gold.jsonl")


def test_an_id_is_used_once(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="line 2: the id 'g1' is used twice"):
        load_gold(write(tmp_path, line(), line()))


def test_a_missing_file_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        load_gold(tmp_path / "none.jsonl")


def test_the_pair_is_the_question_language_and_the_proof_language(
    recovered: GoldQuestion, arrested: GoldQuestion, unknown: GoldQuestion
) -> None:
    assert [item.pair for item in (recovered, arrested, unknown)] == [
        "zh->en",
        "zh->zh",
        "en->none",
    ]
