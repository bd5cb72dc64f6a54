"""Every statement on intake's tables: complaints, what is written about them, who takes part, and ranking."""

from intake.store import complaints, participants, ranking, texts

__all__ = ["complaints", "participants", "ranking", "texts"]
