"""`decide` says what happens by a command. It is pure: time, ids, the calendar and the policy come with the command."""

from typing import assert_never

from contracts.revisits import RevisitFact
from revisit.domain.asking import attempt
from revisit.domain.cases import Case
from revisit.domain.commands import Attempt, Command, Follow, Inherit, Supervise
from revisit.domain.inheriting import inherit
from revisit.domain.planning import follow
from revisit.domain.supervising import supervise


def decide(case: Case, command: Command) -> list[RevisitFact]:
    """What happens by the command; nothing when it has already happened.

    Raises Refused as `attempt` and `supervise` do.
    """
    match command:
        case Follow():
            return follow(case, command)
        case Attempt():
            return attempt(case, command)
        case Supervise():
            return supervise(case, command)
        case Inherit():
            return [*inherit(case, command)]
        case _:
            assert_never(command)
