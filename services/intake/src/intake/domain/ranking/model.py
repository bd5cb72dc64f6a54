"""A learned model: which labels a complaint may have, how probable each is, and the words that counted."""

import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intake.domain.ranking.grams import fingerprint, grams

Floats = NDArray[np.float32]
_MOST_WORDS = 5
_FORM = 1


class Scored(NamedTuple):
    """A label with its probability; `why` are the words that spoke for it most, strongest first."""

    label: str
    probability: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Weights of runs of characters for each label.

    `sharpness` makes probabilities of scores, as measured on rows held back; `measured` are those rows' highest
    probabilities, largest first, each with whether it was right; `trained_on` are the fingerprints of its rows.
    """

    labels: tuple[str, ...]
    places: Mapping[str, int]
    rarity: Floats
    weights: Floats
    intercept: Floats
    sharpness: float = 1.0
    measured: tuple[tuple[float, bool], ...] = ()
    trained_on: frozenset[bytes] = frozenset()

    def rank(self, subject: str, text: str) -> list[Scored]:
        """Every label, most probable first."""
        known, parts = self._parts(grams(subject, text))
        chances = self.chances(parts.sum(axis=0) + self.intercept)
        order = np.argsort(-chances, kind="stable")
        return [Scored(self.labels[at], float(chances[at]), _strongest(known, parts[:, at])) for at in order]

    def chances(self, scores: Floats) -> Floats:
        """The probabilities of scores, along the last axis."""
        raised: Floats = np.exp(self.sharpness * (scores - scores.max(axis=-1, keepdims=True)))
        chances: Floats = raised / raised.sum(axis=-1, keepdims=True)
        return chances

    def has_seen(self, subject: str, text: str) -> bool:
        """Whether it was trained on this complaint."""
        return fingerprint(subject, text) in self.trained_on

    def threshold(self, precision: float, fewest: int = 50) -> float | None:
        """The probability from which on so many of the rows held back were right; None where too few show it."""
        right, found = 0, None
        for place, (probability, was_right) in enumerate(self.measured, 1):
            right += was_right
            if place >= fewest and right >= precision * place:
                found = probability
        return found

    def _parts(self, counted: Counter[str]) -> tuple[list[str], Floats]:
        """The known runs and what each adds to each label's score."""
        known = [gram for gram in counted if gram in self.places]
        at = [self.places[gram] for gram in known]
        values = self.rarity[at] * (1 + np.log(np.array([counted[gram] for gram in known], np.float32)))
        length = float(np.linalg.norm(values)) or 1.0
        return known, (values / length)[:, None] * self.weights[at]


def _strongest(known: Sequence[str], parts: Floats) -> tuple[str, ...]:
    """The runs that counted most, without those that are a part of a stronger one."""
    found: list[str] = []
    for at in np.argsort(-parts)[: 8 * _MOST_WORDS]:
        gram = known[at]
        if parts[at] > 0 and len(gram) > 1 and not any(gram in one or one in gram for one in found):
            found.append(gram)
    return tuple(found[:_MOST_WORDS])


def written(model: Model) -> bytes:
    """The model as bytes that hold numbers and text only: nothing in them is ever run."""
    said = {
        "form": _FORM,
        "labels": model.labels,
        "grams": list(model.places),
        "sharpness": model.sharpness,
        "measured": model.measured,
        "trained_on": sorted(one.hex() for one in model.trained_on),
    }
    kept = io.BytesIO()
    text = np.frombuffer(json.dumps(said, ensure_ascii=False).encode(), np.uint8)
    np.savez_compressed(kept, said=text, rarity=model.rarity, weights=model.weights, intercept=model.intercept)
    return kept.getvalue()


def read(body: bytes) -> Model:
    """The model out of its bytes. Raises ValueError for those of another form."""
    with np.load(io.BytesIO(body), allow_pickle=False) as kept:
        said: dict[str, Any] = json.loads(kept["said"].tobytes())
        if said["form"] != _FORM:
            raise ValueError("a model of another form: train it again")
        return Model(
            labels=tuple(said["labels"]),
            places={gram: place for place, gram in enumerate(said["grams"])},
            rarity=kept["rarity"],
            weights=kept["weights"],
            intercept=kept["intercept"],
            sharpness=said["sharpness"],
            measured=tuple((float(probability), bool(right)) for probability, right in said["measured"]),
            trained_on=frozenset(map(bytes.fromhex, said["trained_on"])),
        )
