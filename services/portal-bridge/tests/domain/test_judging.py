"""What becomes of what the city sends, line by line, and what is refused (docs/city-feedback.md)."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.refusals import Refused
from contracts.vocabulary import FeedbackWay
from portal_bridge import domain
from portal_bridge.domain import Policy

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
POLICY = Policy(timedelta(minutes=5), 10_000, timedelta(minutes=10))
SILENT = {"text": None}


@pytest.mark.parametrize(
    ("changes", "state", "reason"),
    [
        ({}, "accepted", "trouble"),
        ({"rating": 2}, "accepted", "trouble"),
        ({"rating": None}, "accepted", "trouble"),
        ({"rating": None, **SILENT}, "accepted", "trouble"),
        ({"pf": 7}, "counted", "default"),
        ({"pf": 7, "rating": None}, "counted", "default"),
        ({"default_rating": True}, "counted", "default"),
        ({"default_rating": True, "rating": 5}, "counted", "default"),
        ({"rating": 3}, "waiting", "words"),
        ({"rating": 5}, "waiting", "words"),
        ({"rating": 3, **SILENT}, "counted", "content"),
        ({"rating": 3, "text": " \n "}, "counted", "content"),
        ({"corrects": "SH1"}, "waiting", "again"),
        ({"corrects": "SH1", "rating": None, **SILENT}, "waiting", "again"),
        ({"assess_number": 2}, "waiting", "again"),
        ({"assess_number": 2, "rating": 5}, "waiting", "again"),
        ({"assess_number": 2, "rating": 5, **SILENT}, "counted", "content"),
        ({"assess_number": 2, "pf": 7}, "counted", "default"),
    ],
)
def test_the_first_line_that_fits_decides(item: Any, changes: dict[str, Any], state: str, reason: str) -> None:
    assert domain.becoming(domain.read(item(**changes))) == (state, reason)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"key": "with blank"}, "city.invalid", "key: string_pattern_mismatch"),
        ({"key": ...}, "city.invalid", "key: missing"),
        ({"area": "崇明"}, "city.invalid", "area: string_pattern_mismatch"),
        ({"area": "310115"}, "city.area-unknown", "area: area"),
        ({"area": "310115000000"}, "city.area-unknown", "area: area"),
        ({"unit_credit_code": "113101510000000786"}, "city.credit-code", "unit_credit_code: credit_code"),
        ({"unit_credit_code": "11310230"}, "city.credit-code", "unit_credit_code: credit_code"),
        ({"reporter": {"kind": "citizen", "phone": "12345"}}, "city.phone", "reporter.phone: phone"),
        (
            {"reporter": {"kind": "citizen", "id_number": "310230198003030011"}},
            "city.id-number",
            "reporter.id_number: id_number",
        ),
        (
            {"reporter": {"kind": "citizen", "id_number": "310151203001010015"}},
            "city.id-number",
            "reporter.id_number: in_future",
        ),
        (
            {"reporter": {"kind": "enterprise", "credit_code": "91310000132149237A"}},
            "city.reporter-credit-code",
            "reporter.credit_code: credit_code",
        ),
        (
            {"rating": 5, "text": "还行", "reporter": {"kind": "citizen", "phone": "12345"}},
            "city.phone",
            "reporter.phone: phone",
        ),
        ({"pf": 0}, "city.invalid", "pf: greater_than_equal"),
        ({"pf": 8}, "city.invalid", "pf: less_than_equal"),
        ({"pf": "2"}, "city.invalid", "pf: int_type"),
        ({"rating": 0}, "city.invalid", "rating: greater_than_equal"),
        ({"rating": 6}, "city.invalid", "rating: less_than_equal"),
        ({"rating": True}, "city.invalid", "rating: int_type"),
        ({"assess_number": 3}, "city.invalid", "assess_number: literal_error"),
        ({"corrects": "SH20261124000017"}, "city.invalid", "corrects: itself"),
        ({"happened_at": "yesterday"}, "city.invalid", "happened_at: time_with_offset"),
        ({"happened_at": "2026-02-30T09:00:00+08:00"}, "city.invalid", "happened_at: time_with_offset"),
        ({"received_at": "2026-11-24T09:12:43"}, "city.invalid", "received_at: time_with_offset"),
        ({"received_at": 1_790_000_000}, "city.invalid", "received_at: time_with_offset"),
        ({"received_at": "2026-11-24T09:12:39+08:00"}, "city.invalid", "received_at: before_happened"),
        ({"received_at": "2026-11-24T10:05:01+08:00"}, "city.time-in-future", "received_at: in_future"),
        ({"text": "长" * 30_000}, "city.invalid", "text: string_too_long"),
        ({"text": "a\0"}, "city.invalid", "text: control_character"),
        ({"subject": "长" * 201}, "city.invalid", "subject: string_too_long"),
        ({"reporter": {"kind": "animal"}}, "city.invalid", "reporter.kind: enum"),
        ({"张三": 1}, "city.invalid", "?: extra_forbidden"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(item: Any, changes: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        domain.admit(domain.read(item(**changes)), POLICY, NOW)
    assert (refused.value.code, refused.value.details["fields"]) == (code, [field])


@pytest.mark.parametrize("value", [None, 1, [], "x", {}])
def test_what_is_no_item_at_all_has_no_key(value: object) -> None:
    with pytest.raises(Refused):
        domain.read(value)
    assert domain.key_of(value) is None


def test_what_is_just_right_passes(item: Any) -> None:
    for changes in ({"text": "长" * 10_000}, {"received_at": "2026-11-24T10:05:00+08:00"}, {"area": "310230"}):
        domain.admit(domain.read(item(**changes)), POLICY, NOW)


@pytest.mark.parametrize("said", ["沪-0312", "12345", "", None])
def test_a_matter_of_the_old_form_goes_on_as_it_was_said_and_is_the_desks_to_solve(item: Any, said: str | None) -> None:
    form = domain.read(item(matter_code=said))
    assert domain.entered(form, b"", FeedbackWay.PUSH, NOW).matter_code is None
    assert json.loads(domain.complaint(form))["matter_code"] == (said or None)


def test_nothing_is_retyped_and_nothing_is_left_out(item: Any) -> None:
    href = {"name": "a.jpg", "media_type": "image/jpeg", "href": "https://city.example/a.jpg", "sha256": None}
    said = item(attachments=[href])
    complaint = json.loads(domain.complaint(domain.read(said)))
    assert complaint["source_id"] == said["key"]
    assert datetime.fromisoformat(complaint["submitted_at"]) == datetime.fromisoformat(said["received_at"])
    assert (complaint["reporter"], complaint["text"], complaint["subject"], complaint["place_code"]) == (
        said["reporter"],
        said["text"],
        said["subject"],
        said["area"],
    )
    [rest] = complaint["attachments"]
    kept = json.loads(base64.b64decode(rest["content_base64"]))
    assert (kept["project_number"], kept["rating"], kept["attachments"][0]["href"]) == (
        said["project_number"],
        1,
        href["href"],
    )


def test_who_gave_no_name_and_no_words_is_entered_all_the_same(item: Any) -> None:
    nobody = domain.read(item(reporter={"kind": "citizen"}, text=None, subject=None))
    complaint = json.loads(domain.complaint(nobody))
    assert (complaint["reporter"], complaint["subject"], complaint["text"]) == (
        {"kind": "citizen", "name": "匿名"},
        "市总门户中途退出",
        "（反映人未留言）",
    )
