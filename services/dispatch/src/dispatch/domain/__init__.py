"""The rules of dispatching (四(二), rules 3.1): which unit must handle a complaint, and what becomes of its ticket.

`route` finds the unit in a frozen `Directory`; `decide` and `evolve` are a ticket's life; `draft` makes a directory out
of the office's tables, `changes` and `listings` say what is new in it.
"""

from dispatch.domain.changes import Changes, Delta, changes, listings
from dispatch.domain.deciding import decide
from dispatch.domain.directory import Directory, Entry, Matter, Place, Unit
from dispatch.domain.drafting import TABLES, draft
from dispatch.domain.flaws import Flaw, Problem, Unfit
from dispatch.domain.handling import UNTOUCHED, Assist, Handling
from dispatch.domain.holding import Holding, helpers, holders, sees
from dispatch.domain.routing import Found, NotFound, Policy, Route, route
from dispatch.domain.sampling import sampled
from dispatch.domain.tickets import CLOSED, Command, DispatchByHand, Handle, Open, Ticket, evolve, fold

__all__ = [
    "CLOSED",
    "TABLES",
    "UNTOUCHED",
    "Assist",
    "Changes",
    "Command",
    "Delta",
    "Directory",
    "DispatchByHand",
    "Entry",
    "Flaw",
    "Found",
    "Handle",
    "Handling",
    "Holding",
    "Matter",
    "NotFound",
    "Open",
    "Place",
    "Policy",
    "Problem",
    "Route",
    "Ticket",
    "Unfit",
    "Unit",
    "changes",
    "decide",
    "draft",
    "evolve",
    "fold",
    "helpers",
    "holders",
    "listings",
    "route",
    "sampled",
    "sees",
]
