"""What intake does: registers complaints, keeps and opens what is written, ranks matters."""

from intake.usecases import ranking, repeating
from intake.usecases.complaints import (
    Answered,
    Asked,
    Opened,
    OpenedText,
    Registered,
    Writing,
    Written,
    fingerprint,
    follow,
    open_one,
    open_text,
    receipts,
    register,
    secret,
    submit,
    texts_of,
    write,
)
from intake.usecases.explaining import Explained, explain
from intake.usecases.kit import Kit
from intake.usecases.rating import rate

__all__ = [
    "Answered",
    "Asked",
    "Explained",
    "Kit",
    "Opened",
    "OpenedText",
    "Registered",
    "Writing",
    "Written",
    "explain",
    "fingerprint",
    "follow",
    "open_one",
    "open_text",
    "ranking",
    "rate",
    "receipts",
    "register",
    "repeating",
    "secret",
    "submit",
    "texts_of",
    "write",
]
