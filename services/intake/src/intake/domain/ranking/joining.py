"""The ranking itself: what the model learned joined with what matters are called, and the units behind matters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from intake.domain.ranking.model import Model, Scored
from intake.domain.ranking.names import Likeness, Matter, Names

_OF_NAMES = 0.9
"""What a name that stands in the text word by word weighs against a probability."""
_NOTHING = Likeness("", 0.0, "")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a complaint may be about.

    `label` is what was learned: a matter's code, or whatever the desk sorts by. `matter` and `unit` are None where the
    directory does not know them, `unit` also where several own the matter and no place says which. `score` is between 0
    and 1; `certain` is one above the threshold whose precision was measured, where the policy has one. `why` are words
    of the complaint and of the directory: they stay here (rules 7).
    """

    label: str
    name: str
    matter: str | None
    unit: str | None
    score: float
    certain: bool = False
    why: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Directory:
    """What of the directory ranking needs: matters, names of units by code, and the place above each place."""

    matters: Mapping[str, Matter] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    above: Mapping[str, str | None] = field(default_factory=dict)

    @cached_property
    def names(self) -> Names:
        """The index of what matters are called."""
        return Names(self.matters.values())

    def owner(self, matter: str, place: str | None) -> str | None:
        """The unit that owns the matter at the place, or around it; without a place the only one that owns it."""
        owners = self.matters[matter].owners
        at = place
        while at is not None:
            if at in owners:
                return owners[at]
            at = self.above.get(at)
        return next(iter(owners.values())) if len(set(owners.values())) == 1 else None

    def decided(self, unit: str, matter: str | None) -> str | None:
        """The label of a complaint that a hand gave to the unit; None for one that is not listed.

        That is the matter which was said, if the unit owns it anywhere: a hand that passes it over says it was wrong.
        """
        if unit not in self.units:
            return None
        known = self.matters.get(matter or "")
        return known.code if known and unit in known.owners.values() else unit

    def unit_called(self, label: str) -> str | None:
        """The unit that a label means: by its code or its name."""
        if label in self.units:
            return label
        return next((code for code, name in self.units.items() if name == label), None)


@dataclass(frozen=True)
class Ranker:
    """Ranks matters; `precision` is what the policy asks of a certain candidate, None for no such."""

    directory: Directory
    model: Model | None = None
    precision: float | None = None

    def rank(self, subject: str, text: str, limit: int, place: str | None = None) -> list[Candidate]:
        """The likeliest candidates, at most `limit`, the best first."""
        learned = {one.label: one for one in self.model.rank(subject, text)} if self.model else {}
        alike = self.directory.names.like(subject, text)
        labels = dict.fromkeys((*learned, *alike))
        found = [self._candidate(label, learned.get(label), alike.get(label, _NOTHING), place) for label in labels]
        return sorted(found, key=lambda one: -one.score)[:limit]

    def _candidate(self, label: str, learned: Scored | None, alike: Likeness, place: str | None) -> Candidate:
        matter = self.directory.matters.get(label)
        unit = self.directory.owner(label, place) if matter else self.directory.unit_called(label)
        probability = learned.probability if learned else 0.0
        return Candidate(
            label=label,
            name=matter.name if matter else self.directory.units.get(unit or "", label),
            matter=matter.code if matter else None,
            unit=unit,
            score=round(1 - (1 - probability) * (1 - _OF_NAMES * alike.likeness), 4),
            certain=self._threshold is not None and probability >= self._threshold,
            why=(*([alike.name] if alike.name else []), *(learned.why if learned else ())),
        )

    @cached_property
    def _threshold(self) -> float | None:
        return self.model.threshold(self.precision) if self.model and self.precision else None
