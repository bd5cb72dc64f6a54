"""The rules of dispatching (四(二), rules 3.1): which unit must handle a complaint, and what becomes of its ticket.

`route` finds the unit in a frozen `Directory`; `decide` and `evolve` are a ticket's life; `draft` makes a directory out
of the office's tables, `changes` and `listings` say what is new in it. `proposed` is a directory after changes that
somebody proposes, `dry_run` what it would have dispatched differently.
"""

from dispatch.domain.changes import Changes, Delta, changes, listings
from dispatch.domain.deciding import decide
from dispatch.domain.directory import Directory, Entry, Matter, Place, Unit
from dispatch.domain.drafting import TABLES, draft
from dispatch.domain.flaws import Flaw, Problem, Unfit
from dispatch.domain.handling import UNTOUCHED, Assist, Handling
from dispatch.domain.holding import Holding, helpers, holders, sees
from dispatch.domain.proposals import (
    WAITING,
    Mandate,
    Proposal,
    ProposalState,
    confirmed,
    mandate,
    rejected,
    second_person,
    units_named,
    without_topics,
)
from dispatch.domain.proposing import difference, foreseen, proposed
from dispatch.domain.ranked import Suggestion, route_of, suggestions
from dispatch.domain.repeating import repeated
from dispatch.domain.routing import Found, NotFound, Policy, Route, route
from dispatch.domain.sampling import sampled
from dispatch.domain.tickets import (
    CLOSED,
    Command,
    DeemLate,
    DispatchByHand,
    GoesOn,
    Handle,
    Open,
    Rehome,
    SaidAgain,
    SayAgain,
    Ticket,
    evolve,
    fold,
)
from dispatch.domain.trying import MOST_TRIED, Affected, Alike, DryRun, Inherited, Rerouted, destination, dry_run

__all__ = [
    "CLOSED",
    "MOST_TRIED",
    "TABLES",
    "UNTOUCHED",
    "WAITING",
    "Affected",
    "Alike",
    "Assist",
    "Changes",
    "Command",
    "DeemLate",
    "Delta",
    "Directory",
    "DispatchByHand",
    "DryRun",
    "Entry",
    "Flaw",
    "Found",
    "GoesOn",
    "Handle",
    "Handling",
    "Holding",
    "Inherited",
    "Mandate",
    "Matter",
    "NotFound",
    "Open",
    "Place",
    "Policy",
    "Problem",
    "Proposal",
    "ProposalState",
    "Rehome",
    "Rerouted",
    "Route",
    "SaidAgain",
    "SayAgain",
    "Suggestion",
    "Ticket",
    "Unfit",
    "Unit",
    "changes",
    "confirmed",
    "decide",
    "destination",
    "difference",
    "draft",
    "dry_run",
    "evolve",
    "fold",
    "foreseen",
    "helpers",
    "holders",
    "listings",
    "mandate",
    "proposed",
    "rejected",
    "repeated",
    "route",
    "route_of",
    "sampled",
    "second_person",
    "sees",
    "suggestions",
    "units_named",
    "without_topics",
]
