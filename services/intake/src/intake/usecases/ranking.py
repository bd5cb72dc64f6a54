"""Ranking: take what the directory tells, train and evaluate models, rank matters for complaints that name none.

Learning takes seconds to minutes, longer than a transaction may: what it needs is read first (`prepare`), and what came
of it is kept afterwards (`keep`).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter

from chassis import audit
from chassis.security import Principal
from chassis.vault import about
from chassis.work import Work
from contracts.complaints import Candidate as Told
from contracts.directory import DirectoryFact, MatterListed
from intake import clients, store
from intake.domain import ComplaintForm
from intake.domain.ranking import Candidate, Directory, Figures, Model, Ranker, Row, learn, lesson, read, written
from intake.store.ranking import SealedModel
from intake.usecases import opening
from intake.usecases.kit import Kit

TOLD = 5
"""Candidates that a fact carries."""
_OPERATOR = Principal("operator")


@dataclass(frozen=True, slots=True)
class Ranked:
    """What a complaint may be about, as a fact tells it; `by` is the model's version, None where names alone ranked."""

    candidates: tuple[Told, ...] = ()
    by: int | None = None


_NOT_RANKED = Ranked()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is learned from or measured on, and the ranker to measure with its model's version, as they were read."""

    rows: Sequence[Row] = field(repr=False)
    names: Mapping[str, Sequence[str]]
    ranker: Ranker
    version: int | None


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
    """Take what the directory tells: matters, units, places; what is older than what is known changes nothing."""
    newest = {fact.entry: fact for fact in sorted(facts, key=lambda one: one.version)}
    entries = [newest[entry] for entry in sorted(newest)]
    named = [(one.name, *one.synonyms) for one in entries if isinstance(one, MatterListed)]
    await store.ranking.list_entries(work.session, entries, await clients.spelled_apart(named))


async def rank(work: Work[Kit], subject: str, text: str, limit: int) -> list[Candidate]:
    """What a complaint may be about, the likeliest first; nothing of it is kept."""
    ranker, _ = await newest(work)
    return ranker.rank(subject, text, limit)


async def candidates(work: Work[Kit], forms: Sequence[ComplaintForm]) -> list[Ranked]:
    """What complaints may be about, of which no word is told (rules 3.1, 7).

    One that names a matter of the directory is not ranked, nor one that was solved on the spot.
    """
    listed = await store.ranking.listed(work.session, {form.matter_code for form in forms if form.matter_code})
    unnamed = [form.matter_code not in listed and form.solved is None for form in forms]
    if not any(unnamed):
        return [_NOT_RANKED] * len(forms)
    ranker, version = await newest(work)
    return [
        _ranked(ranker, version, form) if wanted else _NOT_RANKED for form, wanted in zip(forms, unnamed, strict=True)
    ]


async def newest(work: Work[Kit]) -> tuple[Ranker, int | None]:
    """The ranker of the newest model and the directory as it holds now, and the version of that model."""
    held, mark = work.kit.held, await store.ranking.mark(work.session)
    if mark != held.mark:
        model = await _newest_model(work)
        held.ranker = Ranker(await store.ranking.directory(work.session), model, work.kit.certain_precision)
        held.mark = mark
    return held.ranker, mark[0] or None


async def prepare(
    work: Work[Kit], rows: Sequence[Row], names: Mapping[str, Sequence[str]], *, decided: bool
) -> Prepared:
    """What these rows teach, and with `decided` what the desk decided; a unit may be said by its name or its code.

    What matters are called in the directory are examples of them too. Complaints that the desk decided are opened in
    memory alone, which is written down before (rules 7).
    """
    ranker, version = await newest(work)
    directory = ranker.directory
    known = [row._replace(label=_settled(directory, row.label)) for row in rows]
    called = {code: matter.called for code, matter in directory.matters.items()}
    given = {directory.unit_called(label) or label: said for label, said in names.items()}
    by_hand = await _decided(work, directory) if decided else []
    return Prepared([*by_hand, *known], called | given, ranker, version)


def trained(prepared: Prepared) -> tuple[Model, Figures]:
    """A model of what was prepared, with its figures on rows held back. Raises ValueError for too little."""
    return learn(lesson(prepared.rows, prepared.names))


async def keep(work: Work[Kit], model: Model, figures: Figures) -> Trained:
    """Keep the model, sealed: it is used from the next complaint on."""
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


def evaluate(prepared: Prepared) -> Evaluated:
    """How often the ranking is right on decided rows that its model never saw.

    Raises ValueError where no row is decided, or too few to learn from.
    """
    ranker, version = prepared.ranker, prepared.version
    decided, model = [row for row in prepared.rows if row.label], ranker.model
    unseen = [row for row in decided if model and not model.has_seen(row.subject, row.text)]
    if unseen:
        ranks, seconds = _ranks(ranker, unseen)
        figures = _figures(ranks)
    else:
        model, figures = trained(prepared)
        _, seconds = _ranks(Ranker(ranker.directory, model), decided)
        version = None
    seen = len(decided) - len(unseen) if version else 0
    speed, slow = len(seconds) / sum(seconds), sorted(seconds)[int(0.99 * (len(seconds) - 1))]
    return Evaluated(version, version is None, seen, figures, speed, slow * 1000)


async def _newest_model(work: Work[Kit]) -> Model | None:
    sealed = await store.ranking.newest_model(work.session)
    if sealed is None:
        return None
    vault = work.kit.vault
    return read(vault.open(vault.unwrap(sealed.wrapped_key), sealed.body, about(sealed.model_id, "model")))


async def _decided(work: Work[Kit], directory: Directory) -> list[Row]:
    """The complaints that hands dispatched to units of the directory, labelled with what was decided."""
    await audit.append(work.session, _OPERATOR, "complaint.learn", "decided by hand", "ranking", work.now)
    found: list[Row] = []
    async for one in store.decisions.every(work.session):
        label = directory.decided(one.unit, one.matter)
        if label is not None:
            said = opening.content(work.kit, one.complaint_id, one.wrapped_key, one.content)
            found.append(Row(said["subject"], said["text"], label))
    return found


def _settled(directory: Directory, label: str | None) -> str | None:
    return (directory.unit_called(label) or label) if label else None


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


def _ranked(ranker: Ranker, version: int | None, form: ComplaintForm) -> Ranked:
    """The candidates whose matter or unit the directory knows."""
    if not ranker.directory.units and not ranker.directory.matters:
        return _NOT_RANKED
    found = ranker.rank(form.subject, form.text, TOLD, form.place_code)
    told = tuple(
        Told(matter=one.matter, unit=one.unit, score=one.score, certain=one.certain)
        for one in found
        if one.matter or one.unit
    )
    return Ranked(told, version if told else None)
