"""What may be changed in the directory, as one person proposes it and another confirms it (rules 6): a closed list.

Codes are taken as they were typed: everything that is wrong with them is said at once, not only the first thing.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from contracts.actions import OfficerNumber

MOST_CHANGES = 20_000

Typed = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
"""A code or a name, not looked at yet."""


class _Change(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ListUnit(_Change):
    """The unit stands in the directory like this, new or other than before."""

    change: Literal["list-unit"] = "list-unit"
    code: Typed
    name: Typed
    kind: Typed
    credit_code: Typed
    parent: Typed | None = None


class EndUnit(_Change):
    """The unit is dissolved; its open tickets go to the successor, or to the manual queue without one."""

    change: Literal["end-unit"] = "end-unit"
    code: Typed
    successor: Typed | None = None


class ListPlace(_Change):
    """The place stands in the directory like this."""

    change: Literal["list-place"] = "list-place"
    code: Typed
    name: Typed
    parent: Typed | None = None
    centre: Typed | None = None


class EndPlace(_Change):
    """The place is no longer listed."""

    change: Literal["end-place"] = "end-place"
    code: Typed


class ListMatter(_Change):
    """The matter stands in the directory like this; who owns it stays as it is."""

    change: Literal["list-matter"] = "list-matter"
    code: Typed
    name: Typed
    synonyms: Annotated[tuple[Typed, ...], Field(max_length=100)] = ()


class EndMatter(_Change):
    """The matter is no longer listed, and nobody owns it."""

    change: Literal["end-matter"] = "end-matter"
    code: Typed


class Own(_Change):
    """The unit owns the matter at the place and below it, instead of who owned it there."""

    change: Literal["own"] = "own"
    matter: Typed
    place: Typed
    unit: Typed


class Disown(_Change):
    """Nobody owns the matter at this very place any longer."""

    change: Literal["disown"] = "disown"
    matter: Typed
    place: Typed


Change = ListUnit | EndUnit | ListPlace | EndPlace | ListMatter | EndMatter | Own | Disown


def _seen(said: str) -> str:
    if not said.isprintable():
        raise ValueError("characters that cannot be seen")
    return said


Basis = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_seen)]
"""The number of the document (文号) that a change rests on."""


class ProposedChange(_Change):
    """Changes of the directory that belong together: all of them happen or none.

    `officer` proposes them, resting on the document `basis`; they hold from `effective_at` on, or once confirmed.
    """

    officer: OfficerNumber
    changes: Annotated[
        tuple[Annotated[Change, Field(discriminator="change")], ...], Field(min_length=1, max_length=MOST_CHANGES)
    ]
    basis: Basis
    effective_at: AwareDatetime | None = None
