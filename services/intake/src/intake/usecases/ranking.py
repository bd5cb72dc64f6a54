"""Ranking: take what the directory tells, train and evaluate models, rank matters for complaints that name none."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from chassis.vault import about
from chassis.work import Work
from contracts.complaints import Candidate as Told
from contracts.directory import DirectoryFact
from intake import store
from intake.domain import ComplaintForm
from intake.domain.ranking import Candidate, Figures, Model, Ranker, Row, learn, lesson, read, written
from intake.store.ranking import SealedModel
from intake.usecases.kit import Kit

TOLD = 5
"""Candidates that a fact carries."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A model by its version, with its figures on rows that it did not learn from."""

    version: int
    trained_at: datetime
    sha256: str
    labels: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class Evaluated:
    """How good the model of a version is on rows that it never saw, and how fast; `seen` rows are left out.

    Where it has seen all of them, or there is none, `held_back` is true: models were trained on four fifths of the rows
    and measured on the others, in turns.
    """

    version: int | None
    held_back: bool
    seen: int
    figures: Figures
    per_s: float
    p99_ms: float


async def list_entries(work: Work[Kit], facts: Sequence[DirectoryFact]) -> None:
    """Take what the directory tells: matters, units, places."""
    await store.ranking.list_entries(work.session, facts)


async def rank(work: Work[Kit], subject: str, text: str, limit: int) -> list[Candidate]:
    """What a complaint may be about, the likeliest first; nothing of it is kept."""
    return (await _ranker(work)).rank(subject, text, limit)


async def candidates(work: Work[Kit], forms: Sequence[ComplaintForm]) -> list[tuple[Told, ...]]:
    """What complaints that name no usable matter may be about, without a word of theirs (rules 7)."""
    if not forms:
        return []
    ranker = await _ranker(work)
    return [_told(ranker.rank(form.subject, form.text, TOLD, form.place_code)) for form in forms]


async def train(work: Work[Kit], rows: Sequence[Row], names: Mapping[str, Sequence[str]]) -> Trained:
    """Learn a model from what was decided, and keep it, sealed: it is used from the next complaint on.

    What matters are called in the directory are examples of them too. Raises ValueError for too little to learn from.
    """
    model, figures = learn(lesson(rows, await _names(work, names)))
    body, model_id = written(model), work.new_id()
    vault = work.kit.vault
    key = vault.new_key()
    sealed = SealedModel(
        model_id=model_id,
        trained_at=work.now,
        sha256=hashlib.sha256(body).digest(),
        rows=figures.rows,
        top1=figures.top1,
        top3=figures.top3,
        wrapped_key=key.wrapped,
        body=vault.seal(key, body, about(model_id, "model")),
    )
    version = await store.ranking.add_model(work.session, sealed)
    return Trained(version, work.now, sealed.sha256.hex(), len(model.labels), figures)


async def evaluate(work: Work[Kit], rows: Sequence[Row], names: Mapping[str, Sequence[str]]) -> Evaluated:
    """How often the ranking is right on decided rows that its model never saw.

    Raises ValueError where no row is decided, or too few to learn from.
    """
    ranker = await _ranker(work)
    decided, model = [row for row in rows if row.label], ranker.model
    unseen = [row for row in decided if model and not model.has_seen(row.subject, row.text)]
    if unseen:
        ranks, seconds = _ranks(ranker, unseen)
        version, figures = work.kit.held.mark[0], _figures(ranks)
    else:
        model, figures = learn(lesson(rows, await _names(work, names)))
        _, seconds = _ranks(Ranker(ranker.directory, model), decided)
        version = None
    seen = len(decided) - len(unseen) if version else 0
    speed, slow = len(seconds) / sum(seconds), sorted(seconds)[int(0.99 * (len(seconds) - 1))]
    return Evaluated(version, version is None, seen, figures, speed, slow * 1000)


async def _ranker(work: Work[Kit]) -> Ranker:
    """The ranker of the newest model and the directory as it holds now."""
    held, mark = work.kit.held, await store.ranking.mark(work.session)
    if mark != held.mark:
        model = await _newest_model(work)
        held.ranker = Ranker(await store.ranking.directory(work.session), model, work.kit.certain_precision)
        held.mark = mark
    return held.ranker


async def _newest_model(work: Work[Kit]) -> Model | None:
    sealed = await store.ranking.newest_model(work.session)
    if sealed is None:
        return None
    vault = work.kit.vault
    return read(vault.open(vault.unwrap(sealed.wrapped_key), sealed.body, about(sealed.model_id, "model")))


async def _names(work: Work[Kit], given: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    directory = (await _ranker(work)).directory
    return {code: matter.called for code, matter in directory.matters.items()} | dict(given)


def _ranks(ranker: Ranker, rows: Sequence[Row]) -> tuple[list[int], list[float]]:
    """At which place each row's label came (0: the first), and how long it took in seconds."""
    ranks, seconds = [], []
    for row in rows:
        begun = perf_counter()
        found = [one.label for one in ranker.rank(row.subject, row.text, 20)]
        seconds.append(perf_counter() - begun)
        ranks.append(found.index(row.label) if row.label in found else len(found) + 20)
    return ranks, seconds


def _figures(ranks: Sequence[int]) -> Figures:
    share = [sum(rank < first for rank in ranks) / len(ranks) for first in (1, 3)]
    return Figures(len(ranks), *share)


def _told(ranked: Sequence[Candidate]) -> tuple[Told, ...]:
    known = [one for one in ranked if one.matter or one.unit]
    return tuple(Told(matter=one.matter, unit=one.unit, score=one.score, certain=one.certain) for one in known)
