"""Ranking matters for complaints that name none (rules 3.1): learned from decisions, joined with the directory's names.

Pure functions over values. `learn` makes a model of a `Lesson`, `written` and `read` carry it, `Ranker.rank` says what
a complaint may be about, and why.
"""

from intake.domain.ranking.joining import Candidate, Directory, Ranker
from intake.domain.ranking.learning import Figures, Lesson, Row, learn, lesson
from intake.domain.ranking.model import Model, read, written
from intake.domain.ranking.names import Matter, spelled
from intake.domain.ranking.sheets import names, rows

__all__ = [
    "Candidate",
    "Directory",
    "Figures",
    "Lesson",
    "Matter",
    "Model",
    "Ranker",
    "Row",
    "learn",
    "lesson",
    "names",
    "read",
    "rows",
    "spelled",
    "written",
]
