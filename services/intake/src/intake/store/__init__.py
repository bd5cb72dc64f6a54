"""Every statement on intake's tables: complaints, and what is written about them."""

from intake.store import complaints, texts

__all__ = ["complaints", "texts"]
