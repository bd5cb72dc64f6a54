"""Tickets' lives over the whole bus: what units and the centre do, each by the door that they have."""

from hashlib import sha256
from uuid import UUID

from tests.journeys.bus import body, headers, seen
from tests.journeys.conftest import Town
from tests.journeys.doing import (
    LATER,
    act,
    by_topic,
    dispatched,
    finish,
    heard,
    kind,
    life,
    queued,
    text,
    tickets_of,
    told,
)

from chassis.clock import SystemClock


async def test_an_ordinary_ticket_is_accepted_contacted_and_finished_by_topic_alone(town: Town) -> None:
    complaint, ticket, unit = await dispatched(town)
    contact = {"action": "contact", "method": "phone", "reached": True, "attempted_at": "2026-01-01T09:00:00+08:00"}
    answered = await by_topic(town, unit, ticket, {"action": "accept"}, contact, await finish(town, complaint, unit))
    assert [one["state"] for one in answered] == ["accepted", "accepted", "finished"]
    assert (await told(town, ticket, "ticket.finished.v1"))["unit"] == unit


async def test_a_truly_hard_one_is_explained_followed_and_finished(town: Town) -> None:
    """rules 3.8: what its unit and who follows all tickets hear of it, in one order."""
    complaint, ticket, unit = await dispatched(town)
    explanation, note = [await text(town, complaint, kind, unit) for kind in ("explanation", "note")]
    track = {"action": "track", "explanation_id": explanation, "next_progress_at": LATER}
    progress = {"action": "progress", "note_id": note, "next_progress_at": LATER}
    done = await finish(town, complaint, unit)
    answered = await by_topic(town, unit, ticket, {"action": "accept"}, progress, track, progress, done)
    assert [one.get("code") for one in answered] == [None, "ticket.not-tracked", None, None, None]
    followed = await life(town, ticket, "ticket.finished.v1")
    lived = ["dispatched", "accepted", "tracked", "progressed", "finished"]
    assert list(map(kind, followed)) == [f"ticket.{one}.v1" for one in ("opened", *lived)]
    assert [headers(one)["ce_sequence"] for one in followed] == [b"1", b"2", b"3", b"4", b"5", b"6"]
    assert list(map(body, await heard(town, unit, ticket, "ticket.finished.v1"))) == list(map(body, followed[1:]))
    assert body(followed[3])["explanation_id"] == explanation
    assert body(followed[4])["next_progress_at"] == "2099-01-01T01:00:00.000Z"


async def test_returned_twice_it_comes_to_the_centres_hand(town: Town) -> None:
    _, ticket, unit = await dispatched(town)
    give_back = {"action": "return", "reason": "not-our-matter"}
    once = await act(town, ticket, f"unit.{unit}", give_back)
    if once["state"] == "dispatched":
        once = await act(town, ticket, f"unit.{once['unit']}", give_back)
    assert (once["state"], once["queue_reason"]) == ("queued", "returned")


async def test_a_ticket_is_assisted_and_delegated_before_it_is_finished(town: Town) -> None:
    """The centre dispatches it to hrss, which asks finance and has its social insurance do the rest."""
    complaint, ticket = await queued(town)
    await town.dispatch.post(
        f"/v1/tickets/{ticket}/dispatch", json={"unit": "hrss"}, headers=town.district.bearer("centre")
    )
    await act(town, ticket, "unit.hrss", {"action": "accept"})
    question = await text(town, complaint, "question", "hrss")
    asked = await act(
        town, ticket, "unit.hrss", {"action": "ask-assist", "unit": "finance", "question_id": question, "due_at": LATER}
    )
    done = await finish(town, complaint, "hrss")
    assert (await act(town, ticket, "unit.hrss", done))["code"] == "assist.open"
    answer = await text(town, complaint, "answer", "finance")
    reply = {"action": "answer-assist", "assist_id": asked["action_id"], "answer_id": answer}
    [applied] = await by_topic(town, "finance", ticket, reply)
    await act(town, ticket, "unit.hrss", {"action": "delegate", "to": "social-insurance"})
    assert (applied["state"], (await act(town, ticket, "unit.social-insurance", done))["state"]) == (
        "accepted",
        "finished",
    )


async def test_a_declined_one_takes_two_persons_may_be_sampled_and_may_be_opened_again(town: Town) -> None:
    complaint, ticket, unit = await dispatched(town)
    explanation = await text(town, complaint, "explanation", unit)
    decline = {"action": "decline", "explanation_id": explanation, "citation_id": explanation}
    proposed = await act(town, ticket, f"unit.{unit}", decline)
    confirm = {"action": "confirm", "proposal_id": proposed["action_id"]}
    assert (await act(town, ticket, f"unit.{unit}", confirm))["code"] == "second-person.same"
    assert (await act(town, ticket, f"unit.{unit}", confirm, "2"))["state"] == "declined"
    fact = await told(town, ticket, "ticket.declined.v1")
    assert (fact["by"], fact["confirmed_by"]) == (f"unit.{unit}/1", f"unit.{unit}/2")
    [shown] = await tickets_of(town, complaint)
    drawn = int.from_bytes(sha256(UUID(ticket).bytes).digest()[:8], "big") % 100 < 20
    assert (fact["sampled"], shown["handling"]["sampled"]) == (drawn, drawn)
    await act(town, ticket, "centre", {"action": "request-reopening"})
    assert (await act(town, ticket, "centre", {"action": "reopen"}))["state"] == "dispatched"


async def test_what_is_solved_on_the_spot_is_finished_at_once(town: Town) -> None:
    form, _, _ = town.one("window")
    form["solved"] = {"reply": "当场补齐材料，已受理。", "cause": "reporter-materials"}
    complaint = (await town.submit(form))["complaint_id"]
    [ticket] = await tickets_of(town, complaint)
    finished = await told(town, ticket["ticket_id"], "ticket.finished.v1")
    assert (finished["on_the_spot"], finished["unit"], ticket["state"]) == (True, None, "finished")


async def test_a_duplicate_goes_on_in_the_open_one(town: Town) -> None:
    (_, first, _), (_, second, _) = await dispatched(town), await dispatched(town)
    assert (await act(town, second, "centre", {"action": "link", "to": first}))["state"] == "linked"
    assert (await told(town, second, "ticket.linked.v1"))["to"] == first


async def test_said_again_it_goes_on_where_it_is_handled_and_after_the_close_waits_for_the_desk(town: Town) -> None:
    """Through the window, then the citizens' app, and when all is finished once more."""
    form, _, unit = town.one("window")
    form["reporter"] |= {"phone": "13912345678"}
    first, second = [
        (await town.submit(form | {"source_id": f"{form['source_id']}-{number}"}, channel))["complaint_id"]
        for number, channel in enumerate(("window", "citizen-app"))
    ]
    [lead], [other] = await tickets_of(town, first), await tickets_of(town, second)
    assert (other["state"], other["handling"]["linked_to"]) == ("linked", lead["ticket_id"])
    linked = body(await seen(town.login_of(unit), f"dispatch.{unit}", second))
    assert (linked["to"], linked["to_complaint_id"]) == (lead["ticket_id"], first)
    await act(town, lead["ticket_id"], f"unit.{unit}", {"action": "accept"})
    done = await finish(town, first, unit)
    seen_by_unit = await town.intake.get(
        f"/v1/complaints/{second}", params={"purpose": "handling"}, headers=town.district.bearer(f"unit.{unit}")
    )
    assert seen_by_unit.json()["linked_to"] == first
    finished = await act(town, lead["ticket_id"], f"unit.{unit}", done)
    third = form | {"source_id": f"{form['source_id']}-3", "submitted_at": SystemClock().now().isoformat()}
    [again] = await tickets_of(town, (await town.submit(third))["complaint_id"])
    assert finished["state"] == "finished"
    assert (again["state"], again["queue_reason"], again["repeats"]) == ("queued", "said-again", second)
    assert (await told(town, lead["ticket_id"], "reopening.requested.v1"))["told_to"] == [unit]
