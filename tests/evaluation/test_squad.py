import json
from pathlib import Path

import pytest

from rag.errors import SourceError
from rag.evaluation.squad import SquadParagraph, SquadQuestion, read_squad


def test_paragraphs_are_read_with_their_place_for_an_id(tmp_path: Path) -> None:
    item = {
        "context": "在歐洲。",
        "qas": [{"id": 7, "question": "哪裡?", "answers": [{"text": "歐洲"}, {"text": "歐洲"}]}],
    }
    content = {"data": [{"title": "梵語", "paragraphs": [{"context": "", "qas": []}, item]}]}
    path = tmp_path / "set.json"
    path.write_text(json.dumps(content), "utf-8")
    assert read_squad(path) == [
        SquadParagraph("0-0", "梵語", "", ()),
        SquadParagraph("0-1", "梵語", "在歐洲。", (SquadQuestion("7", "哪裡?", ("歐洲",)),)),
    ]


def test_another_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    path.write_text('{"data": [{"text": 1}]}', "utf-8")
    with pytest.raises(SourceError, match="not in SQuAD's form"):
        read_squad(path)
    with pytest.raises(SourceError, match="cannot be read"):
        read_squad(tmp_path / "none.json")
