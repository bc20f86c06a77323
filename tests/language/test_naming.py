"""Names that a source lacks, in both languages."""

from pathlib import Path

import pytest

from rag.language.glosses import Glosses
from rag.language.naming import missing_names
from rag.language.words import Segmenter

LATIN = "Norway's ferry office and Mr Tobias Hallgren opened the pier. China Unicom paid for it."
HAN = "渡口由葛若曦主持重建，中国联通出资，人民日报作了报道。"


@pytest.fixture(scope="module")
def glosses(cache: Path, segmenter: Segmenter) -> Glosses:
    return Glosses(cache, segmenter)


@pytest.mark.parametrize(
    ("statement", "source", "names"),
    [
        ("The pier was opened by Tobias Hallgren.", LATIN, []),
        ("The pier was opened by Tobias Lindqvist.", LATIN, ["lindqvist"]),
        ("Lindqvist opened the Norwegian pier.", LATIN, []),
        ("The rebuilding was led by Ge Ruoxi.", HAN, []),
        ("The rebuilding was led by He Yuanming.", HAN, ["he yuanming"]),
        ("It was reported by the People's Daily.", HAN, []),
        ("The money came from China Telecom.", HAN, ["China Telecom"]),
        ("出资的是中国联通。", HAN, []),
        ("出资的是中国电信。", HAN, ["中国电信"]),
        ("出资的是中国联通。", LATIN, []),
        ("出资的是中国电信。", LATIN, ["中国电信"]),
    ],
)
def test_names_that_the_source_lacks(
    statement: str, source: str, names: list[str], segmenter: Segmenter, glosses: Glosses
) -> None:
    assert list(missing_names(statement, source, segmenter, glosses)) == names
