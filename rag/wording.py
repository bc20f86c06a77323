"""What Yinju says around an answer, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from rag.language.detect import detect_language
from rag.records import (
    Answer,
    Ending,
    Fallback,
    Fault,
    Filters,
    Language,
    Operation,
    PlaceUnit,
    Relation,
    Reported,
    Sentence,
)
from rag.remarks import in_chinese

_MOST_LEFT_OUT = 160
"""Characters that are shown of a sentence that does not stand."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The phrases of one language; those with {} take what they are about."""

    not_said: str
    unsaid: str
    nearest: str
    agrees: str
    differs: str
    agrees_partly: str
    over_time: str
    conflict: str
    undecided: str
    either: tuple[str, str]
    sources_differ: str
    others_differ: str
    until: str
    published: str
    undated: str
    one_report: str
    reports: str
    covered: str
    unlike: str
    computed: str
    from_head: str
    excerpt: str
    dropped: str
    faults: Mapping[Fault, str]
    endings: Mapping[Ending, str]
    fallbacks: Mapping[Fallback, str]
    limited: str
    limits: Mapping[str, str]
    comma: str
    semicolon: str
    units: Mapping[PlaceUnit, str]
    remark: Callable[[str], str]
    """Says a remark on a source, see ``rag.remarks``."""

    def place(self, place: str) -> str:
        """Return a place in an original, "line 10", as this language says it."""
        unit, _, value = place.partition(" ")
        return self.units[PlaceUnit(unit)].format(value) if value else place

    def relation(self, relation: Relation) -> str:
        """Return what stands over figures that differ."""
        captions = {
            Relation.CONFLICT: self.conflict,
            Relation.OVER_TIME: self.over_time,
            Relation.UNDECIDED: self.undecided,
        }
        return captions[relation]

    def list_of(self, texts: Sequence[str]) -> str:
        """Return texts of which one holds, as a list: one, two or three."""
        comma, last = self.either
        return last.join(filter(None, (comma.join(texts[:-1]), texts[-1])))

    def fallback(self, answer: Answer) -> str:
        """Return why a language model was cut off, or why the reader answers; "" where neither."""
        ending = self.endings.get(answer.ending, "")
        why = self.fallbacks.get(answer.fallback, "")
        told = " ".join(filter(None, (ending, why)))
        return f"{told} ({answer.error})" if answer.error else told

    def filtered(self, filters: Filters) -> str:
        """Return what the documents were limited to, "" where they were not."""
        parts = [
            self.limits[field.name].format(value)
            for field in fields(filters)
            if (value := getattr(filters, field.name))
        ]
        return self.limited.format(self.comma.join(parts)) if parts else ""

    def refused(self, sentence: Sentence) -> str:
        """Return a sentence that a language model wrote, and why it is not shown."""
        text = sentence.text
        if len(text) > _MOST_LEFT_OUT:
            text = f"{text[:_MOST_LEFT_OUT].rstrip()}…"
        return f"{text} ({self.faults[sentence.fault]})"

    def left_out(self, sentence: Sentence) -> str:
        """Return the same, said to be left out."""
        return f"{self.dropped}: {self.refused(sentence)}"

    def day(self, day: date | None) -> str:
        """Return up to which day a figure counts."""
        return self.until.format(day) if day else self.undated

    def days(self, row: Reported) -> tuple[str, str]:
        """Return when a figure was published and, where its source says so, up to which day."""
        published = self.published.format(row.published) if row.published else ""
        stated = self.day(row.as_of) if row.stated or not published else ""
        return published, stated

    def copies(self, row: Reported) -> str:
        """Return how many reports there are where some quotations are copies of one, else ""."""
        if row.sources == len(row.citations):
            return ""
        return self.one_report if row.sources == 1 else self.reports.format(row.sources)


ENGLISH = Wording(
    not_said="The documents do not say.",
    unsaid="The documents do not say: {}",
    nearest="Nearest:",
    agrees="Yes, the source says:",
    differs="No, the source says:",
    agrees_partly="One source says so, others differ:",
    over_time="Over time:",
    conflict="Sources differ:",
    undecided="Sources differ, and not all say as of when:",
    either=(", ", " or "),
    sources_differ=": the sources differ",
    others_differ=": other sources differ",
    until="to {}",
    published="published {}",
    undated="no date",
    one_report=" (one report)",
    reports=" ({} reports)",
    covered="Compared: {} figures of the documents.",
    unlike="These figures are not of the same thing and cannot be compared:",
    computed="Computed",
    from_head="unit from the table's head",
    excerpt="excerpt of an article, as another page shows it",
    dropped="left out",
    faults={
        Fault.REPEATS: "says again what was said",
        Fault.UNCITED: "cites no source",
        Fault.FIGURE: "has a figure that its source lacks",
        Fault.DATE: "has a date that its source lacks",
        Fault.PLACE: "has a place that its source lacks",
        Fault.NAME: "has a name that its source lacks",
        Fault.OPPOSITE: "says the opposite of its source",
        Fault.UNSUPPORTED: "is not borne out by its source",
    },
    endings={
        Ending.STOPPED: "The language model was stopped.",
        Ending.LOOPED: "The language model repeated itself and was stopped.",
        Ending.LONG: "The language model did not come to an end and was stopped.",
    },
    fallbacks={
        Fallback.STOPPED: "The documents in their own words:",
        Fallback.FAILED: "The language model did not answer; the documents in their own words:",
        Fallback.UNSUPPORTED: (
            "Nothing that the language model wrote is borne out; the documents in their own words:"
        ),
    },
    limited="Looked only in documents {}.",
    limits={
        "publisher": "whose publisher contains “{}”",
        "path": "whose path matches “{}”",
        "since": "published since {}",
        "until": "published until {}",
    },
    comma=", ",
    semicolon="; ",
    units={unit: f"{unit.value} {{}}" for unit in PlaceUnit},
    remark=str,
)
CHINESE = Wording(
    not_said="文档中没有说明。",
    unsaid="文档中没有说明：{}",
    nearest="最接近的内容:",
    agrees="是的,原文是:",
    differs="不是,原文是:",
    agrees_partly="有来源这样说,但说法不一:",
    over_time="不同时间:",
    conflict="来源不一致:",
    undecided="来源不一致,且并非都注明截止日期:",
    either=("、", " 或 "),
    sources_differ="：来源不一致",
    others_differ="：其他来源与此不同",
    until="至 {}",
    published="{} 发布",
    undated="无日期",
    one_report=" (同一报道)",
    reports=" ({}份报道)",
    covered="比较了文档中的{}个数字。",
    unlike="以下数字所指不同，不能相比：",
    computed="计算得",
    from_head="单位据表头",
    excerpt="另一页面所载的文章摘录",
    dropped="已略去",
    faults={
        Fault.REPEATS: "只是重复",
        Fault.UNCITED: "未引用来源",
        Fault.FIGURE: "数字不在来源中",
        Fault.DATE: "日期不在来源中",
        Fault.PLACE: "地点不在来源中",
        Fault.NAME: "名称不在来源中",
        Fault.OPPOSITE: "与来源所述相反",
        Fault.UNSUPPORTED: "来源不足以证明",
    },
    endings={
        Ending.STOPPED: "语言模型已被停止。",
        Ending.LOOPED: "语言模型开始重复，已被停止。",
        Ending.LONG: "语言模型迟迟没有写完，已被停止。",
    },
    fallbacks={
        Fallback.STOPPED: "以下为文档原文：",
        Fallback.FAILED: "语言模型未能作答，以下为文档原文：",
        Fallback.UNSUPPORTED: "语言模型所写均无来源佐证，以下为文档原文：",
    },
    limited="只查找了这些文档：{}。",
    limits={
        "publisher": "发布者包含“{}”",
        "path": "路径匹配“{}”",
        "since": "发布不早于 {}",
        "until": "发布不晚于 {}",
    },
    comma="，",
    semicolon="；",
    units={
        PlaceUnit.LINE: "第 {} 行",
        PlaceUnit.PAGE: "第 {} 页",
        PlaceUnit.CELL: "单元格 {}",
        PlaceUnit.RECORD: "第 {} 条记录",
        PlaceUnit.PARAGRAPH: "第 {} 段",
    },
    remark=in_chinese,
)


def wording_for(answer: Answer) -> Wording:
    """Return the wording of the language that a question is in."""
    return CHINESE if detect_language(answer.question) is Language.CHINESE else ENGLISH


@dataclass(frozen=True, slots=True)
class Row:
    """A figure beside others: of what or which place, to which day, and its quotations' numbers."""

    cells: tuple[str, ...]
    citations: tuple[int, ...]
    note: str = ""


def differing(answer: Answer, words: Wording) -> Iterator[tuple[str, list[Row]]]:
    """Yield what differing sources give, as captions with rows: a conflict, a series."""
    for relation in (Relation.CONFLICT, Relation.UNDECIDED, Relation.OVER_TIME):
        rows = [row for row in answer.conflicts if row.relation in (Relation.ANSWER, relation)]
        if len(rows) > 1:
            yield (
                words.relation(relation),
                [
                    Row(
                        (row.figure.shown, row.publisher, *words.days(row)),
                        row.citations,
                        words.copies(row),
                    )
                    for row in rows
                ],
            )


def put_together(answer: Answer, words: Wording) -> tuple[list[Row], str]:
    """Return the figures that an answer is put together from, and what they come to."""
    combined = answer.combined
    if combined is None:
        return [], ""
    compares = combined.operation in (Operation.MOST, Operation.LEAST)
    dated = compares and any(
        part.as_of and str(part.as_of.year) not in part.subject for part in combined.parts
    )
    rows = [
        Row(
            (part.subject, part.figure.shown, *([words.day(part.as_of)] if dated else ())),
            (part.citation,),
        )
        for part in combined.parts
    ]
    if compares:
        return rows, words.covered.format(combined.compared)
    result = combined.result
    if result is None:
        return rows, ""
    other = f" ({result.translated})" if result.translated else ""
    return rows, f"{words.computed}: {result.text}{other}"


def unanswered(answer: Answer, words: Wording) -> str:
    """Return what is said where there is no answer: that figures do not compare, or no more."""
    unlike = answer.combined is not None and not answer.combined.comparable
    return words.unlike if unlike else words.not_said


def verdict(answer: Answer, words: Wording) -> str:
    """Return what the source says to the figure that a question brought along, or ""."""
    if answer.verdict is None:
        return ""
    if not answer.verdict.agrees:
        return words.differs
    return words.agrees_partly if _note(answer, words) else words.agrees


@dataclass(frozen=True, slots=True)
class Headline:
    """What stands over an answer: its words, of which one holds where they conflict, and a note.

    Behind each of the ``texts`` stands what is said of its figure, or "": where a table has its
    unit, and how the other language says it.
    """

    texts: tuple[tuple[str, str], ...]
    note: str = ""


def headlines(answer: Answer, words: Wording) -> list[Headline]:
    """Return an answer's words, those that contradict each other together, on one line."""
    texts = [_with_unit(text, answer, words) for text in answer.texts]
    if note := _note(answer, words):
        return [Headline(tuple(texts), note)]
    return [Headline((text,)) for text in texts]


def plain(answer: Answer, words: Wording) -> str:
    """Return an answer's text to take away, with a note where sources differ."""
    note = _note(answer, words)
    if answer.sentences or not note:
        return _with_unit(answer.text, answer, words)[0]
    return words.list_of([_with_unit(text, answer, words)[0] for text in answer.texts]) + note


def _with_unit(text: str, answer: Answer, words: Wording) -> tuple[str, str]:
    """Return one of an answer's texts as it is shown, and what is said behind it, or ""."""
    figure, translated = answer.in_column(text), answer.translated(text)
    if figure is None:
        return text, translated
    behind = words.semicolon.join(filter(None, (words.from_head, translated)))
    return text.removesuffix(figure.text) + figure.shown, behind


def _note(answer: Answer, words: Wording) -> str:
    relations = {row.relation for row in answer.conflicts}
    if Relation.CONFLICT in relations:
        return words.sources_differ
    return words.others_differ if Relation.UNDECIDED in relations else ""
