"""The rules of registering (四(一), rules 2): what a submission must look like, what it becomes, what it is answered.

`read` says whether what a channel sent is a complaint at all, and normalises it; `admit` decides what needs the present
instant or the policy; `same` whether something said under a known source id is the same complaint. `wording` says what
may be written about one later, `follow` which units take part in it, `decisions` what the desk decided about it.
`identity` and `rounds` find what is said again, `near` what nearly is.
"""

from intake.domain.decisions import Decision, Undone, decisions
from intake.domain.form import ComplaintForm, Solved, SourceId
from intake.domain.participation import Part, follow
from intake.domain.receipts import receipt, secret, secret_hash
from intake.domain.registration import Entry, Known, Policy, admit, same
from intake.domain.repeating import KnownBy, Likeness, Link, Near, Said, Saying, identity, links, near, rounds
from intake.domain.submission import At, Submission, read, said
from intake.domain.texts import SealedText, Text, wording
from intake.domain.words import Closing, Kept, Word, closings

__all__ = [
    "At",
    "Closing",
    "ComplaintForm",
    "Decision",
    "Entry",
    "Kept",
    "Known",
    "KnownBy",
    "Likeness",
    "Link",
    "Near",
    "Part",
    "Policy",
    "Said",
    "Saying",
    "SealedText",
    "Solved",
    "SourceId",
    "Submission",
    "Text",
    "Undone",
    "Word",
    "admit",
    "closings",
    "decisions",
    "follow",
    "identity",
    "links",
    "near",
    "read",
    "receipt",
    "rounds",
    "said",
    "same",
    "secret",
    "secret_hash",
    "wording",
]
