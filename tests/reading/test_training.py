"""Training: examples made of small sets, and the network against the graph that answers use."""

import json
import random
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from rag.embedding.bundled import BundledEmbedder
from rag.encoder import weights
from rag.encoder.adapters import load_adapters
from rag.encoder.encoder import Session
from rag.encoder.graph import Precision, reader_bytes
from rag.encoder.tokenizer import Tokenizer
from rag.language.clozes import make_clozes
from rag.language.glosses import Glosses
from rag.language.words import Segmenter
from rag.reading.reader import adapters_path
from rag.reading.training import corpus as training
from rag.reading.training.__main__ import _loss
from rag.reading.training.corpus import Corpus
from rag.reading.training.network import ReaderNetwork
from rag.reading.training.pairs import Example, _askings, make_pairs, without_wrong
from rag.reading.training.reports import (
    REPORTS,
    STORIES,
    Report,
    held_out_reports,
    read_groups,
    training_groups,
)
from rag.reading.training.rewording import Rewording
from rag.reading.training.series import (
    Series,
    SeriesQuestion,
    held_out_series,
    read_series,
    training_series,
)
from rag.reading.training.sets import Written, read_added, read_rewritten
from rag.reading.training.tables import LEAST_ROWS, make_table
from rag.records import Document, Language


class Embedder:
    """Counts words as tokens and gives every text a vector of its own."""

    def embed_questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.embed_passages(texts)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.random.default_rng(1).random((len(texts), 4), np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


def write_set(folder: Path, name: str, paragraphs: Sequence[tuple[str, str, str, str]]) -> None:
    """Write paragraphs of (title, text, question, answer)."""
    content = [
        {
            "title": title,
            "paragraphs": [
                {
                    "context": text,
                    "qas": [
                        {
                            "id": f"q{number}",
                            "question": question,
                            # The place is wrong on purpose: the text is what counts.
                            "answers": [{"text": answer, "answer_start": 0}],
                        }
                    ],
                }
            ],
        }
        for number, (title, text, question, answer) in enumerate(paragraphs)
    ]
    (folder / f"{name}.json").write_text(json.dumps({"data": content}), "utf-8")


@pytest.fixture
def sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(training, "HELD_OUT", 1)
    bridge = ("Bridges", "The Ost bridge opened in 1931. It is red.", "When?", "1931")
    mill = ("Mills", "The Ost mill burned down in 1944.", "When was the fire?", "1944")
    last = ("Kept", "Nobody trains on this one, from 2001.", "When?", "2001")
    write_set(tmp_path, "cmrc2018_train", [bridge, mill, last])
    write_set(tmp_path, "drcd_dev", [("橋", "東橋於1931年通車。", "東橋何時通車？", "1931年")])
    write_set(tmp_path, "qed_en", [mill])
    bees = ("S:W:7:4:1", "The keeper fed 12 bees.", "How many bees were fed then?", "12")
    rain = ("S:W:7:4:0", "It rained.", "What was the weather like then?", "rained")
    short = ("S:W:8:0:0", "The end came.", "What came?", "The end")
    write_set(tmp_path, "qamr_en", [bees, rain, short])
    for language in training.PARALLEL:
        question = f"Question in {language}?"
        write_set(tmp_path, f"xquad_{language}_train", [("T", "Ida keeps bees.", question, "Ida")])
    return tmp_path


@pytest.fixture
def corpus(sets: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    monkeypatch.setattr(training, "training_groups", lambda file: [])
    monkeypatch.setattr(training, "training_series", list)
    return Corpus(sets, Embedder(), random.Random(1))


def test_answers_are_found_where_they_stand(corpus: Corpus) -> None:
    answers = {corpus.passages[item.passage].text[item.start : item.end] for item in corpus.asked}
    assert answers == {"1931", "1944", "1931年", "12", "Ida", "rained"}


def test_held_out_paragraphs_are_in_no_passage(corpus: Corpus, sets: Path) -> None:
    assert not any("Nobody" in passage.text for passage in corpus.passages)
    assert [title for title, _ in training.held_out(sets)] == ["Kept"]


def test_ids_are_not_titles(corpus: Corpus) -> None:
    assert {p.context for p in corpus.passages if "bees." in p.text} == {"", "T"}


def test_sentences_of_a_page_are_read_together(corpus: Corpus) -> None:
    [page] = [item for item in corpus.passages if item.document_key == "qamr_en/0"]
    assert page.text == "It rained. The keeper fed 12 bees."
    asked = {item.question: item for item in corpus.asked}
    bees = asked["How many bees were fed then?"]
    assert page.text[bees.start : bees.end] == "12"
    assert "What came?" not in asked


@pytest.mark.parametrize("language", [Language.CHINESE, Language.ENGLISH])
def test_each_row_of_a_table_is_asked_about_by_its_name(language: Language) -> None:
    names = [f"名{n}号" if language is Language.CHINESE else f"Mill {n}" for n in range(12)]
    text, questions = make_table(names, language, random.Random(4))
    rows = text.splitlines()
    assert len(rows) == len(questions) >= LEAST_ROWS
    for row, item in zip(rows, questions, strict=True):
        answer = text[item.start : item.end]
        key = row.replace("：", ": ").replace("；", "; ").split("; ")[0].split(": ")[1]
        assert key in item.question
        assert answer in row
        assert answer


def test_parallel_questions_know_the_other_languages(corpus: Corpus) -> None:
    parallel = {item.question: item for item in corpus.asked if item.foreign}
    assert set(parallel) == {"Question in en?", "Question in zh?"}
    assert parallel["Question in en?"].translations == ("Question in zh?",)
    assert parallel["Question in zh?"].translations == ("Question in en?",)
    for item in parallel.values():
        assert len(item.foreign) == len(training.PARALLEL) - 2
        assert not {item.question, *item.translations} & set(item.foreign)


def test_written_questions_are_asked_in_both_languages(
    sets: Path, rewording: Rewording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "SETS", {"cmrc2018_train": 0})
    written = {"q1": Written("In which year did the mill burn?", "磨坊哪一年失火？")}
    monkeypatch.setattr(training, "read_rewritten", lambda: written)
    monkeypatch.setattr(training, "read_added", dict)
    corpus = Corpus(sets, Embedder(), random.Random(1))
    [fire] = [item for item in corpus.asked if not item.foreign]
    askings = [tuple(_askings(fire, rewording, random.Random(n))) for n in range(20)]
    own = {"When was the fire?", "In which year did the mill burn?"}
    assert set(askings) == {(question, "磨坊哪一年失火？") for question in own}


def test_questions_are_added_to_a_sets_paragraphs(
    sets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = {("cmrc2018_train", "q0"): [("red", Written("What colour is it?", "什么颜色？"))]}
    monkeypatch.setattr(training, "read_added", lambda: added)
    corpus = Corpus(sets, Embedder(), random.Random(1))
    [colour] = [item for item in corpus.asked if item.question == "What colour is it?"]
    assert corpus.passages[colour.passage].text[colour.start : colour.end] == "red"
    assert colour.translations == ("什么颜色？",)


def test_our_questions_are_each_in_both_languages() -> None:
    han = re.compile(r"[\u4e00-\u9fff]")
    added = [ours for items in read_added().values() for _, ours in items]
    for english, chinese in (*read_rewritten().values(), *added):
        assert english
        assert not han.search(english)
        assert han.search(chinese)


@pytest.mark.parametrize("file", [REPORTS, STORIES])
def test_every_report_has_its_answers_and_is_trained_on_or_kept(file: str) -> None:
    groups = list(read_groups(file))
    reports = [report for group in groups for report in group]
    for report in reports:
        assert report.document.title
        assert report.document.published
        assert report.asked
        for answer, ours in report.asked:
            assert answer in report.document.text
            assert answer not in ours.english
            assert answer not in ours.chinese
    keys = [report.document.key for report in reports]
    trained = [report.document.key for group in training_groups(file) for report in group]
    kept = [report.document.key for report in held_out_reports(file)]
    assert sorted(trained + kept) == sorted(keys)
    assert len(set(keys)) == len(keys)
    assert kept


def test_every_series_has_its_answers_and_is_trained_on_or_kept() -> None:
    groups = list(read_series())
    for group in groups:
        for question in group.questions:
            assert all(words in group.documents[key].text for key, words in question.answers)
    keys = [key for group in groups for key in group.documents]
    assert len(set(keys)) == len(keys)
    kept = [key for group in held_out_series() for key in group.documents]
    trained = [key for group in training_series() for key in group.documents]
    assert kept
    assert sorted(trained + kept) == sorted(keys)


def farm(year: int, text: str) -> Document:
    return Document(f"farm/{year}", "", text, f"The farm in {year}", published=date(year, 1, 1))


FARMS = Series(
    {
        document.key: document
        for document in (
            farm(1990, "The farm had 40 hives and 7 goats. It sold 31 hives."),
            farm(1991, "The farm had 52 hives."),
            farm(1992, "The farm next door had 90 hives."),
        )
    },
    (
        SeriesQuestion(
            Written("How many hives did the farm have?", "农场有几个蜂箱？"),
            (("farm/1990", "40 hives"), ("farm/1991", "52 hives")),
            counts=True,
        ),
    ),
)


def test_what_answers_as_well_is_no_wrong_passage(
    sets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "training_groups", lambda file: [])
    monkeypatch.setattr(training, "training_series", lambda: [FARMS])
    corpus = Corpus(sets, Embedder(), random.Random(1))
    assert len(corpus.in_reports) == 2
    for item in corpus.in_reports:
        texts = [corpus.passages[place].text for place in corpus.neighbours(item)]
        assert texts == ["The farm next door had 90 hives."]


def test_figures_that_count_the_same_are_tempting() -> None:
    [question] = FARMS.questions
    tempting = {
        (key, FARMS.documents[key].text[start:end]) for key, start, end in FARMS.tempting(question)
    }
    assert tempting == {("farm/1990", "7"), ("farm/1990", "31"), ("farm/1992", "90")}


@pytest.fixture
def reported(sets: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    group = [
        Report(
            Document(f"report/0/{year}", "", text, f"Bees {year}", published=date(year, 1, 1)),
            ((answer, Written(f"How many hives stood in {year}?", f"{year}年有几个蜂箱？")),),
            (Written(f"Who kept the hives in {year}?", f"{year}年蜂箱归谁管？"),),
        )
        for year, text, answer in ((1990, "The farm had 40 hives.", "40"),
                                   (1991, "The farm had 52 hives.", "52"))
    ]  # fmt: skip
    monkeypatch.setattr(training, "training_groups", lambda file: [group] * (file == REPORTS))
    monkeypatch.setattr(training, "training_series", list)
    return Corpus(sets, Embedder(), random.Random(1))


def test_a_report_is_read_beside_its_sibling_under_its_own_date(
    reported: Corpus, embedder: BundledEmbedder, rewording: Rewording
) -> None:
    tokenizer = embedder.encoder.tokenizer
    assert [item.answered for item in reported.in_reports] == [True, False] * 2
    for item in reported.in_reports:
        texts = [reported.passages[place].text for place in reported.neighbours(item)]
        assert texts == ["The farm had 52 hives." if "1990" in item.question else
                         "The farm had 40 hives."]  # fmt: skip
    pairs = list(
        make_pairs(reported, reported.hard_negatives(3), tokenizer, rewording, random.Random(2))
    )
    over_reports = [pair for pair in pairs if "hives" in whole(tokenizer, pair[0])]
    assert len(over_reports) == 2 * 2 * 2
    for right, wrong in over_reports:
        text = whole(tokenizer, right)
        assert "1990-01-01" in text or "1991-01-01" in text
        asks_for_a_number = "How many" in text or "几个" in text
        assert decoded(tokenizer, right) == (
            ("40" if "40 hives" in text else "52") if asks_for_a_number else ""
        )
        assert (wrong.first, wrong.last) == (0, 0)


def test_the_loss_of_a_question_without_an_answer_is_that_of_saying_so() -> None:
    """What a window without an answer is worth against another one is not asked."""
    ids = (0, 5, 2, 2, 7, 8, 2)
    nowhere = Example(ids, 4, 0, 0)
    somewhere = Example(ids, 4, 4, 5)

    class Silent(torch.nn.Module):
        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
            spans = torch.zeros(*ids.shape, 2)
            spans[:, 0] = 20.0
            return spans, torch.full((len(ids),), -20.0)

    silent: Any = Silent()
    assert _loss(silent, [(nowhere, nowhere)]).item() < 0.01
    assert _loss(silent, [(somewhere, nowhere)]).item() > 1


def test_of_two_questions_over_their_own_passages_only_the_places_are_taught() -> None:
    ids = (0, 5, 2, 2, 7, 8, 2)
    right = Example(ids, 4, 4, 5)

    class Sure(torch.nn.Module):
        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
            spans = torch.zeros(*ids.shape, 2)
            spans[:, 4, 0] = spans[:, 5, 1] = 20.0
            return spans, torch.full((len(ids),), -20.0)

    sure: Any = Sure()
    assert _loss(sure, [(right, right)]).item() < 0.01
    assert _loss(sure, [(right, Example(ids, 4, 0, 0))]).item() > 1


def test_some_questions_are_read_over_no_wrong_passage() -> None:
    ids = (0, 5, 2, 2, 7, 8, 2)
    right, wrong = Example(ids, 4, 4, 5), Example(ids, 4, 0, 0)
    pairs = [(right, wrong)] * 40 + [(wrong, wrong)] * 5
    kept = without_wrong(pairs, 0.5, random.Random(1))
    alone = [pair for pair in kept if pair == (right, right)]
    left = kept.count((right, wrong))
    assert 5 < len(alone) < 15
    assert 2 * len(alone) + left in (39, 40)
    assert kept.count((wrong, wrong)) == 5
    assert without_wrong(pairs, 0.0, random.Random(1)).count((right, wrong)) == 40


def test_negatives_lack_the_answer(corpus: Corpus) -> None:
    for item, others in zip(corpus.asked, corpus.hard_negatives(3), strict=True):
        answer = corpus.passages[item.passage].text[item.start : item.end]
        assert others
        assert all(answer not in corpus.passages[other].text for other in others)


def test_pairs_hold_the_answers_tokens_and_a_window_without(
    corpus: Corpus, embedder: BundledEmbedder, rewording: Rewording
) -> None:
    draw = random.Random(2)
    tokenizer = embedder.encoder.tokenizer
    pairs = list(make_pairs(corpus, corpus.hard_negatives(3), tokenizer, rewording, draw))
    assert len(pairs) >= len(corpus.asked)
    for right, wrong in pairs:
        answer = decoded(tokenizer, right)
        assert answer in {"1931", "1944", "1931年", "12", "Ida", "rained"}
        assert (wrong.first, wrong.last) == (0, 0)
        assert right.offset < len(right.ids)


def decoded(tokenizer: Tokenizer, example: Example) -> str:
    """Return the words of an example's answer, none where it has none."""
    if not example.last:
        return ""
    text: str = tokenizer._processor.decode(list(example.ids[example.first : example.last + 1]))
    return text.strip(" 。.")


def whole(tokenizer: Tokenizer, example: Example) -> str:
    return str(tokenizer._processor.decode(list(example.ids)))


@pytest.fixture(scope="module")
def rewording(segmenter: Segmenter, cache: Path) -> Rewording:
    return Rewording(segmenter, Glosses(cache, segmenter), random.Random(4))


def test_a_chinese_question_is_translated_word_by_word(rewording: Rewording) -> None:
    words = rewording.translated("广西追回了多少钱？").split()
    assert words[0] == "Guangxi"
    assert words[1] in {"recover", "get"}


def test_an_english_question_is_translated_word_by_word(rewording: Rewording) -> None:
    translated = rewording.translated("How many police officers are there in Wuhan?")
    assert "武汉" in translated
    assert "警" in translated


def test_names_become_pinyin_and_unknown_words_stay(rewording: Rewording) -> None:
    assert "Chen Jiangong" in rewording.translated("陈建功写了什么？")
    assert "Kubrik Ledgerwood" in rewording.translated("Did Kubrik Ledgerwood sing?")


def test_hints_are_the_passages_words_in_the_other_language_alone(rewording: Rewording) -> None:
    hints = rewording.hints("How many brochures did the police print?")
    assert "警察" in hints("警察印了三千份小册子。")
    assert hints("The police printed 3,000 brochures.") == []


def test_a_paraphrase_stays_in_its_language(rewording: Rewording) -> None:
    assert rewording.paraphrased("骗子用什么手机？").endswith("？")
    english = rewording.paraphrased("Where were the brochures distributed?")
    assert english.isascii()
    assert english.startswith("Where were")


def clozes(text: str, title: str = "", language: Language = Language.CHINESE) -> dict[str, str]:
    made = make_clozes(text, title, language, random.Random(1))
    return {cloze.question: text[cloze.start : cloze.end] for cloze in made}


def test_a_figure_gives_way_to_what_asks_for_it() -> None:
    assert clozes("全年修缮校舍近3.5万平方米。") == {"全年修缮校舍多少平方米？": "近3.5万平方米"}
    assert clozes("这座古老的大桥于1931年建成通车。") == {
        "这座古老的大桥于哪一年建成通车？": "1931年"
    }
    english = clozes("The keeper sold honey for 40 million yuan.", language=Language.ENGLISH)
    assert english == {"The keeper sold honey for how much money?": "40 million yuan"}


def test_a_short_clause_is_asked_with_its_title() -> None:
    assert clozes("大桥长200米。", "东桥") == {"东桥大桥长多少米？": "200米"}


def test_only_the_clause_of_the_figure_is_asked() -> None:
    [question] = clozes("桥梁于春天开始动工" + "，工程队日夜赶工不停歇" * 6 + "，共有工人3200名。")
    assert question.endswith("，共有工人多少名？")
    assert len(question) < 60


def test_articles_and_bare_years_ask_nothing() -> None:
    assert clozes("这是一个关于守林人和蜜蜂的故事。") == {}
    assert clozes("The war that began in 1756 was long.", language=Language.ENGLISH) == {}


def test_the_graph_computes_what_was_trained() -> None:
    path = adapters_path()
    file = weights.WeightFile.open(weights.locate())
    network = ReaderNetwork(file).eval()
    with np.load(path) as arrays:
        trained = {name: torch.from_numpy(arrays[name].astype(np.float32)) for name in arrays.files}
    missing, unknown = network.load_state_dict(trained, strict=False)
    assert not unknown
    trainable = {name for name, value in network.named_parameters() if value.requires_grad}
    assert not trainable & set(missing)
    ids = [0, 1117, 5941, 398, 2, 2, 581, 24658, 398, 8999, 2]
    with torch.no_grad():
        spans, relevance = network(torch.tensor([ids]), torch.ones(1, len(ids), dtype=torch.bool))
    graph = reader_bytes(file, Precision.FP32, load_adapters(path))
    computed = Session(file, graph)(ids)
    assert np.allclose(computed[0][0], spans[0].numpy(), atol=1e-3)
    assert computed[1].item() == pytest.approx(relevance.item(), abs=1e-3)


def test_a_pass_may_leave_the_sets_questions(
    reported: Corpus, embedder: BundledEmbedder, rewording: Rewording
) -> None:
    tokenizer, negatives = embedder.encoder.tokenizer, reported.hard_negatives(3)

    def questions(*shares: float) -> int:
        draw = random.Random(2)
        return len(list(make_pairs(reported, negatives, tokenizer, rewording, draw, *shares)))

    asked, in_reports = (
        sum(1 for item in items for _ in _askings(item, rewording, random.Random(2)))
        for items in (reported.asked, reported.in_reports)
    )
    assert questions(1.0) - questions(0.0) == asked > 0
    assert questions(1.0) - questions(1.0, 0.0) == in_reports > 0
