"""What operators do about telling people: who is told, what was refused, and silence for a while."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis import audit
from chassis.security import Principal
from chassis.work import Work
from contracts.refusals import Refused
from sla_monitor import domain, store
from sla_monitor.domain import Fate, Recipient, Silence, Standing
from sla_monitor.usecases.kit import Kit

_OPERATOR = Principal("operator")


async def add(work: Work[Kit], recipient: Recipient, by: str) -> None:
    """Tell somebody more, from now on. Raises Refused: `recipient.invalid`, `recipient.exists`."""
    _sure(recipient)
    if not await store.recipients.add(work.session, work.new_id(), recipient, work.now):
        raise Refused("recipient.exists")
    await _on_record(work, "recipient.add", recipient.name, by)


async def recipient(work: Work[Kit], name: str) -> Recipient:
    """The recipient of that name, to be changed. Raises Refused("recipient.unknown")."""
    found = await store.recipients.one(work.session, name)
    if found is None:
        raise Refused("recipient.unknown")
    return found


async def change(work: Work[Kit], recipient: Recipient, by: str) -> None:
    """Let the recipient of that name be like this. Raises Refused("recipient.invalid")."""
    _sure(recipient)
    await store.recipients.change(work.session, recipient)
    await _on_record(work, "recipient.change", recipient.name, by)


async def remove(work: Work[Kit], name: str, by: str) -> None:
    """Tell somebody nothing more; what was told stays on record. Raises Refused("recipient.unknown")."""
    if not await store.recipients.remove(work.session, name, work.now):
        raise Refused("recipient.unknown")
    await _on_record(work, "recipient.remove", name, by)


async def recipients(work: Work[Kit]) -> list[Standing]:
    """Everybody who is told, and how that goes."""
    return await store.recipients.everyone(work.session)


async def retry(work: Work[Kit], name: str, by: str) -> UUID:
    """Send a message again that its recipient refused, under the same id. Raises Refused("message.not-refused")."""
    return await _settle(work, name, Fate.WAITING, "message.retry", by)


async def dismiss(work: Work[Kit], name: str, by: str, reason: str) -> UUID:
    """Give up a message that its recipient refused; the next one follows. Raises Refused("message.not-refused")."""
    return await _settle(work, name, Fate.DISMISSED, "message.dismiss", f"{by}: {reason}")


async def _settle(work: Work[Kit], name: str, state: Fate, action: str, purpose: str) -> UUID:
    settled = await store.recipients.settle_refused(work.session, name, state)
    if not settled:
        raise Refused("message.not-refused")
    await _on_record(work, action, settled[0], purpose)
    return settled[0]


async def silence(work: Work[Kit], unit: str | None, until: datetime, reason: str, by: str) -> Silence:
    """Let nobody be told of a unit's clocks, or of any, until then. Raises Refused("silence.period")."""
    if not work.now < until <= work.now + work.kit.policy.telling.silence:
        raise Refused("silence.period", days=work.kit.policy.telling.silence.days)
    made = Silence(work.new_id(), unit, work.now, until, reason, by)
    await store.recipients.silence(work.session, made)
    await _on_record(work, "silence.begin", made.silence_id, f"{by}: {reason}")
    return made


async def silences(work: Work[Kit]) -> Sequence[Silence]:
    """The silences that last."""
    return await store.recipients.silences(work.session, work.now)


async def end_silence(work: Work[Kit], silence_id: UUID, by: str) -> None:
    """End a silence before its time. Raises Refused("silence.unknown")."""
    if not await store.recipients.end_silence(work.session, silence_id, by, work.now):
        raise Refused("silence.unknown")
    await _on_record(work, "silence.end", silence_id, by)


def _sure(recipient: Recipient) -> None:
    wrong = domain.flaw(recipient)
    if wrong:
        raise Refused("recipient.invalid", field=wrong)


async def _on_record(work: Work[Kit], action: str, subject: str | UUID, purpose: str) -> None:
    await audit.append(work.session, _OPERATOR, action, subject, purpose, work.now)
