"""What is said again: found as it comes, and what nearly says the same for the desk to judge (rules 2.5)."""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from chassis.security import Principal
from chassis.work import Work
from contracts.complaints import ComplaintLinked
from contracts.tickets import TicketFact
from contracts.vocabulary import Purpose
from intake import domain, store
from intake.domain import ComplaintForm, KnownBy, Near, Saying
from intake.usecases import opening
from intake.usecases.kit import Kit

_MOST_NEAR = 50
_MARK_BYTES = 16


async def said(work: Work[Kit], new: Iterable[tuple[UUID, ComplaintForm]]) -> dict[UUID, UUID]:
    """Note who says what where; the complaints before these that say the same, by those that do so again."""
    sayings = [saying for complaint_id, form in new for saying in _sayings(work.kit, complaint_id, form)]
    repeats: dict[UUID, UUID] = {}
    for round_ in domain.rounds(sayings):
        for complaint_id, before in (await store.sayings.say(work.session, round_)).items():
            repeats.setdefault(complaint_id, before)
    return repeats


async def follow(work: Work[Kit], facts: Sequence[TicketFact]) -> None:
    """Keep and tell which complaints go on in others, as dispatch decided."""
    linked, alone = domain.links(facts)
    await store.links.add(work.session, linked)
    await store.links.end(work.session, alone, work.now)
    for one in linked:
        work.tell(ComplaintLinked(complaint_id=one.complaint_id, to_complaint_id=one.to, linked_at=one.linked_at))


async def near(work: Work[Kit], principal: Principal, complaint_id: UUID, purpose: Purpose) -> list[Near]:
    """Complaints of the same reporter that may say the same, and why, after it was written down who looks for them.

    Raises Refused("complaint.unknown").
    """
    sealed = await opening.look(work, principal, "complaint.near", complaint_id, purpose)
    said_ = opening.content(work.kit, complaint_id, sealed.wrapped_key, sealed.content)
    form = ComplaintForm.model_validate(said_)
    since = form.submitted_at - work.kit.policy.near
    found = await store.sayings.said_by(work.session, dict(_marks(work.kit, form)), since, _MOST_NEAR)
    others = [one for one in found if one.complaint_id != complaint_id]
    return domain.near(form.matter_code, form.place_code, form.submitted_at, others)


def _sayings(kit: Kit, complaint_id: UUID, form: ComplaintForm) -> Iterator[Saying]:
    marks = list(_marks(kit, form))
    number = next((mark for mark, known_by in marks if known_by == KnownBy.NUMBER), None)
    return (Saying(mark, form.matter_code, form.place_code or "", number, complaint_id) for mark, _ in marks)


def _marks(kit: Kit, form: ComplaintForm) -> Iterator[tuple[bytes, KnownBy]]:
    """What the reporter is known again by, blinded: without the key nobody can look for a person (rules 7)."""
    identity = domain.identity(form.reporter)
    for said_, known_by in ((identity.number, KnownBy.NUMBER), (identity.named_phone, KnownBy.NAMED_PHONE)):
        if said_:
            yield kit.vault.blind(b"reporter\0" + known_by.encode() + b"\0" + said_.encode())[:_MARK_BYTES], known_by
