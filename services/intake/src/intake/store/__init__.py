"""Every statement on intake's tables: complaints, who says what again, texts, who takes part, decisions, ranking."""

from intake.store import complaints, decisions, links, participants, ranking, sayings, texts, words

__all__ = ["complaints", "decisions", "links", "participants", "ranking", "sayings", "texts", "words"]
