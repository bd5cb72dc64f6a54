"""What is written about a complaint after it came (rules 7): reasons, notes, replies, explanations."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic_core import PydanticCustomError

from contracts.refusals import Refused
from contracts.vocabulary import TextKind
from intake.domain.form import worded
from intake.domain.registration import Policy


@dataclass(frozen=True, slots=True)
class Text:
    """A text as everyone may know it who sees its complaint: who wrote it, of what kind it is, when."""

    text_id: UUID
    complaint_id: UUID
    kind: TextKind
    author: str
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedText(Text):
    """A text as it is stored, what it says sealed; `claim` is what its request is recognised by, if it can be."""

    claim: bytes | None
    content: bytes


def wording(written: str, policy: Policy) -> str:
    """What was written, in the form that complaints have too. Raises Refused("text.invalid") with `fields`."""
    try:
        said = worded(written)
    except PydanticCustomError as error:
        raise Refused("text.invalid", fields=[f"text: {error.type}"]) from None
    if len(said) > policy.longest_text:
        raise Refused("text.invalid", fields=["text: string_too_long"])
    return said
