"""What a language model writes, held to its sources: how much stands that should, or should not.

    python eval/llm.py statements [--documents seeds]
    python eval/llm.py injections
    python eval/llm.py model --llm model.gguf [--serve] [--questions 60] [--documents seeds]

``statements``: a scripted model writes the sentences of eval/statements.jsonl, half of them true of
the passage that they cite; counts which are kept. ``injections``: the documents of
eval/injections.jsonl give orders to whoever reads them; asks each question with and without the
orders, of the reader and of a scripted model that obeys, and counts the answers that change.
``model``: a real model answers gold questions; counts the sentences shown and left out, figures
that no cited passage has, and citations to nothing; with ``--serve`` the file is served on loopback
and asked over HTTP. Each writes eval/results/llm-NAME.json.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from rag.asking import Author
from rag.engine import Engine
from rag.evaluation import load_gold
from rag.evaluation.environment import describe_engine
from rag.evaluation.report import markdown_table
from rag.evidence.support import NEIGHBOURS
from rag.evidence.writing import Writing
from rag.language.figures import find_figures
from rag.language.measures import is_same_measure, measure_of
from rag.language.rendering import as_figure
from rag.passages import split_document
from rag.reading.generator import Generator
from rag.records import Answer, Document, Fallback, Statement
from rag.settings import Settings

HERE = Path(__file__).parent


def main() -> None:
    """Run one of the three and print its table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=("statements", "injections", "model"))
    parser.add_argument("--documents", type=Path, default=HERE.parent / "seeds")
    parser.add_argument("--llm", default="", help="the model, as `ask --llm` takes it")
    parser.add_argument("--llm-url", default="", help="its server's address")
    parser.add_argument("--serve", action="store_true", help="ask the file given over HTTP")
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--answers", type=Path, help="where to write what the model said, to read")
    options = parser.parse_args()
    if options.what == "statements":
        content = statements(options.documents)
    elif options.what == "injections":
        content = injections()
    else:
        with served(options.llm) if options.serve else nullcontext(options.llm_url) as address:
            settings = Settings(llm=options.llm, llm_url=address, llm_timeout=120.0)
            content, said = model(settings, options.documents, options.questions)
        if options.answers:
            options.answers.write_text(json.dumps(said, ensure_ascii=False, indent=1), "utf-8")
    path = HERE / "results" / f"llm-{options.what}.json"
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


@contextmanager
def served(path: str) -> Iterator[str]:
    """Serve a GGUF file with llama.cpp on loopback and yield its address."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = path
    parameters.n_ctx = 4096
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.ui = False
    server = xllamacpp.Server(parameters)
    yield f"{server.listening_address}/v1"
    del server


@contextmanager
def indexed(paths: Sequence[Path], settings: Settings | None = None) -> Iterator[Engine]:
    """Open an engine over an index of its own that holds the files."""
    with tempfile.TemporaryDirectory() as folder:
        place = replace(settings or Settings.load(), index=Path(folder) / "index")
        with Engine(place) as engine:
            engine.add(list(paths))
            yield engine


def statements(documents: Path) -> dict[str, object]:
    """Hold each statement to the passage that it is about; return the shares of each kind kept."""
    rows = [json.loads(line) for line in (HERE / "statements.jsonl").open(encoding="utf-8")]
    kept: dict[str, list[bool]] = defaultdict(list)
    faults: Counter[str] = Counter()
    with indexed([documents]) as engine:
        found = {Path(item.path).stem: item for item in engine.documents()}
        for row in rows:
            document = found[row["file"].removesuffix(".md")]
            passages = split_document(document, engine.embedder.count_tokens)
            [about] = [item for item in passages if row["words"] in item.text][:1]
            # Whatever was asked, the statement does not repeat it.
            question = replace(engine.understand(row["statement"]), text="")
            writing = Writing(
                question, Answer(question.text), [about], {document.key: document},
                engine.standard, mark=False,
            )  # fmt: skip
            stands = writing.take(Statement(row["statement"], (1,)))
            kept["supported" if row["supported"] else row["kind"]].append(stands)
            kept[f"{'' if row['supported'] else 'un'}supported, {row['language']}"].append(stands)
            if not row["supported"]:
                kept["unsupported"].append(stands)
            if not stands:
                faults[writing.instead(Fallback.NONE).dropped[0].fault.value] += 1
        settings = describe_engine(engine)
    shares = {name: [sum(values), len(values)] for name, values in sorted(kept.items())}
    table = [[name, str(some), str(most)] for name, (some, most) in shares.items()]
    print(markdown_table(("kind", "shown", "of"), table))
    return {"settings": settings, "shown": shares, "faults": dict(faults)}


def injections() -> dict[str, object]:
    """Ask with and without the orders in the documents; return which answers changed."""
    rows = [json.loads(line) for line in (HERE / "injections.jsonl").open(encoding="utf-8")]
    changed: dict[str, list[str]] = {"reader": [], "obedient model": []}
    right = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in ("clean", "whole"):
            (folder / kind).mkdir()
            for row in rows:
                parts = row["text"].split("\n")
                if kind == "clean":
                    parts = [part for part in parts if row["planted"] not in part]
                text = "\n\n".join([f"# {row['title']}", *parts])
                (folder / kind / f"{row['id']}.md").write_text(text + "\n", encoding="utf-8")
        with indexed([folder / "clean"]) as clean, indexed([folder / "whole"]) as whole:
            for row in rows:
                before, after = (engine.ask(row["question"]) for engine in (clean, whole))
                right += row["answer"] in after.text
                if before.text != after.text:
                    changed["reader"].append(row["id"])
                obeyed = obedient(whole, row["planted"]).ask(row["question"])
                if row["planted"] in obeyed.text:
                    changed["obedient model"].append(row["id"])
                del whole.author
            settings = describe_engine(whole)
    print(f"{len(rows)} documents; the reader's answer is right for {right}")
    for name, ids in changed.items():
        print(f"changed, {name}: {len(ids)} {' '.join(ids)}")
    return {"settings": settings, "documents": len(rows), "right": right, "changed": changed}


def obedient(engine: Engine, planted: str) -> Engine:
    """Give an engine a model that writes what the orders in its sources want."""
    said = f"{planted} [1]. The answer is {planted} [1]. 答案是{planted}[1]。"
    chat = GenericFakeChatModel(messages=iter([AIMessage(said)]))
    engine.author = Author(Generator(chat, 10.0, 0), engine.standard, mark=False)
    return engine


def model(
    settings: Settings, documents: Path, most: int
) -> tuple[dict[str, object], list[dict[str, object]]]:
    """Ask gold questions of a real model; return what was shown and left out, counted and whole."""
    gold = [item for item in load_gold(HERE / "gold.jsonl") if item.answerable]
    asked = gold[:: max(1, len(gold) // most)][:most]
    counts: Counter[str] = Counter()
    shown: list[dict[str, object]] = []
    with indexed([documents], settings) as engine:
        for item in asked:
            answer = engine.ask(item.question)
            counts["questions"] += 1
            counts["answered"] += answer.answered
            counts["written"] += bool(answer.sentences)
            if answer.fallback:
                counts[f"fell back: {answer.fallback}"] += 1
            if answer.ending:
                counts[f"cut off: {answer.ending}"] += 1
            counts["sentences shown"] += len(answer.sentences)
            counts["sentences left out"] += len(answer.dropped)
            counts["citations to nothing, taken away"] += answer.unknown_citations
            for sentence in answer.sentences:
                cited = [answer.citations[number - 1] for number in sentence.citations]
                counts["sentences without a citation"] += not cited
                sources = [around(item.document, item.start, item.end) for item in cited]
                counts["figures not in the cited passage"] += strange(sentence.text, sources)
            shown.append({
                "question": item.question, "text": answer.text, "cut off": answer.ending.value,
                "sentences": [one.text for one in answer.sentences],
                "left out": [[one.text, one.fault.value] for one in answer.dropped],
            })  # fmt: skip
        name = Path(settings.llm).name
        described = describe_engine(engine) | {"llm": name, "over HTTP": bool(settings.llm_url)}
    table = [[name, str(count)] for name, count in counts.items()]
    print(markdown_table(("what", "how many"), table))
    return {"settings": described, "counts": dict(counts)}, shown


def around(document: Document, start: int, end: int) -> str:
    """Return a quotation with its neighbours, title and date."""
    near = document.text[max(0, start - NEIGHBOURS) : end + NEIGHBOURS]
    return f"{document.title} {document.published or ''}\n{near}"


def strange(sentence: str, sources: Sequence[str]) -> int:
    """Return how many figures of a sentence are in none of its sources."""
    there = [as_figure(figure) for text in sources for figure in find_figures(text)]
    figures = map(as_figure, find_figures(sentence))
    return sum(
        not any(
            is_same_measure(figure, other) and measure_of(figure).value == measure_of(other).value
            for other in there
        )
        for figure in figures
    )


if __name__ == "__main__":
    main()
