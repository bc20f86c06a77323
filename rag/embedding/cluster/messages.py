"""What the indexing process and the one that is connected to Ray say to each other."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rag.embedding.base import ModelIdentity, Vectors


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done: at which cluster, and what every worker must have.

    ``cpus`` is how many processors of the cluster a worker takes, ``version`` Yinju's.
    """

    address: str
    cpus: int
    model: str
    cache: str
    identity: ModelIdentity
    version: str


@dataclass(frozen=True, slots=True)
class Connected:
    """The cluster is there, with room for so many workers."""

    workers: int


@dataclass(frozen=True, slots=True)
class Task:
    """A batch of passages to embed."""

    number: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """The vectors of a batch, shape (passages, dimension)."""

    number: int
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the user may want to know."""

    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the work cannot go on, and what to do about it where that is known."""

    reason: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class WorkerReport:
    """What a worker says of itself; ``problem`` is why it cannot embed."""

    host: str
    version: str = ""
    identity: ModelIdentity | None = None
    problem: str = ""


def objection(report: WorkerReport, job: Job) -> str:
    """Return why a worker's vectors may not be taken, "" when they may."""
    where = f"the Ray worker on {report.host}"
    fix = f"Run `pip install 'yinju[ray]=={job.version}'` on every machine of the cluster"
    if report.version != job.version:
        has = f"has Yinju {report.version}" if report.version else "does not have Yinju"
        return f"{where} {has}, and here it is {job.version}. {fix}"
    if report.problem:
        return f"{where} cannot embed: {report.problem}"
    found = report.identity
    # A folder may have another path there.
    if found is None or replace(found, name=job.identity.name) != job.identity:
        return (
            f"{where} has another embedding model ({_named(found)}) than this machine "
            f"({_named(job.identity)}), and vectors of two models cannot be compared. Give every "
            "machine the same model, and leave out those whose processors want another precision"
        )
    return ""


def _named(identity: ModelIdentity | None) -> str:
    if identity is None:
        return "none"
    return f"{identity.name}, {identity.precision}, digest {identity.digest}"
