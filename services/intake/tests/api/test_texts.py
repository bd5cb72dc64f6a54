"""What is written about a complaint later, over HTTP on the real servers."""

import asyncio
import unicodedata
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx2
import pytest

from contracts.base import read
from contracts.complaints import ComplaintTextWritten

Body = Callable[..., bytes]
Post = Callable[..., Awaitable[httpx2.Response]]
Refused = Callable[[httpx2.Response], str]
Write = Callable[..., Awaitable[httpx2.Response]]
SENTENCE = "已电话答复上官种苗，登记已补办"


@pytest.fixture
async def complaint_id(post: Post, body: Body, unique: str) -> str:
    """A complaint to write about."""
    return str((await post(body(source_id=unique))).json()["complaint_id"])


@pytest.fixture
def write(intake: Any) -> Write:
    """Writes about a complaint, as the centre unless somebody else is named."""

    async def write(complaint_id: object, who: str = "centre", key: str | None = None, **said: Any) -> httpx2.Response:
        headers = intake.credential(who) | ({"idempotency-key": key} if key is not None else {})
        form = {"kind": "reply", "text": SENTENCE} | said
        answer: httpx2.Response = await intake.client.post(
            f"/v1/complaints/{complaint_id}/texts", json=form, headers=headers
        )
        return answer

    return write


@pytest.fixture
def look(intake: Any) -> Callable[..., Awaitable[httpx2.Response]]:
    """Asks for a complaint's texts, or for one of them with a purpose, as the centre unless somebody else is named."""

    async def look(complaint_id: object, text_id: object = None, who: str = "centre", **asked: str) -> httpx2.Response:
        path = f"/v1/complaints/{complaint_id}/texts" + (f"/{text_id}" if text_id else "")
        answer: httpx2.Response = await intake.client.get(path, params=asked, headers=intake.credential(who))
        return answer

    return look


async def test_a_text_is_sealed_told_by_its_id_and_opened_for_a_purpose(
    write: Write, look: Any, complaint_id: str, intake: Any
) -> None:
    written = await write(complaint_id)
    assert written.status_code == 201
    assert "ratelimit" in written.headers
    text = written.json()
    assert text.keys() == {"text_id", "kind", "author", "written_at"}
    assert (text["kind"], text["author"]) == ("reply", "centre")
    opened = await look(complaint_id, text["text_id"], "service.revisit", purpose="revisit")
    assert opened.json() == text | {"text": SENTENCE}
    [_, told] = await intake.until(lambda: two(intake, complaint_id))
    fact = read(told.headers, told.value).fact
    assert isinstance(fact, ComplaintTextWritten)
    assert fact.model_dump(mode="json") == text | {"complaint_id": complaint_id}


async def two(intake: Any, complaint_id: str) -> list[Any]:
    """What is told of the complaint, once it is two facts."""
    told: list[Any] = await intake.told("complaints", complaint_id)
    return told if len(told) == 2 else []


async def test_who_looked_at_a_text_is_written_down(write: Write, look: Any, complaint_id: str, intake: Any) -> None:
    text_id = (await write(complaint_id)).json()["text_id"]
    await look(complaint_id, text_id, purpose="supervision")
    [row] = await intake.rows("SELECT principal, action, purpose FROM audit WHERE subject = :said", said=text_id)
    assert tuple(row) == ("centre", "text.read", "supervision")


async def test_the_office_writes_circulars_and_reads_its_own_words_alone(
    write: Write, look: Any, complaint_id: str, refused: Refused
) -> None:
    """rules 6: it judges by codes; what people said it sees only for a purpose that a second person confirms."""
    circular = (await write(complaint_id, "office", kind="circular")).json()
    others = (await write(complaint_id)).json()["text_id"]
    read_back = await look(complaint_id, circular["text_id"], "office", purpose="supervision")
    assert read_back.json() == circular | {"text": SENTENCE}
    assert refused(await look(complaint_id, others, "office", purpose="supervision")) == "principal.not-allowed"
    assert refused(await look(complaint_id, None, "office")) == "principal.not-allowed"


@pytest.mark.parametrize("purpose", [{}, {"purpose": "curiosity"}])
async def test_without_a_purpose_nobody_reads_a_text(
    purpose: dict[str, str], write: Write, look: Any, complaint_id: str, refused: Refused
) -> None:
    text_id = (await write(complaint_id)).json()["text_id"]
    assert refused(await look(complaint_id, text_id, **purpose)) == "purpose.missing"


async def test_texts_are_listed_oldest_first_without_what_they_say(write: Write, look: Any, complaint_id: str) -> None:
    kinds = ["reason", "note", "reply", "explanation", "question", "answer", "circular"]
    written = [(await write(complaint_id, kind=kind)).json() for kind in kinds]
    listed = await look(complaint_id)
    assert listed.json() == written
    assert [one["kind"] for one in written] == kinds
    assert SENTENCE not in listed.text


async def test_said_again_with_its_key_a_text_is_written_once(
    write: Write, look: Any, complaint_id: str, unique: str
) -> None:
    first = await write(complaint_id, key=unique)
    again = await asyncio.gather(*(write(complaint_id, key=unique) for _ in range(10)))
    assert (first.status_code, {one.status_code for one in again}) == (201, {200})
    assert all(one.json() == first.json() for one in again)
    assert (await look(complaint_id)).json() == [first.json()]


async def test_said_ten_times_at_once_with_its_key_a_text_is_written_once(
    write: Write, look: Any, complaint_id: str, unique: str
) -> None:
    answers = await asyncio.gather(*(write(complaint_id, key=unique) for _ in range(10)))
    assert sorted(one.status_code for one in answers) == [200] * 9 + [201]
    assert [answers[0].json()] == (await look(complaint_id)).json()


async def test_without_a_key_the_same_words_are_another_text(write: Write, look: Any, complaint_id: str) -> None:
    await asyncio.gather(*(write(complaint_id) for _ in range(3)))
    assert len((await look(complaint_id)).json()) == 3


async def test_a_key_is_for_one_text_of_one_principal(
    write: Write, complaint_id: str, unique: str, refused: Refused
) -> None:
    mine = await write(complaint_id, key=unique)
    for other in ({"text": "另一句"}, {"kind": "note"}):
        assert refused(await write(complaint_id, key=unique, **other)) == "idempotency-key.reused"
    others = await write(complaint_id, "service.revisit", key=unique)
    assert (others.status_code, others.json()["author"]) == (201, "service.revisit")
    assert others.json()["text_id"] != mine.json()["text_id"]
    assert refused(await write(complaint_id, key="a b")) == "idempotency-key.malformed"


async def test_a_text_is_composed_and_keeps_its_lines(write: Write, look: Any, complaint_id: str) -> None:
    said = unicodedata.normalize("NFD", "  第一行：é\r\n\t第二行\r第三行　\n")
    text_id = (await write(complaint_id, text=said)).json()["text_id"]
    assert (await look(complaint_id, text_id, purpose="handling")).json()["text"] == "第一行：é\n\t第二行\n第三行"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("", "blank"),
        (" \n　", "blank"),
        ("a\x1bb", "control_character"),
        ("a\x7f", "control_character"),
        ("a\x80", "control_character"),
        ("a\x85b", "control_character"),
        ("a\x9f", "control_character"),
        ("话" * 10_001, "string_too_long"),
    ],
)
async def test_what_is_no_text_is_refused_and_not_repeated(
    said: str, kind: str, write: Write, complaint_id: str, refused: Refused
) -> None:
    answer = await write(complaint_id, text=said)
    assert refused(answer) == "text.invalid"
    assert answer.json()["errors"] == [{"path": "text", "kind": kind}]


async def test_the_longest_text_is_taken(write: Write, complaint_id: str) -> None:
    assert (await write(complaint_id, text="话" * 10_000)).status_code == 201


@pytest.mark.parametrize("said", [{"kind": "gossip"}, {"text": 7}, {"text": None}, {"author": "centre"}])
async def test_another_form_is_refused(said: dict[str, Any], write: Write, complaint_id: str, refused: Refused) -> None:
    assert refused(await write(complaint_id, **said)) == "request.invalid"


async def test_of_an_unknown_complaint_there_is_nothing(
    write: Write, look: Any, complaint_id: str, refused: Refused
) -> None:
    nothing = UUID(int=7)
    assert refused(await write(nothing)) == "complaint.unknown"
    assert refused(await look(nothing)) == "complaint.unknown"
    assert refused(await look(nothing, nothing, purpose="handling")) == "complaint.unknown"
    assert refused(await look(complaint_id, nothing, purpose="handling")) == "text.unknown"


async def test_a_text_is_found_under_its_own_complaint_alone(
    write: Write, look: Any, post: Post, body: Body, complaint_id: str, unique: str, refused: Refused
) -> None:
    text_id = (await write(complaint_id)).json()["text_id"]
    other = (await post(body(source_id=unique + "b"))).json()["complaint_id"]
    assert refused(await look(other, text_id, purpose="handling")) == "text.unknown"
    assert (await look(other)).json() == []


@pytest.mark.parametrize("who", ["channel.window", "unit.hrss"])
async def test_strangers_neither_write_nor_look(
    who: str, write: Write, look: Any, complaint_id: str, refused: Refused
) -> None:
    text_id = (await write(complaint_id)).json()["text_id"]
    answers = [
        await write(complaint_id, who),
        await look(complaint_id, who=who),
        await look(complaint_id, text_id, who, purpose="handling"),
    ]
    assert list(map(refused, answers)) == ["principal.not-allowed"] * 3


async def test_nothing_that_was_written_stands_in_the_open(write: Write, complaint_id: str, intake: Any) -> None:
    await write(complaint_id, key="key-of-the-open")
    tables = ("complaint_text", "log", "audit", "idempotency")
    for written in (intake.logged(), *[await intake.dumped(table) for table in tables]):
        assert SENTENCE not in written
        assert SENTENCE.encode().hex() not in written
