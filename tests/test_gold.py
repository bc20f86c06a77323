"""Checks on the gold question set and on the sample digests it is written over."""

from __future__ import annotations

import datetime
import json
import os
import re
from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NotRequired, TypedDict

import pytest

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "seeds"
GOLD = ROOT / "eval" / "gold.jsonl"

KINDS = {
    "how_much",
    "how_many",
    "who",
    "when",
    "where",
    "which",
    "what",
    "why",
    "measures",
    "conflict",
    "unanswerable",
}
CLAUSE_KINDS = {"what", "why", "measures"}

# Names that a digest has to carry as they are; a run is not counted across them.
NAMES = (
    "国务院打击治理网络新型违法犯罪部际联席会议",
    "“一观察、二询问、三警示、四留痕”",
)
LONGEST_CHINESE_RUN = 13
LONGEST_ENGLISH_RUN = 7

STOP_TEXT = (
    "how much many what which who when where why does do did the a an of in on to for by is are "
    "was with and that its it they have has had at from such so as their our out up be been s or "
    "not"
)
STOP_WORDS = frozenset(STOP_TEXT.split())


class Proof(TypedDict):
    """A quoted place in a digest."""

    document: str
    words: str


class Raw(TypedDict):
    """A short fragment that marks the same place in a raw page."""

    file: str
    words: str


class Question(TypedDict):
    """One line of the gold file."""

    id: str
    question: str
    language: str
    kind: str
    split: str
    answerable: bool
    cross_lingual: bool
    paraphrase: NotRequired[bool]
    answers: list[str]
    proofs: list[Proof]
    raw: list[Raw]


@cache
def gold() -> tuple[Question, ...]:
    lines = GOLD.read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


@cache
def front_and_body(path: Path) -> tuple[dict[str, str], str]:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("---\n"), path.name
    head, body = text[4:].split("\n---\n", 1)
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    return fields, body


@cache
def digests() -> dict[str, tuple[dict[str, str], str]]:
    return {path.name: front_and_body(path) for path in sorted(SEEDS.glob("*.md"))}


def is_chinese(text: str) -> bool:
    han = len(re.findall(r"[\u4e00-\u9fff]", text))
    latin = len(re.findall(r"[A-Za-z]+", text))
    return han > latin


def digest_language(name: str) -> str:
    return "zh" if is_chinese(digests()[name][1]) else "en"


def raw_pages() -> dict[str, str]:
    shared = Path(os.environ.get("YINJU_SHARED") or ROOT.parent / "shared")
    folder = shared / "seeds"
    if not folder.is_dir():
        pytest.skip("the raw pages are not on this machine (set YINJU_SHARED to their folder)")
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))}


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def english_words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9][a-z0-9.,%'-]*[a-z0-9%]|[a-z0-9]", text.lower())


def content_words(text: str, language: str) -> set[str]:
    """Stems of English words that carry meaning; pairs of neighbouring Han characters."""
    if language == "en":
        words = re.findall(r"[a-z]+", text.lower())
        return {re.sub(r"(ing|ed|s)$", "", word) for word in words if word not in STOP_WORDS}
    pairs = (left + right for left, right in pairwise(text))
    return {pair for pair in pairs if re.fullmatch(r"[\u4e00-\u9fff]{2}", pair)}


# --- the counts


def test_there_are_at_least_180_questions_and_half_are_in_each_language() -> None:
    counts = Counter(row["language"] for row in gold())
    assert set(counts) == {"zh", "en"}
    assert counts.total() >= 180
    assert abs(counts["zh"] - counts["en"]) <= 2


def test_ids_and_question_texts_are_unique() -> None:
    ids = [row["id"] for row in gold()]
    assert ids == [f"g{number:03d}" for number in range(1, len(ids) + 1)]
    texts = [row["question"] for row in gold()]
    assert [text for text, count in Counter(texts).items() if count > 1] == []


def test_every_kind_is_known_and_every_kind_is_used() -> None:
    assert {row["kind"] for row in gold()} == KINDS


def test_the_language_named_is_the_language_of_the_question() -> None:
    wrong = [r["id"] for r in gold() if is_chinese(r["question"]) != (r["language"] == "zh")]
    assert wrong == []


def test_at_least_45_questions_cross_languages_and_both_directions_are_balanced() -> None:
    counts = Counter(row["language"] for row in gold() if row["cross_lingual"])
    assert counts.total() >= 45
    assert 0.4 <= counts["zh"] / counts.total() <= 0.6


def test_a_question_is_cross_lingual_when_no_proof_is_in_its_language() -> None:
    for row in gold():
        languages = {digest_language(proof["document"]) for proof in row["proofs"]}
        expected = row["answerable"] and row["language"] not in languages
        assert row["cross_lingual"] == expected, row["id"]


def test_at_least_34_questions_cannot_be_answered_and_these_carry_no_answer() -> None:
    empty = [row for row in gold() if not row["answerable"]]
    assert len(empty) >= 34
    for row in gold():
        assert row["answerable"] == (row["kind"] != "unanswerable"), row["id"]
        for filled in (row["answers"], row["proofs"], row["raw"]):
            assert bool(filled) == row["answerable"], row["id"]


def test_at_least_18_questions_are_about_figures_that_differ_between_reports() -> None:
    assert sum(row["kind"] == "conflict" for row in gold()) >= 18


def test_at_least_20_questions_are_paraphrases() -> None:
    assert sum(row.get("paraphrase", False) for row in gold()) >= 20


def test_a_paraphrase_shares_no_content_word_with_the_words_that_prove_it() -> None:
    for row in gold():
        if not row.get("paraphrase", False):
            continue
        asked = content_words(row["question"], row["language"])
        for proof in row["proofs"]:
            shared = asked & content_words(proof["words"], row["language"])
            assert shared == set(), row["id"]


def test_at_least_12_questions_want_a_clause_for_an_answer() -> None:
    assert sum(row["kind"] in CLAUSE_KINDS for row in gold()) >= 12


def test_every_digest_proves_at_least_two_questions() -> None:
    counts = Counter(
        name for row in gold() for name in {proof["document"] for proof in row["proofs"]}
    )
    assert {name for name in digests() if counts[name] < 2} == set()


# --- the split


def test_dev_and_test_are_halves_in_every_language_and_kind() -> None:
    counts = Counter(row["split"] for row in gold())
    assert set(counts) == {"dev", "test"}
    assert abs(counts["dev"] - counts["test"]) <= 4
    cells: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in gold():
        cells[row["kind"], row["language"]][row["split"]] += 1
    for cell, halves in cells.items():
        assert abs(halves["dev"] - halves["test"]) <= 3, cell
        assert min(halves["dev"], halves["test"]) >= 1, cell


def test_questions_that_rest_on_the_same_words_are_in_the_same_split() -> None:
    splits: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in gold():
        for proof in row["proofs"]:
            splits[proof["document"], proof["words"]].add(row["split"])
        for fragment in row["raw"]:
            splits[fragment["file"], fragment["words"]].add(row["split"])
    assert [place for place, found in splits.items() if len(found) > 1] == []


# --- the proofs and the answers


def test_the_words_of_each_proof_stand_once_in_the_body_of_the_named_digest() -> None:
    for row in gold():
        for proof in row["proofs"]:
            body = digests()[proof["document"]][1]
            assert body.count(proof["words"]) == 1, (row["id"], proof)


def test_each_proof_of_a_short_answer_contains_an_accepted_answer() -> None:
    for row in gold():
        if row["kind"] in CLAUSE_KINDS:
            continue
        for proof in row["proofs"]:
            words = proof["words"].lower()
            assert any(a.lower() in words for a in row["answers"]), (row["id"], proof)


def test_each_clause_answer_is_accepted_in_the_words_of_its_proof() -> None:
    for row in gold():
        if row["kind"] not in CLAUSE_KINDS:
            continue
        found = [
            answer
            for answer in row["answers"]
            for proof in row["proofs"]
            if answer.lower() in proof["words"].lower()
        ]
        assert found, row["id"]


def test_answers_are_not_repeated_and_not_blank() -> None:
    for row in gold():
        assert len(set(row["answers"])) == len(row["answers"]), row["id"]
        assert all(answer == answer.strip() != "" for answer in row["answers"]), row["id"]


def test_the_open_question_on_shandong_accepts_every_count_newest_first() -> None:
    rows = [row for row in gold() if "山东2023年破获了多少起电信网络诈骗" in row["question"]]
    assert len(rows) == 1
    counts = [answer for answer in rows[0]["answers"] if answer.endswith("万起")]
    assert counts == ["4.04万起", "2.9万起", "2.1万起"]
    documents = [proof["document"] for proof in rows[0]["proofs"]]
    assert documents == sorted(documents, key=lambda name: name[-10:], reverse=True)


def test_the_dated_question_on_shandong_accepts_one_count_only() -> None:
    rows = [row for row in gold() if row["question"].startswith("按2023年9月的报道")]
    assert len(rows) == 1
    assert rows[0]["answers"][0] == "2.9万起"
    assert {proof["document"] for proof in rows[0]["proofs"]} == {"shandong-2023-09.md"}


# --- the digests


def test_there_are_22_digests_with_short_ascii_names() -> None:
    assert len(digests()) == 22
    for name in digests():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*-20\d\d-\d\d\.md", name), name


def test_each_digest_has_a_title_and_an_iso_date() -> None:
    for name, (fields, body) in digests().items():
        for field in ("title", "published", "digest_of"):
            assert fields[field].strip(), (name, field)
        date = datetime.date.fromisoformat(fields["published"])
        assert name.endswith(f"-{date:%Y-%m}.md")
        assert "/" not in fields["digest_of"], name
        assert body.strip(), name


# --- against the raw pages


def test_raw_words_are_short_and_stand_once_in_the_raw_page() -> None:
    pages = raw_pages()
    for row in gold():
        for fragment in row["raw"]:
            words = fragment["words"]
            assert pages[fragment["file"]].count(words) == 1, (row["id"], words)
            if re.search(r"[\u4e00-\u9fff]", words):
                assert len(words) <= 24, (row["id"], words)
            else:
                assert len(words.split()) <= 5, (row["id"], words)


def test_no_digest_shares_a_long_run_of_text_with_a_raw_page() -> None:
    pages = raw_pages().values()
    raw_characters = "\n".join(squeeze(page) for page in pages)
    raw_words = " | ".join(" ".join(english_words(page)) for page in pages)
    for name, (_, body) in digests().items():
        for known in NAMES:
            body = body.replace(known, "\N{SYMBOL FOR NULL}")
        if digest_language(name) == "zh":
            text = squeeze(body)
            size = LONGEST_CHINESE_RUN + 1
            runs = [text[at : at + size] for at in range(len(text) - size + 1)]
            copied = [run for run in runs if run in raw_characters]
        else:
            words = english_words(body)
            size = LONGEST_ENGLISH_RUN + 1
            runs = [" ".join(words[at : at + size]) for at in range(len(words) - size + 1)]
            copied = [run for run in runs if f" {run} " in f" {raw_words} "]
        assert copied == [], name
