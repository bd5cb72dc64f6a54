"""The directory desk over HTTP: propose, try, confirm, reject (rules 6)."""

from collections.abc import Awaitable
from typing import Annotated, Any, Self, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis import web
from chassis.security import Principal
from chassis.web import problems
from chassis.work import Work
from contracts.actions import OfficerNumber
from contracts.base import Instant
from contracts.proposals import Change, ProposedChange
from contracts.vocabulary import DispatchRule, QueueReason
from dispatch import domain, usecases
from dispatch.api.callers import confirmer, overseer, proposer
from dispatch.domain import MOST_TRIED, Found, ProposalState, Unfit
from dispatch.usecases import Kit

router = APIRouter(prefix="/directory/proposals")

_Answered = TypeVar("_Answered")


class Wrong(BaseModel):
    """One thing that is wrong: with a change (`changes.3`), or with an entry that would be left so (`unit.hrss`)."""

    where: str
    field: str
    code: str
    meaning: str

    @classmethod
    def of(cls, problem: domain.Problem) -> Self:
        """The problem, said in Chinese."""
        return cls(where=problem.where, field=problem.column, code=problem.flaw, meaning=problem.flaw.chinese)


class Summary(BaseModel):
    """Where a proposal stands; `size` is how many changes it makes."""

    model_config = ConfigDict(from_attributes=True)

    proposal_id: UUID
    state: ProposalState
    by: str
    basis: str
    effective_at: Instant | None
    against: int
    proposed_at: Instant
    confirmed_by: str | None
    confirmed_at: Instant | None
    rejected_by: str | None
    rejected_at: Instant | None
    version: int | None
    size: int


class Proposal(Summary):
    """A proposal with all that it would change, and why it could not become a version."""

    changes: tuple[Annotated[Change, Field(discriminator="change")], ...]
    problems: list[Wrong]

    @classmethod
    def of(cls, one: domain.Proposal) -> Self:
        """The proposal, shown."""
        shown = {name: getattr(one, name) for name in Summary.model_fields}
        return cls(**shown, changes=one.changes, problems=[Wrong.of(problem) for problem in one.problems])


class Person(BaseModel):
    """Who does it, by number."""

    model_config = ConfigDict(extra="forbid")

    officer: OfficerNumber


class Led(BaseModel):
    """Where a route leads: to a unit by a rule, or to the manual queue for a reason."""

    unit: str | None = None
    rule: DispatchRule | None = None
    queue_reason: QueueReason | None = None

    @classmethod
    def of(cls, route: domain.Route) -> Self:
        """The route, shown."""
        if isinstance(route, Found):
            return cls(unit=route.unit, rule=route.rule)
        return cls(queue_reason=route.reason)


class Rerouted(BaseModel):
    """Tickets about one matter at one place that would have gone elsewhere; the ids of up to five of them."""

    matter_code: str | None
    place_code: str | None
    now: Led
    then: Led
    tickets: int
    ticket_ids: tuple[UUID, ...]


class Inherited(BaseModel):
    """The open tickets of a unit that ends: those that it leads go to its successor, or to the manual queue."""

    unit: str
    successor: str | None
    leads: int
    helps: int


class DryRun(BaseModel):
    """What would be different, out of the `examined` last tickets that were dispatched or queued."""

    examined: int
    rerouted: list[Rerouted]
    inherited: list[Inherited]

    @classmethod
    def of(cls, run: domain.DryRun) -> Self:
        """The dry run, shown."""
        return cls(
            examined=run.examined,
            rerouted=[_rerouted(one) for one in run.rerouted],
            inherited=[
                Inherited(
                    unit=one.affected.unit,
                    successor=one.successor,
                    leads=one.affected.leads,
                    helps=one.affected.helps,
                )
                for one in run.inherited
            ],
        )


def _rerouted(one: domain.Rerouted) -> Rerouted:
    return Rerouted(
        matter_code=one.alike.matter,
        place_code=one.alike.place,
        now=Led.of(one.now),
        then=Led.of(one.then),
        tickets=one.alike.tickets,
        ticket_ids=one.alike.newest,
    )


def _person(who: Principal, officer: str) -> str:
    return f"{who.name}/{officer}"


async def _or_wrong(request: Request, code: str, asked: Awaitable[_Answered]) -> _Answered | Response:
    """What was asked for, or a problem with everything that is wrong: codes of the directory are nobody's secret."""
    try:
        return await asked
    except Unfit as unfit:
        wrong = [Wrong.of(one).model_dump() for one in unfit.problems]
        return problems.answer(code, request.state.request_id, details={"problems": wrong})


@router.post("", status_code=201, response_model=Proposal, responses={200: {"model": Proposal}})
async def propose(
    said: ProposedChange,
    who: Annotated[Principal, Depends(proposer)],
    work: Annotated[Work[Kit], web.InWork],
    request: Request,
    response: Response,
) -> Any:
    """Propose changes of the directory; the same again while it is open is the same proposal (200)."""
    made = await _or_wrong(request, "proposal.invalid", usecases.propose(work, _person(who, said.officer), said))
    if isinstance(made, Response):
        return made
    response.status_code = 201 if made.new else 200
    return Proposal.of(made.proposal)


@router.get("", dependencies=[Depends(overseer)])
async def proposals(
    work: Annotated[Work[Kit], web.InWork],
    response: Response,
    state: ProposalState | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[Summary]:
    """The proposals, oldest first, after the one that was seen last. While there may be more, `Link` names them."""
    found = await usecases.proposals(work, state, after, limit)
    if len(found) == limit:
        web.link_next(response, "/v1/directory/proposals", state=state, after=found[-1].proposal_id, limit=limit)
    return [Summary.model_validate(one) for one in found]


@router.get("/{proposal_id}", dependencies=[Depends(overseer)])
async def proposal(proposal_id: UUID, work: Annotated[Work[Kit], web.InWork]) -> Proposal:
    """One proposal, with all that it would change."""
    return Proposal.of(await usecases.proposal(work, proposal_id))


@router.get("/{proposal_id}/dry-run", dependencies=[Depends(overseer)], response_model=DryRun)
async def dry_run(
    proposal_id: UUID,
    work: Annotated[Work[Kit], web.InWork],
    request: Request,
    last: Annotated[int, Query(ge=1, le=MOST_TRIED)] = 10_000,
) -> Any:
    """What the proposal would have dispatched differently over the last tickets, and what becomes of open ones."""
    run = await _or_wrong(request, "proposal.unfit", usecases.dry_run_of(work, proposal_id, last))
    return run if isinstance(run, Response) else DryRun.of(run)


@router.post("/{proposal_id}/confirm", response_model=Proposal)
async def confirm(
    proposal_id: UUID,
    person: Person,
    who: Annotated[Principal, Depends(confirmer)],
    work: Annotated[Work[Kit], web.InWork],
    request: Request,
) -> Any:
    """Confirm it as a second person; said again, it is the same answer (rules 6)."""
    by = _person(who, person.officer)
    done = await _or_wrong(request, "proposal.unfit", usecases.confirm_proposal(work, by, proposal_id))
    return done if isinstance(done, Response) else Proposal.of(done)


@router.post("/{proposal_id}/reject")
async def reject(
    proposal_id: UUID,
    person: Person,
    who: Annotated[Principal, Depends(proposer)],
    work: Annotated[Work[Kit], web.InWork],
) -> Proposal:
    """Reject it, or take one's own back; said again, it is the same answer."""
    return Proposal.of(await usecases.reject_proposal(work, _person(who, person.officer), proposal_id))
