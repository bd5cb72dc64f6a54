"""Every statement on intake's tables: complaints, what is written about them, which units take part in them."""

from intake.store import complaints, participants, texts

__all__ = ["complaints", "participants", "texts"]
