"""The results as tables: speed by size, how many times Yinju is better, quality, notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.bench.peers.measuring import Answers, Quality, Speed
from eval.bench.peers.tools import YINJU
from rag.evaluation.report import markdown_table

NOTES = """
## What is compared with what

- Every tool reads the same folder of text files, one paragraph each, and runs in processes of its
  own on the same processors with the same number of threads, one tool at a time, without network.
- The dense ones have the same weights: Yinju in int8 as it comes, LangChain and txtai the same
  numbers in fp32, as they would run the model, with E5's prefixes. Unpacking them for the peers,
  and Yinju's conversion at its first use, are in no figure.
- *Indexing* is a whole process, from its start to its end: files to an index on disk. Documents a
  second compare; passages a second are of each tool's own cutting, and Yinju's are the smallest.
- *First hits*: from the start of a new process, with the index built, to the ten hits of its first
  question (median). *Warm*: a question to its ten hits inside a process that has answered {warm},
  all questions distinct. *Resident*: after all of them, mapped files included. *Disk*: with texts.
- Peers give hits and no answer. What Yinju takes for an answer, read, verified and cited, stands in
  a table of its own, and is compared with nothing.
- A hit counts by the document it is from, and several hits from one document as one; ten hits are
  asked for, however they are cut. The sized collections are asked about the smallest one's
  documents.

## How the peers are set up

- **LangChain**: chunks of 1,000 characters with 200 of overlap (its tutorial), the separators its
  splitter's page gives for languages without spaces, `HuggingFaceEmbeddings` with prompts,
  `FAISS` over `IndexFlatL2`, saved and loaded. Dense search, as in the tutorial.
- **txtai**: `Embeddings(hybrid=True, content=True)` with `instructions`; a document is a section of
  text, as in its examples. Its own tokenizer cuts Chinese into single characters.
- **bm25s**: its `Tokenizer` over jieba's words for search engines, English stop words and stemmer;
  lexical search only, which is the lower bound of what start-up and memory can be.
- What is longer than the model's {tokens} tokens is cut off by the peers: in these collections
  {long}.

## Who is not in the run

- **haiku.rag** (0.101.1 on the package index; 0.6.0 is the newest for Python 3.11): its embeddings
  come from a server or a service (Ollama by default; 0.6.0 requires the `ollama` client and offers
  Ollama, VoyageAI and OpenAI), and its answers from a language model behind one. The same weights
  cannot be given to it by a folder.
- **kotaemon** is not on the package index; it is a web application started from its checkout or an
  image, and needs a language model, of a service or of Ollama, to answer.
- **RAGFlow** is a server with its own database, search engine and object store, run with Docker.
  The package index has only its client (`ragflow-sdk`, which requires `requests` and `beartype`).
"""


@dataclass(frozen=True)
class Results:
    """All that was measured. ``longer`` counts, by collection, texts that models cut off."""

    speeds: tuple[Speed, ...]
    qualities: tuple[Quality, ...]
    answers: tuple[Answers, ...]
    problems: tuple[str, ...]
    longer: dict[str, int]


def to_markdown(results: Results, *, warm: int, tokens: int) -> str:
    """Return the report.

    Args:
        results: what was measured.
        warm: how many questions are asked before latency counts.
        tokens: how many tokens the model reads.
    """
    parts = ["# Yinju beside what people would use instead", _speed(results.speeds)]
    if results.answers:
        parts += ["Yinju's full answers, which peers do not give:", _answers(results.answers)]
    parts += ["How many times Yinju is faster or smaller (below 1: slower or larger):"]
    parts += [_ratios(results.speeds)]
    if rates := _rates(results.speeds):
        parts += [
            "Documents a second with start-up left out (what the largest collection takes beyond "
            "the smallest):",
            rates,
        ]
    parts += ["Recall@1 / recall@10 / MRR@10 over ten hits:", _quality(results.qualities)]
    if results.problems:
        parts += ["Not measured:", "\n".join(f"- {item}" for item in results.problems)]
    long = ", ".join(f"{count} of {name}" for name, count in results.longer.items() if count)
    notes = NOTES.format(warm=warm, tokens=tokens, long=long or "none")
    return "\n\n".join(parts) + "\n" + notes


def _speed(speeds: Sequence[Speed]) -> str:
    header = (
        "", "tool", "documents/s", "passages/s", "indexing s", "its peak MB", "disk MB",
        "first hits s", "warm p50 / p95 ms", "resident MB",
    )  # fmt: skip
    rows = [
        (
            item.collection,
            item.tool,
            f"{item.documents / item.index_seconds:.1f}",
            f"{item.passages / item.index_seconds:.1f}",
            f"{item.index_seconds:.1f}",
            _megabytes(item.index_peak_bytes),
            f"{item.disk_bytes / 1e6:.1f}",
            f"{item.first_seconds:.2f}",
            f"{item.warm_p50_ms:.1f} / {item.warm_p95_ms:.1f}",
            _megabytes(item.resident_bytes),
        )
        for item in speeds
    ]
    return markdown_table(header, rows)


def _answers(answers: Sequence[Answers]) -> str:
    header = ("", "shell to answer s", "warm p50 / p95 ms", "resident MB")
    rows = [
        (
            item.collection,
            f"{item.first_seconds:.2f}",
            f"{item.warm_p50_ms:.0f} / {item.warm_p95_ms:.0f}",
            _megabytes(item.resident_bytes),
        )
        for item in answers
    ]
    return markdown_table(header, rows)


MEASURES: tuple[tuple[str, Callable[[Speed], float | None]], ...] = (
    ("documents/s", lambda item: item.index_seconds / item.documents),
    ("passages/s", lambda item: item.index_seconds / item.passages),
    ("first hits", lambda item: item.first_seconds),
    ("warm p50", lambda item: item.warm_p50_ms),
    ("warm p95", lambda item: item.warm_p95_ms),
    ("resident", lambda item: item.resident_bytes),
    ("disk", lambda item: item.disk_bytes),
)
"""What Yinju is compared by: the less, the better."""


def ratio(ours: float | None, theirs: float | None) -> float | None:
    """Return how many times less ours is than theirs; None where one of them is not known."""
    return theirs / ours if ours and theirs is not None else None


def _ratios(speeds: Sequence[Speed]) -> str:
    ours = {item.collection: item for item in speeds if item.tool == YINJU.name}
    rows = []
    for item in speeds:
        if item.tool == YINJU.name or item.collection not in ours:
            continue
        own = ours[item.collection]
        values = [ratio(measure(own), measure(item)) for _name, measure in MEASURES]
        cells = ["–" if value is None else f"{value:.2f}" for value in values]
        rows.append((item.collection, f"beside {item.tool}", *cells))
    return markdown_table(("", "", *(name for name, _measure in MEASURES)), rows)


def _rates(speeds: Sequence[Speed]) -> str:
    """Return a table of the rates between the smallest and the largest; "" with one size."""
    rows = []
    for tool in dict.fromkeys(item.tool for item in speeds):
        own = sorted((item for item in speeds if item.tool == tool), key=lambda x: x.documents)
        documents = own[-1].documents - own[0].documents
        seconds = own[-1].index_seconds - own[0].index_seconds
        if documents and seconds > 0:
            rows.append((tool, f"{documents / seconds:.1f}"))
    return markdown_table(("tool", "documents/s"), rows) if rows else ""


def _quality(qualities: Sequence[Quality]) -> str:
    """Return a table with a row a task over a collection and a column a tool."""
    tools = tuple(dict.fromkeys(item.tool for item in qualities))
    cells: dict[tuple[str, int], dict[str, str]] = {}
    for item in qualities:
        name = item.collection if item.task == "sized" else item.task
        shown = f"{item.recall_1:.3f} / {item.recall_10:.3f} / {item.mrr_10:.3f}"
        cells.setdefault((name, item.questions), {})[item.tool] = shown
    rows = [
        (name, str(questions), *(found.get(tool, "–") for tool in tools))
        for (name, questions), found in cells.items()
    ]
    return markdown_table(("question → paragraphs", "questions", *tools), rows)


def _megabytes(count: int | None) -> str:
    return "–" if count is None else f"{count / 1e6:.0f}"
