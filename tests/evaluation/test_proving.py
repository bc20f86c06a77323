from collections.abc import Callable
from dataclasses import replace

import pytest

from rag.evaluation import proving
from rag.evaluation.gold import Proof
from rag.records import Citation, Document, Passage

Quote = Callable[..., Citation]
SENTENCE = "Nearly 300 million yuan was returned."


def test_a_document_is_known_by_its_file_name_or_its_key(guangxi: Document) -> None:
    assert proving.is_from(guangxi, "guangxi-2025-12.md")
    assert proving.is_from(replace(guangxi, path=r"C:\seeds\guangxi-2025-12.md"), guangxi.key)
    assert proving.is_from(replace(guangxi, path=r"C:\seeds\a.md"), "a.md")
    assert not proving.is_from(guangxi, "2025-12.md")


def test_a_passage_proves_with_the_words_and_the_document(guangxi: Document) -> None:
    passage = Passage(guangxi.key, 18, 18 + len(SENTENCE), SENTENCE)
    assert proving.passage_proves(passage, guangxi, Proof("guangxi-2025-12.md", "300 million"))
    assert not proving.passage_proves(passage, guangxi, Proof("guangxi-2025-12.md", "37.2%"))
    assert not proving.passage_proves(passage, guangxi, Proof("other.md", "300 million"))


@pytest.mark.parametrize(
    "words",
    [
        "300 million yuan was returned",  # the quotation has the proof
        "Cases fell 37.2%. Nearly 300 million yuan was returned.",  # the proof has the quotation
        "37.2%. Nearly 300 million yuan was",  # 27 of 34 characters in common
    ],
)
def test_a_quotation_proves_by_its_words(guangxi: Document, quote: Quote, words: str) -> None:
    proof = Proof("guangxi-2025-12.md", words)
    assert proving.quote_proves(quote(guangxi, SENTENCE), proof, ())


def test_less_than_most_of_the_shorter_in_common_proves_nothing(
    guangxi: Document, quote: Quote
) -> None:
    proof = Proof("guangxi-2025-12.md", "Cases fell 37.2%. Nearly 300")  # 10 of 28
    assert not proving.quote_proves(quote(guangxi, SENTENCE), proof, ())


def test_an_accepted_answer_in_quotation_and_proof_proves_in_the_same_document_only(
    guangxi: Document, quote: Quote
) -> None:
    citation = quote(guangxi, SENTENCE)
    words = "money returned came to 300,000,000"
    accepted = ("近3亿元", "300 million yuan")
    assert proving.quote_proves(citation, Proof("guangxi-2025-12.md", words), accepted)
    assert not proving.quote_proves(citation, Proof("other.md", words), accepted)
    assert not proving.quote_proves(citation, Proof("guangxi-2025-12.md", "37.2%"), accepted)


def test_a_quotation_supports_with_an_accepted_answer_from_any_document(
    guangxi: Document, quote: Quote
) -> None:
    proofs = [Proof("other.md", "nothing like it")]
    assert proving.quote_supports(quote(guangxi, SENTENCE), proofs, ["近3亿元"])
    assert not proving.quote_supports(quote(guangxi, SENTENCE), proofs, ["近3万元"])


def test_words_are_located_across_blanks_and_width() -> None:
    assert proving.locate("共 ３ ００\n亿元。", "300亿元") == (2, 9)
    assert proving.locate("共300亿元", "301") is None
    assert proving.locate("共300亿元", " ") is None


@pytest.mark.parametrize(
    ("proofs", "differ"),
    [
        ([("a.md", "40 mills"), ("b.md", "31 mills stand")], True),
        ([("a.md", "40 mills"), ("b.md", "共40座")], False),
        ([("a.md", "40 mills, once 31")], False),
        ([("a.md", "40 mills"), ("a.md", "31 mills")], False),
        ([("a.md", "40 mills"), ("b.md", "no figure")], False),
        ([("a.md", "40 mills"), ("b.md", "not accepted: 12")], False),
    ],
)
def test_sources_differ_when_documents_give_other_accepted_figures(
    proofs: list[tuple[str, str]], differ: bool
) -> None:
    made = [Proof(document, words) for document, words in proofs]
    assert proving.sources_differ(made, ["40座", "31 mills"]) is differ
