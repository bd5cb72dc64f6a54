"""Every statement on intake's tables: complaints, texts, who takes part, what was decided, and ranking."""

from intake.store import complaints, decisions, participants, ranking, texts

__all__ = ["complaints", "decisions", "participants", "ranking", "texts"]
