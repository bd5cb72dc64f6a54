"""What an operator may change about intake."""

from pydantic import Field

from chassis.settings import Settings


class IntakeSettings(Settings, service="intake"):
    """The common settings, and the policy of registering."""

    future_tolerance_seconds: int = Field(default=300, ge=0)
    """How far ahead of ours a channel's clock may be (policy)."""
    longest_subject: int = Field(default=200, ge=1)
    """Characters (policy)."""
    longest_text: int = Field(default=10_000, ge=1)
    """Characters, of a complaint and of what is written about it later (policy)."""
    most_attachments: int = Field(default=5, ge=0)
    """For one complaint (policy)."""
    near_days: int = Field(default=90, ge=0)
    """How far back complaints of the same reporter may lie that are shown as near to one (policy)."""
    word_days: int = Field(default=20, ge=1, le=366)
    """Natural days after the reply within which the reporter's own word is taken at all (policy)."""
    ranking_certain_precision: float | None = Field(default=None, gt=0.5, le=1)
    """The measured precision from which on a ranked candidate is told as certain (policy); off unless it is set."""
