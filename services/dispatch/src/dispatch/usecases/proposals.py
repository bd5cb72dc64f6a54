"""The directory desk: one person proposes changes, another confirms them, and at their time they become a version.

Whoever changes something here does it alone: directories are changed a few times a month, and in one order.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from chassis.idempotency import fingerprint
from chassis.work import Work
from contracts.proposals import ProposedChange
from contracts.refusals import Refused
from dispatch import domain, store
from dispatch.domain import WAITING, Directory, DryRun, Proposal, ProposalState, Unfit
from dispatch.usecases.directory import make_version, newest
from dispatch.usecases.kit import Kit


@dataclass(frozen=True, slots=True)
class Made:
    """A proposal, and whether it is a new one."""

    proposal: Proposal
    new: bool


async def propose(work: Work[Kit], by: str, said: ProposedChange) -> Made:
    """The proposal of a person (`office/0412`); the same again while the same one of the same person is open.

    Raises Refused("time.past"), and Unfit with everything that is wrong with it.
    """
    await store.directory.importing_alone(work.session)
    recognised = fingerprint(by.encode(), said.model_dump_json(exclude={"officer"}).encode())
    before = await store.proposals.made_before(work.session, recognised)
    if before is not None:
        return Made(before, new=False)
    if said.effective_at is not None and said.effective_at <= work.now:
        raise Refused("time.past")
    held = await _held_at(work, said.effective_at)
    domain.proposed(held, said.changes)
    proposal = Proposal(
        proposal_id=work.new_id(),
        by=by,
        basis=said.basis,
        changes=said.changes,
        effective_at=said.effective_at,
        against=held.version,
        proposed_at=work.now,
    )
    await store.proposals.add(work.session, proposal, recognised)
    return Made(proposal, new=True)


async def _held_at(work: Work[Kit], at: datetime | None) -> Directory:
    """The newest directory, or as it will be at an instant after what is confirmed until then."""
    return domain.foreseen(await newest(work), await store.proposals.waiting(work.session), at)


async def proposal(work: Work[Kit], proposal_id: UUID) -> Proposal:
    """The proposal. Raises Refused("proposal.unknown")."""
    found = await store.proposals.one(work.session, proposal_id)
    if found is None:
        raise Refused("proposal.unknown")
    return found


async def proposals(work: Work[Kit], state: ProposalState | None, after: UUID | None, most: int) -> list[Proposal]:
    """The proposals in a state or in any, oldest first, after the one that was seen last."""
    return await store.proposals.some(work.session, state, after, most)


async def confirm_proposal(work: Work[Kit], by: str, proposal_id: UUID) -> Proposal:
    """The proposal, confirmed by a second person; without a time of its own it is a version at once (rules 6).

    Raises Refused: `proposal.unknown`, `proposal.settled`, `second-person.same`; and Unfit when it fits no longer.
    """
    await store.directory.importing_alone(work.session)
    before = await proposal(work, proposal_id)
    after = domain.confirmed(before, by, work.now)
    if after == before:
        return before
    domain.proposed(await _held_at(work, after.effective_at), after.changes)
    if after.due(work.now):
        after = await _in_force(work, after)
    await store.proposals.save(work.session, after)
    return after


async def reject_proposal(work: Work[Kit], by: str, proposal_id: UUID) -> Proposal:
    """The proposal, rejected. Raises Refused: `proposal.unknown`, `proposal.settled`, `principal.not-allowed`."""
    await store.directory.importing_alone(work.session)
    before = await proposal(work, proposal_id)
    after = domain.rejected(before, by, work.now)
    if after != before:
        await store.proposals.save(work.session, after)
    return after


async def enact_due(work: Work[Kit]) -> None:
    """Let confirmed proposals whose time has come be versions, in the order of their times.

    One that fits no longer is `unfit` and holds nobody up. One that follows upon another which still waits for topics
    is given the time to fit after that.
    """
    if not any(one.due(work.now) for one in await store.proposals.waiting(work.session)):
        return
    await store.directory.importing_alone(work.session)
    behind = False
    for one in await store.proposals.waiting(work.session):
        if one.due(work.now):
            after = await _in_force_or_unfit(work, one, behind=behind)
            await store.proposals.save(work.session, after)
            behind = behind or after.state in WAITING


async def _in_force_or_unfit(work: Work[Kit], one: Proposal, *, behind: bool) -> Proposal:
    try:
        return await _in_force(work, one)
    except Unfit as unfit:
        return one if behind else replace(one, state=ProposalState.UNFIT, problems=unfit.problems)


async def _in_force(work: Work[Kit], one: Proposal) -> Proposal:
    """The proposal as a version, or waiting for the topics of its new units. Raises Unfit."""
    held = await newest(work)
    made = domain.proposed(held, one.changes)
    if domain.without_topics(made.units, await store.proposals.with_topics(work.session)):
        return replace(one, state=ProposalState.AWAITING_TOPICS)
    done = await make_version(work, held, made, domain.mandate(one))
    return replace(one, state=ProposalState.IN_FORCE, version=done.version)


async def to_provide_for(work: Work[Kit]) -> list[str]:
    """The new units of confirmed proposals, due or not; also those provided for before, for Kafka may have lost it."""
    named = {unit: one for one in await store.proposals.waiting(work.session) for unit in domain.units_named(one)}
    return domain.without_topics(named, await store.proposals.ever_listed(work.session))


async def provided(work: Work[Kit], units: Collection[str]) -> None:
    """Note that the topics and users of these units are there, and let what waited for them be in force."""
    await store.proposals.note_provided(work.session, units, work.now)
    await enact_due(work)


async def dry_run_of(work: Work[Kit], proposal_id: UUID, last: int) -> DryRun:
    """What a proposal would have dispatched differently; of a settled one, under the version it was made against.

    Raises Refused("proposal.unknown"), and Unfit when it does not fit (any more).
    """
    one = await proposal(work, proposal_id)
    held = await (store.directory.held(work.session, one.against) if one.settled else _held_at(work, one.effective_at))
    return await dry_run(work, held, domain.proposed(held, one.changes), last)


async def dry_run(work: Work[Kit], held: Directory, made: Directory, last: int) -> DryRun:
    """What a directory would have dispatched differently of the last tickets, and what becomes of open ones."""
    gone = domain.changes(held, made).units.gone
    affected = await store.tickets.affected(work.session, [one.code for one in gone])
    return domain.dry_run(held, made, work.kit.policy, await store.tickets.last_alike(work.session, last), affected)
