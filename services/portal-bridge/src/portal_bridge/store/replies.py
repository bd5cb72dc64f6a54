"""What the city is told: who is written to, each reply, and the line to the city. Pauses are real time."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from chassis.db import Row, Session, rows
from contracts.directory import UnitListed
from contracts.vocabulary import ReplyKind, ReplyState
from portal_bridge.domain import Addressee, Fate, Letter, Reply, Standing

_HELD = """
    SELECT complaint_id, ticket_id, last FROM addressee
    WHERE ticket_id = ANY (CAST(:tickets AS uuid[])) ORDER BY complaint_id FOR UPDATE
"""
_SAVE = """
    INSERT INTO addressee (complaint_id, ticket_id, last)
    SELECT * FROM unnest(CAST(:complaint_id AS uuid[]), CAST(:ticket_id AS uuid[]), CAST(:last AS integer[]))
    ON CONFLICT (complaint_id) DO UPDATE SET ticket_id = excluded.ticket_id, last = excluded.last
"""
_ADD = """
    INSERT INTO reply (complaint_id, number, kind, said_at, unit, text_of, text_ids)
    SELECT complaint_id, number, kind, said_at, unit, text_of, CAST(string_to_array(text_ids, ',') AS uuid[])
    FROM unnest(
        CAST(:complaint_id AS uuid[]), CAST(:number AS integer[]), CAST(:kind AS text[]),
        CAST(:said_at AS timestamptz[]), CAST(:unit AS text[]), CAST(:text_of AS uuid[]), CAST(:text_ids AS text[])
    ) AS new (complaint_id, number, kind, said_at, unit, text_of, text_ids)
"""
_LIST_UNITS = """
    INSERT INTO unit (code, credit_code, version)
    SELECT * FROM unnest(CAST(:code AS text[]), CAST(:credit_code AS text[]), CAST(:version AS bigint[]))
    ON CONFLICT (code) DO UPDATE SET credit_code = excluded.credit_code, version = excluded.version
    WHERE unit.version <= excluded.version
"""
_LINE = """
    UPDATE line SET rest_until = CASE WHEN failures > 0 THEN now() + CAST(:probe AS interval) ELSE rest_until END
    WHERE rest_until <= now() RETURNING failures
"""
"""While the city does not answer, one reply at a time asks whether it does again."""
_CLAIM = """
    WITH free AS (
        SELECT complaint_id FROM addressee JOIN feedback USING (complaint_id)
        WHERE addressee.state = 'waiting' AND next <= last AND again_at <= now()
        ORDER BY again_at LIMIT :most FOR UPDATE OF addressee SKIP LOCKED
    ),
    claimed AS (
        UPDATE addressee SET again_at = now() + CAST(:lease AS interval)
        FROM free WHERE addressee.complaint_id = free.complaint_id
        RETURNING addressee.complaint_id, next
    )
    UPDATE reply SET
        attempts = reply.attempts + 1,
        unit_credit_code = CASE
            WHEN reply.attempts = 0 THEN (SELECT nullif(credit_code, '') FROM unit WHERE code = reply.unit)
            ELSE reply.unit_credit_code
        END
    FROM claimed, feedback
    WHERE reply.complaint_id = claimed.complaint_id AND reply.number = claimed.next
        AND feedback.complaint_id = claimed.complaint_id
    RETURNING feedback.city_key, reply.complaint_id, reply.number, reply.kind, reply.said_at,
        reply.unit_credit_code, feedback.project_number, reply.text_of, reply.text_ids
"""
"""What is said of the unit stays as it was said first: a reply that is sent again has the same body."""
_SETTLE = """
    UPDATE addressee SET
        next = CASE WHEN said.fate = 'taken' THEN (
            SELECT min(later) FROM generate_series(said.number + 1, last + 1) AS later WHERE NOT EXISTS (
                SELECT FROM reply
                WHERE reply.complaint_id = said.complaint_id AND reply.number = later AND taken_at IS NOT NULL
            )
        ) ELSE next END,
        state = CASE
            WHEN said.fate IN ('refused', 'conflict') THEN said.fate
            WHEN said.fate = 'textless' AND textless_since <= now() - CAST(:hold_after AS interval) THEN 'held'
            ELSE 'waiting'
        END,
        textless_since = CASE
            WHEN said.fate = 'textless' THEN coalesce(textless_since, now())
            WHEN said.fate IN ('again', 'down', 'left') THEN textless_since
        END,
        failures = CASE
            WHEN said.fate IN ('again', 'down', 'textless') THEN failures + 1
            WHEN said.fate = 'left' THEN failures ELSE 0
        END,
        again_at = now() + CASE
            WHEN said.fate IN ('again', 'down', 'textless') THEN make_interval(secs => least(
                :longest, coalesce(said.pause, power(2, least(failures, 10)) * (0.5 + random() / 2))
            ))
            WHEN said.fate = 'left' THEN interval '2 seconds'
            ELSE interval '0'
        END
    FROM unnest(
        CAST(:complaint_id AS uuid[]), CAST(:number AS integer[]), CAST(:fate AS text[]),
        CAST(:pause AS double precision[])
    ) AS said (complaint_id, number, fate, pause)
    WHERE addressee.complaint_id = said.complaint_id AND next = said.number AND state = 'waiting'
    RETURNING addressee.complaint_id, state
"""
"""Behind what the city had forgotten stands what it still has: that is not sent again."""
_MARK = """
    UPDATE reply SET
        taken_at = CASE WHEN said.fate = 'taken' THEN CAST(:now AS timestamptz) END,
        refused_at = CASE WHEN said.fate IN ('refused', 'conflict') THEN CAST(:now AS timestamptz) END,
        status = said.status, words = said.words, fingerprint = coalesce(said.fingerprint, reply.fingerprint)
    FROM unnest(
        CAST(:complaint_id AS uuid[]), CAST(:number AS integer[]), CAST(:fate AS text[]), CAST(:status AS integer[]),
        CAST(:words AS bytea[]), CAST(:fingerprint AS bytea[])
    ) AS said (complaint_id, number, fate, status, words, fingerprint)
    WHERE reply.complaint_id = said.complaint_id AND reply.number = said.number
"""
_ANSWERS = "UPDATE line SET failures = 0, rest_until = now() WHERE failures > 0"
_RESTS = """
    UPDATE line SET failures = failures + 1, rest_until = now() + make_interval(secs => least(
        :longest, coalesce(CAST(:pause AS double precision), power(2, least(failures, 10)))
    ))
"""
_STANDING = """
    SELECT feedback.city_key, reply.complaint_id, reply.number, reply.kind, reply.said_at, reply.unit, reply.text_of,
        reply.text_ids, reply.attempts, reply.taken_at, reply.status, reply.words, reply.refused_at, reply.action_id,
        reply.corrected_by,
        CASE
            WHEN reply.taken_at IS NOT NULL THEN 'taken'
            WHEN reply.number = addressee.next THEN addressee.state
            ELSE 'waiting'
        END AS state
    FROM reply JOIN addressee USING (complaint_id) JOIN feedback USING (complaint_id)
"""
_ONE = _STANDING + " WHERE feedback.city_key = :city_key AND reply.number = :number FOR UPDATE OF reply, addressee"
_OF_KEY = _STANDING + " WHERE feedback.city_key = :city_key ORDER BY reply.number"
_STUCK = f"""
    {_STANDING}
    WHERE addressee.state = :state AND reply.number = addressee.next AND feedback.number > coalesce(
        (SELECT number FROM feedback WHERE city_key = CAST(:after AS text)), 0
    )
    ORDER BY feedback.number LIMIT :most
"""  # noqa: S608 - made of the statement above
_CORRECT = """
    WITH again AS (
        UPDATE addressee SET state = 'waiting', failures = 0, textless_since = NULL, again_at = now()
        WHERE complaint_id = :complaint_id
    )
    UPDATE reply SET text_of = :text_of, text_ids = CAST(:text_ids AS uuid[]), words = NULL, status = NULL,
        fingerprint = NULL, refused_at = NULL, action_id = :action_id, corrected_by = :by
    WHERE complaint_id = :complaint_id AND number = :number
"""


class Settled(NamedTuple):
    """How a letter was answered: what it means, its status, the city's words sealed, the pause it asks for (s).

    `fingerprint` is that of the body that was sent.
    """

    letter: Letter
    fate: Fate
    status: int | None
    words: bytes | None
    pause: float | None
    fingerprint: bytes | None


async def held(session: Session, tickets: Collection[UUID]) -> list[Addressee]:
    """The city's complaints that go on in these tickets, which nobody else changes until the transaction ends."""
    found = await rows(session, _HELD, tickets=list(tickets))
    return [Addressee(row.complaint_id, row.ticket_id, row.last) for row in found]


async def save(session: Session, addressees: Sequence[Addressee], replies: Sequence[Reply]) -> None:
    """Write who is written to, and what."""
    if not addressees:
        return
    ordered = sorted(addressees, key=lambda one: one.complaint_id)
    columns = ("complaint_id", "ticket_id", "last")
    await rows(session, _SAVE, **{name: [getattr(one, name) for one in ordered] for name in columns})
    if replies:
        await rows(
            session,
            _ADD,
            complaint_id=[one.complaint_id for one in replies],
            number=[one.number for one in replies],
            kind=[one.saying.kind for one in replies],
            said_at=[one.saying.said_at for one in replies],
            unit=[one.saying.unit for one in replies],
            text_of=[one.saying.text_of for one in replies],
            text_ids=[",".join(map(str, one.saying.text_ids)) for one in replies],
        )


async def list_units(session: Session, units: Sequence[UnitListed]) -> None:
    """Take the units' codes, the newest of each."""
    newest = {one.code: one for one in sorted(units, key=lambda each: each.version)}
    if newest:
        columns = ("code", "credit_code", "version")
        listed = [newest[code] for code in sorted(newest)]
        await rows(session, _LIST_UNITS, **{name: [getattr(one, name) for one in listed] for name in columns})


async def claim(session: Session, most: int, lease: timedelta, probe: timedelta) -> list[Letter]:
    """The next replies of so many keys at most, one of each; none while the city is left alone."""
    line = await rows(session, _LINE, probe=probe)
    if not line:
        return []
    found = await rows(session, _CLAIM, most=1 if line[0].failures else most, lease=lease)
    return [_letter(row) for row in found]


async def settle(
    session: Session, said: Sequence[Settled], longest: float, hold_after: timedelta, now: datetime
) -> dict[UUID, ReplyState]:
    """Put on record how letters were answered; how they stand, by complaints, which nobody settled before."""
    columns = {
        "complaint_id": [one.letter.complaint_id for one in said],
        "number": [one.letter.number for one in said],
        "fate": [one.fate for one in said],
    }
    pause = [one.pause for one in said]
    limits = {"longest": longest, "hold_after": hold_after}
    found = await rows(session, _SETTLE, **columns, pause=pause, **limits)
    settled = {row.complaint_id: ReplyState(row.state) for row in found}
    kept = [one for one in said if one.letter.complaint_id in settled]
    await rows(
        session,
        _MARK,
        complaint_id=[one.letter.complaint_id for one in kept],
        number=[one.letter.number for one in kept],
        fate=[one.fate for one in kept],
        status=[one.status for one in kept],
        words=[one.words for one in kept],
        fingerprint=[one.fingerprint for one in kept],
        now=now,
    )
    return settled


async def answers(session: Session) -> None:
    """The city answers."""
    await rows(session, _ANSWERS)


async def rests(session: Session, pause: float | None, longest: float) -> None:
    """The city does not answer: it is left alone for as long as it asks, else longer each time."""
    await rows(session, _RESTS, pause=pause, longest=longest)


async def one(session: Session, city_key: str, number: int) -> Standing | None:
    """A reply, which nobody else changes until the transaction ends."""
    return next(map(_standing, await rows(session, _ONE, city_key=city_key, number=number)), None)


async def of_key(session: Session, city_key: str) -> list[Standing]:
    """The replies about an item, in order."""
    return list(map(_standing, await rows(session, _OF_KEY, city_key=city_key)))


async def stuck(session: Session, state: ReplyState, after: str | None, most: int) -> list[Standing]:
    """What the city did not take, by the order of the items; after the one of a key."""
    return list(map(_standing, await rows(session, _STUCK, state=state, after=after, most=most)))


async def correct(session: Session, reply: Standing) -> None:
    """Have it sent again, with the texts that it has now."""
    await rows(
        session,
        _CORRECT,
        complaint_id=reply.complaint_id,
        number=reply.number,
        text_of=reply.text_of,
        text_ids=list(reply.text_ids),
        action_id=reply.action_id,
        by=reply.corrected_by,
    )


def _letter(row: Row) -> Letter:
    return Letter(**dict(row) | {"kind": ReplyKind(row.kind), "text_ids": tuple(row.text_ids)})


def _standing(row: Row) -> Standing:
    said = {"kind": ReplyKind(row.kind), "state": ReplyState(row.state), "text_ids": tuple(row.text_ids)}
    return Standing(**dict(row) | said)
