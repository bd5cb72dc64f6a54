"""Every statement on intake's tables: complaints, who says what again, what is written, who takes part, ranking."""

from intake.store import complaints, links, participants, ranking, sayings, texts

__all__ = ["complaints", "links", "participants", "ranking", "sayings", "texts"]
