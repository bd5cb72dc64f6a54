"""What a submission must look like and what it becomes, without any server."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.iso7064 import mod_11_2

from contracts import numbers
from contracts.refusals import Refused
from contracts.vocabulary import Cause, Channel
from intake import domain
from intake.domain import Policy
from intake.domain.receipts import SHANGHAI

Body = Callable[..., bytes]


def read(body: bytes) -> domain.Submission:
    return domain.read(Channel.WINDOW, body)


def refusal(call: Callable[..., object], *said: Any) -> str:
    with pytest.raises(Refused) as refused:
        call(*said)
    return refused.value.code


def test_a_right_form_is_read_and_normalised(body: Body) -> None:
    said = {"subject": "  社保登记办不成\r\n", "text": "第一行\r\n第二行\r第三行"}
    form = read(body(place_code="310230101001", **said)).form
    assert form.submitted_at == datetime(2026, 11, 25, 1, 30, tzinfo=UTC)
    assert form.reporter.phone == "+8613912345678"
    assert (form.matter_code, form.place_code) == ("310151000123", "310151101001")
    assert (form.subject, form.text) == ("社保登记办不成", "第一行\n第二行\n第三行")


def test_each_hostile_body_is_refused_by_name(hostile: Any, policy: Policy, now: datetime) -> None:
    def come_in(said: bytes) -> None:
        domain.admit(read(said), policy, now)

    assert refusal(come_in, hostile.body) == hostile.code


def test_a_tombstone_is_not_a_complaint() -> None:
    assert refusal(domain.read, Channel.KIOSK, None) == "complaint.not-json"


def test_a_refusal_says_where_and_why_but_not_what(body: Body) -> None:
    with pytest.raises(Refused) as refused:
        read(body(**{"text": 7, "13912345678": "上官种苗"}))
    assert refused.value.details["fields"] == ["text: string_type", "?: extra_forbidden"]


SOLVED = {"reply": "  材料齐全，已当场补登\n", "cause": "materials-unclear"}


@pytest.mark.parametrize("channel", Channel)
def test_it_is_solved_on_the_spot_where_somebody_stands_by(
    channel: Channel, body: Body, policy: Policy, now: datetime
) -> None:
    submission = domain.read(channel, body(solved=SOLVED))
    if channel in {Channel.WINDOW, Channel.KIOSK}:
        domain.admit(submission, policy, now)
        assert submission.form.solved == domain.Solved(reply="材料齐全，已当场补登", cause=Cause.MATERIALS_UNCLEAR)
        return
    with pytest.raises(Refused, match=r"complaint\.invalid") as refused:
        domain.admit(submission, policy, now)
    assert refused.value.details["fields"] == ["solved: not-at-this-channel"]


def test_a_body_larger_than_the_policy_is_refused(body: Body, policy: Policy, now: datetime) -> None:
    padded = body() + b" " * policy.largest_bytes
    assert refusal(domain.admit, read(padded), policy, now) == "request.too-large"


def test_a_clock_may_be_five_minutes_ahead(body: Body, policy: Policy, now: datetime) -> None:
    domain.admit(read(body(submitted_at="2026-11-25T10:05:00+08:00")), policy, now)
    late = read(body(submitted_at="2026-11-25T10:05:00.000001+08:00"))
    assert refusal(domain.admit, late, policy, now) == "complaint.time-in-future"


def test_somebody_born_today_in_shanghai_may_complain(body: Body, policy: Policy) -> None:
    born = "31015120261126001"
    reporter = {"kind": "citizen", "name": "新生", "id_number": born + mod_11_2.calc_check_digit(born)}
    early = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)
    domain.admit(read(body(reporter=reporter)), policy, early)
    assert (
        refusal(domain.admit, read(body(reporter=reporter)), policy, early - timedelta(hours=1))
        == "complaint.id-number"
    )


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("13912345678", "+8613912345678"),
        ("１３９１２３４５６７８", "+8613912345678"),
        ("139 1234 5678", "+8613912345678"),
        ("139-1234-5678", "+8613912345678"),
        ("+86 139 1234 5678", "+8613912345678"),
        ("＋８６１３９１２３４５６７８", "+8613912345678"),
        ("008613912345678", "+8613912345678"),
        ("021-59612345", "+862159612345"),
        ("（021）5961 2345", "+862159612345"),
        ("59612345", "+862159612345"),
        ("021-59612345转801", "+862159612345;ext=801"),
        ("+852 2123 4567", "+85221234567"),
        ("400-820-8820", "+864008208820"),
    ],
)
def test_a_phone_has_one_form(said: str, written: str) -> None:
    assert numbers.phone(said) == written
    assert numbers.phone(written) == written


@pytest.mark.parametrize("said", ["139123456", "139123456789", "0000000", "110", "+999 1234", "1" * 64, "无"])
def test_a_phone_that_nobody_can_have_is_refused(said: str) -> None:
    assert refusal(numbers.phone, said) == "complaint.phone"


@given(st.dates(date(1900, 1, 1), date(2026, 11, 25)), st.integers(0, 999), st.sampled_from(["310151", "310230"]))
def test_an_id_number_is_judged_by_its_digit_and_date(born: date, order: int, place: str) -> None:
    stem = f"{place}{born:%Y%m%d}{order:03}"
    number = stem + mod_11_2.calc_check_digit(stem)
    assert numbers.id_number(number.lower()) == number
    assert numbers.birthday(number) == born
    wrong = stem + ("0" if number[-1] != "0" else "1")
    assert refusal(numbers.id_number, wrong) == "complaint.id-number"


def test_an_id_number_in_full_width_is_accepted() -> None:
    assert numbers.id_number("３１０２３０１９８００３０３００１ｘ") == "31023019800303001X"


def test_a_credit_code_is_accepted_in_small_letters() -> None:
    assert numbers.credit_code("91310000132149237g") == "91310000132149237G"


@pytest.mark.parametrize("said", ["", "  ", None])
def test_what_may_be_left_out_may_be_blank(body: Body, said: str | None) -> None:
    form = read(body(reporter={"kind": "citizen", "name": "上官种苗", "phone": said}, matter_code=said)).form
    assert form.reporter.phone is None
    assert form.matter_code is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("310151000123", "310151000123"),
        (" ３１０１５１０００１２３ ", "310151000123"),
        ("11310151MB2F30046G" + "1" + "310151000123", "310151000123"),
        ("999999999999", "999999999999"),
        ("社保登记", None),
        ("31015100012", None),
        ("310151000123; DROP", None),
    ],
)
def test_an_odd_matter_code_is_left_to_the_manual_queue(body: Body, said: str, code: str | None) -> None:
    assert read(body(matter_code=said)).form.matter_code == code


@pytest.mark.parametrize(
    ("said", "code"),
    [("310230101001", "310151101001"), ("310151", "310151000000"), ("330102000000", "330102000000"), ("城桥镇", None)],
)
def test_an_old_or_odd_place_code_is_understood_or_left_open(body: Body, said: str, code: str | None) -> None:
    assert read(body(place_code=said)).form.place_code == code


def test_texts_are_composed(body: Body) -> None:
    assert read(body(text="cafe\u0301 か\u3099")).form.text == "café が"
    assert read(body(source_id="e\u0301-1")).at == ("window", "é-1")


@given(st.permutations(range(8)), st.sampled_from([None, 1, 2]))
def test_the_same_json_written_otherwise_compares_equal(order: list[int], indent: int | None) -> None:
    right = {
        "source_id": "1",
        "submitted_at": "2026-11-25T09:30:00+08:00",
        "reporter": {"kind": "citizen", "name": "上官种苗", "phone": "13912345678"},
        "matter_code": "1",
        "place_code": "2",
        "subject": "社保",
        "text": '他说"不行"',
        "attachments": [],
    }
    keys = list(right)
    shuffled = {keys[place]: right[keys[place]] for place in order}
    written = json.dumps(shuffled, indent=indent, ensure_ascii=indent is None)
    assert read(written.encode()).canonical == read(json.dumps(right).encode()).canonical


@given(st.text(max_size=300))
def test_whatever_a_text_says_it_is_accepted_or_refused_by_name(text: str) -> None:
    said = json.dumps(
        {
            "source_id": "1",
            "submitted_at": "2026-11-25T09:30:00Z",
            "reporter": {"kind": "citizen", "name": text, "phone": text},
            "matter_code": text,
            "subject": text,
            "text": text,
        }
    )
    try:
        submission = read(said.encode())
    except Refused as refused:
        assert refused.code.startswith("complaint.")
    else:
        assert domain.said(submission.content)["text"] == submission.form.text


@given(st.binary(max_size=200))
def test_whatever_bytes_come_they_are_refused_by_name(raw: bytes) -> None:
    assert refusal(read, raw) in {"complaint.not-json", "complaint.encoding", "complaint.invalid"}


@given(st.text(max_size=64))
def test_whatever_a_phone_says_it_has_a_form_or_is_refused(said: str) -> None:
    try:
        written = numbers.phone(said)
    except Refused as refused:
        assert refused.code == "complaint.phone"
    else:
        assert written.startswith("+")


@given(st.uuids(version=None), st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1)))
def test_a_receipt_carries_its_day_and_a_check_character(complaint_id: UUID, at: datetime) -> None:
    receipt = domain.receipt(complaint_id, at)
    assert receipt[:8] == f"{at.astimezone(SHANGHAI):%Y%m%d}"
    assert luhn.is_valid(receipt.replace("-", ""), "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert len(receipt) == len("20261125-7K3M-9QXZA")


@given(st.binary(min_size=32, max_size=32))
def test_a_secret_is_read_back_in_any_writing(drawn: bytes) -> None:
    secret = domain.secret(drawn)
    assert len(secret) == len("7K3M-9QXZ-A0B1-C2D3")
    assert domain.secret_hash(secret.lower().replace("-", "")) == domain.secret_hash(secret)
