"""Learning a model from what the desk decided, and measuring it on rows that it did not learn from."""

import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intake.domain.ranking.fields import FIELDS
from intake.domain.ranking.grams import fingerprint, grams
from intake.domain.ranking.model import Floats, Model

FOLDS = 5
FEWEST = 20
"""Rows; of fewer nothing can be said."""
_SHARPNESSES = tuple(0.5 * 1.25**step for step in range(18))


class Row(NamedTuple):
    """A complaint with the label that was decided; None where nobody decided."""

    subject: str
    text: str
    label: str | None


class Figures(NamedTuple):
    """Shares of rows whose right label came first, or among the first three."""

    rows: int
    top1: float
    top3: float


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is learned from: decided rows, names of what belongs to labels, and rows that show how common words are."""

    rows: Sequence[Row]
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    background: Sequence[Row] = ()


def lesson(rows: Iterable[Row], names: Mapping[str, Sequence[str]], background: Iterable[Row] = ()) -> Lesson:
    """What can be learned from these rows; those without a label show how common words are.

    A label that is called like one of our FIELDS, and has no names here, gets that field's words.
    Raises ValueError for too few rows or labels.
    """
    given = list(rows)
    decided = [row for row in given if row.label]
    labels = {row.label for row in decided if row.label}
    if len(decided) < FEWEST or len(labels) < 2:
        raise ValueError(f"at least {FEWEST} decided rows of two labels are needed")
    known = {label: names.get(label) or FIELDS.get(label, ()) for label in sorted(labels)}
    return Lesson(decided, known, [*background, *(row for row in given if not row.label)])


def learn(lesson: Lesson) -> tuple[Model, Figures]:
    """The model of a lesson, with its figures on rows that were held back in turns."""
    held_back, right = _held_back(lesson)
    bare = _fit(lesson)
    sharp = replace(bare, sharpness=_sharpness(held_back, right))
    chances = sharp.chances(held_back)
    first = chances.argmax(axis=1)
    pairs = zip(chances.max(axis=1).tolist(), (first == right).tolist(), strict=True)
    measured = tuple(sorted(((round(chance, 6), was) for chance, was in pairs), reverse=True))
    trained_on = frozenset(fingerprint(row.subject, row.text) for row in lesson.rows)
    return replace(sharp, measured=measured, trained_on=trained_on), figures(held_back, right)


def figures(scores: Floats, right: NDArray[np.int64]) -> Figures:
    """How often the right label's score is the highest, or among the three highest; a tie is lost."""
    better = (scores >= scores[np.arange(len(right)), right][:, None]).sum(axis=1) - 1
    return Figures(len(right), float((better < 1).mean()), float((better < 3).mean()))


def _held_back(lesson: Lesson, seed: int = 0) -> tuple[Floats, NDArray[np.int64]]:
    """Every row's scores by a model that has not learned from it, nor from one that says the same."""
    from sklearn.model_selection import StratifiedGroupKFold  # noqa: PLC0415 - the running service needs none of it

    labels = sorted({row.label or "" for row in lesson.rows})
    right = np.array([labels.index(row.label or "") for row in lesson.rows])
    same = [fingerprint(row.subject, row.text).hex() for row in lesson.rows]
    scores: Floats = np.full((len(right), len(labels)), -9.0, np.float32)
    folds = StratifiedGroupKFold(min(FOLDS, int(np.bincount(right).max())), shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a label with fewer rows than folds: it is missed, and counted
        for kept, held in folds.split(same, right, same):
            model = _fit(replace(lesson, rows=[lesson.rows[at] for at in kept]))
            columns = [labels.index(label) for label in model.labels]
            scores[np.ix_(held, columns)] = [_scores(model, lesson.rows[at]) for at in held]
    return scores, right


def _scores(model: Model, row: Row) -> list[float]:
    by_label = {one.label: one.probability for one in model.rank(row.subject, row.text)}
    return [float(np.log(by_label[label] + 1e-9)) for label in model.labels]


def _sharpness(scores: Floats, right: NDArray[np.int64]) -> float:
    """What makes the probabilities of held back rows most honest (least log loss)."""

    def loss(sharpness: float) -> float:
        raised = sharpness * (scores - scores.max(axis=1, keepdims=True))
        return float((np.log(np.exp(raised).sum(axis=1)) - raised[np.arange(len(right)), right]).mean())

    return min(_SHARPNESSES, key=loss)


def _fit(lesson: Lesson) -> Model:
    """A linear model over runs of characters; a name of something that belongs to a label is an example of it."""
    from sklearn.svm import LinearSVC  # noqa: PLC0415 - as above

    named = [(label, grams(name)) for label, names in lesson.names.items() for name in names]
    examples = [*((row.label or "", grams(row.subject, row.text)) for row in lesson.rows), *named]
    places, rarity = _vocabulary(lesson, [counted for _, counted in examples])
    if not places:
        raise ValueError("no two of the rows have a word in common")
    labels = sorted({label for label, _ in examples})
    answers = [labels.index(label) for label, _ in examples]
    svm = LinearSVC(C=0.5, class_weight="balanced", random_state=0).fit(_matrix(examples, places, rarity), answers)
    weights, intercept = svm.coef_.T.astype(np.float32), svm.intercept_.astype(np.float32)
    if len(labels) == 2:  # one row of weights, for the second label against the first
        weights, intercept = np.hstack([-weights, weights]), np.hstack([-intercept, intercept])
    return Model(tuple(labels), places, rarity, weights, intercept)


def _vocabulary(lesson: Lesson, examples: Sequence[Counter[str]]) -> tuple[dict[str, int], Floats]:
    """The runs that occur more than once, and how rare each is."""
    spread = Counter(gram for counted in examples for gram in counted)
    known = set(spread)
    for row in lesson.background:
        spread.update(grams(row.subject, row.text).keys() & known)
    whole = len(examples) + len(lesson.background)
    chosen = sorted(gram for gram in known if spread[gram] >= 2)
    rarity = np.array([np.log((1 + whole) / (1 + spread[gram])) + 1 for gram in chosen], np.float32)
    return {gram: place for place, gram in enumerate(chosen)}, rarity


def _matrix(examples: Sequence[tuple[str, Counter[str]]], places: Mapping[str, int], rarity: Floats) -> Any:
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - as above
    from sklearn.preprocessing import normalize  # noqa: PLC0415 - as above

    starts, columns, values = [0], list[int](), list[float]()
    for _, counted in examples:
        known = [(places[gram], count) for gram, count in counted.items() if gram in places]
        columns += [place for place, _ in known]
        values += [float((1 + np.log(count)) * rarity[place]) for place, count in known]
        starts.append(len(columns))
    return normalize(csr_matrix((values, columns, starts), shape=(len(examples), len(places))))
