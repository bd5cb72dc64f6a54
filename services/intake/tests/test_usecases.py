"""Registering as one transaction, on the real PostgreSQL."""

import asyncio
import os
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest

from chassis import db
from chassis.db import Database
from chassis.security import Principal
from chassis.vault import NotOpened, Vault
from chassis.work import Work
from contracts.complaints import ComplaintRegistered
from contracts.refusals import Refused
from contracts.vocabulary import Cause, Channel, Purpose, TextKind
from intake import domain, usecases
from intake.domain import Policy, Submission
from intake.usecases import Kit, Registered, Writing

Body = Callable[..., bytes]
Say = Callable[..., Submission]

_MOVED = """
    UPDATE complaint SET wrapped_key = b.wrapped_key, content = b.content
    FROM complaint AS b WHERE complaint.complaint_id = :mine AND b.complaint_id = :other
"""


@pytest.fixture
def kit(policy: Policy) -> Kit:
    return Kit(Vault({"a": os.urandom(32)}, "a", os.urandom(32)), policy)


@pytest.fixture
def say(body: Body) -> Say:
    """What the window says, with changes."""
    return lambda **changes: domain.read(Channel.WINDOW, body(**changes))


async def test_said_twice_in_one_batch_it_is_registered_and_told_once(
    database: Database, kit: Kit, say: Say, now: datetime, unique: str
) -> None:
    async with database.transaction() as session:
        work = Work(session, now, kit)
        first, again, other = await usecases.register(
            work, [say(source_id=unique), say(source_id=unique), say(source_id=unique + "b")]
        )
    assert (first.first, other.first) == (True, True)
    assert first.complaint.complaint_id == again.complaint.complaint_id != other.complaint.complaint_id
    assert [told.type for told in work.told] == ["complaint.registered.v1"] * 2


async def test_two_instances_register_the_same_batch_once(
    database: Database, kit: Kit, say: Say, now: datetime, unique: str
) -> None:
    batch = [say(source_id=f"{unique}-{place}") for place in range(100)]

    async def instance(ours: list[Submission]) -> tuple[list[Registered], int]:
        async with database.transaction() as session:
            work = Work(session, now, kit)
            return await usecases.register(work, ours), len(work.told)

    outcomes = await asyncio.gather(instance(batch), instance(batch[::-1]), instance(batch[50:] + batch[:50]))
    assert sorted(told for _, told in outcomes) == [0, 0, 100]
    ids = [{one.complaint.source_id: one.complaint.complaint_id for one in found} for found, _ in outcomes]
    assert ids[0] == ids[1] == ids[2]


async def test_two_bodies_under_one_source_id_in_a_batch_are_refused(
    database: Database, kit: Kit, say: Say, now: datetime, unique: str
) -> None:
    async with database.transaction() as session:
        work = Work(session, now, kit)
        with pytest.raises(Refused, match="different-body"):
            await usecases.register(work, [say(source_id=unique), say(source_id=unique, text="另一件事")])
    assert work.told == []


async def test_a_complaint_moved_to_another_row_does_not_open(
    database: Database, kit: Kit, say: Say, now: datetime, unique: str
) -> None:
    async with database.transaction() as session:
        work = Work(session, now, kit)
        registered = await usecases.register(work, [say(source_id=unique), say(source_id=unique + "b")])
    mine, other = (one.complaint.complaint_id for one in registered)
    async with database.transaction() as session:
        await db.rows(session, "ALTER TABLE complaint DISABLE TRIGGER complaint_never_changed")
        await db.rows(session, _MOVED, mine=mine, other=other)
        with pytest.raises(NotOpened):
            await usecases.open_one(Work(session, now, kit), Principal("service.revisit"), mine, Purpose.REVISIT)
        await session.rollback()


async def test_a_text_opens_with_the_key_of_its_own_complaint_alone(
    database: Database, kit: Kit, say: Say, now: datetime, unique: str
) -> None:
    async with database.transaction() as session:
        work = Work(session, now, kit)
        registered = await usecases.register(work, [say(source_id=unique), say(source_id=unique + "b")])
        mine, other = (one.complaint.complaint_id for one in registered)
        writing = Writing(Principal("centre"), mine, TextKind.REPLY, "已答复")
        [written] = await usecases.write(work, [writing])
    text_id = written.text.text_id
    async with database.transaction() as session:
        work = Work(session, now, kit)
        opened = await usecases.open_text(work, Principal("centre"), mine, text_id, Purpose.REVISIT)
        assert opened.said == "已答复"
        await db.rows(session, "ALTER TABLE complaint_text DISABLE TRIGGER text_never_changed")
        await db.rows(session, "UPDATE complaint_text SET complaint_id = :other", other=other)
        with pytest.raises(NotOpened):
            await usecases.open_text(work, Principal("centre"), other, text_id, Purpose.REVISIT)
        await session.rollback()


async def test_the_reply_given_on_the_spot_is_a_text_of_the_channel(
    database: Database, kit: Kit, say: Say, now: datetime, unique: str
) -> None:
    solved = {"reply": "已当场补登", "cause": "system-fault"}
    batch = [say(source_id=unique, solved=solved), say(source_id=unique + "b")]
    async with database.transaction() as session:
        work = Work(session, now, kit)
        [registered, _] = await usecases.register(work, batch)
        again = Work(session, now, kit)
        await usecases.register(again, batch)
        complaint_id, centre = registered.complaint.complaint_id, Principal("centre")
        [text] = await usecases.texts_of(work, centre, complaint_id)
        opened = await usecases.open_text(work, centre, complaint_id, text.text_id, Purpose.REVISIT)
    assert (text.kind, text.author, text.written_at) == (TextKind.REPLY, "channel.window", now)
    assert opened.said == "已当场补登"
    assert [told.type for told in work.told] == [
        "complaint.registered.v1",
        "complaint.text-written.v1",
        "complaint.registered.v1",
    ]
    facts = [ComplaintRegistered.parse(told.body) for told in work.told if told.type == ComplaintRegistered.TYPE]
    assert [(fact.solved_cause, fact.solved_text_id) for fact in facts] == [
        (Cause.SYSTEM_FAULT, text.text_id),
        (None, None),
    ]
    assert "已当场补登" not in "".join(told.body.decode() for told in work.told)
    assert list(again.told) == []


async def test_an_unknown_complaint_is_refused(database: Database, kit: Kit, now: datetime) -> None:
    async with database.transaction() as session:
        work = Work(session, now, kit)
        with pytest.raises(Refused, match=r"complaint\.unknown"):
            await usecases.open_one(work, Principal("centre"), UUID(int=7), Purpose.HANDLING)


def test_the_secret_is_another_one_for_another_key(kit: Kit, policy: Policy) -> None:
    stranger = Kit(Vault({"a": os.urandom(32)}, "a", os.urandom(32)), policy)
    assert usecases.secret(kit, UUID(int=7)) == usecases.secret(kit, UUID(int=7))
    assert usecases.secret(kit, UUID(int=7)) != usecases.secret(stranger, UUID(int=7))
