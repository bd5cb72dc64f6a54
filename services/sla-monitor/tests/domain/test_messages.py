"""What messages say, how they are signed, and what becomes of them by their answers."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.testing.lives import at
from contracts.vocabulary import ClockKind, Light
from sla_monitor.domain import (
    Calendar,
    Digest,
    Fate,
    Hours,
    Lit,
    Recipient,
    RecipientKind,
    Telling,
    fate,
    flaw,
    key_of,
    open_at,
    pause_after,
    signed,
    written,
)

NOBODY = Calendar.of((), 1)
GOOD = Recipient(
    "hrss-duty", RecipientKind.WEBHOOK, "https://monitor.example:8443/told?of=1", (Light.RED,), "hrss", ("a",)
)


def test_a_message_is_signed_as_the_published_example_of_standard_webhooks() -> None:
    at_ = datetime.fromtimestamp(1614265330, UTC)
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert key == b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert signed("msg_p5jXN8AQM9LWM0D4loKWxJek", at_, '{"test": 2432232314}', [key]) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize(
    ("status", "code", "becomes"),
    [
        (200, None, Fate.SENT),
        (204, None, Fate.SENT),
        (301, None, Fate.WAITING),
        (400, None, Fate.REFUSED),
        (408, None, Fate.WAITING),
        (410, None, Fate.REFUSED),
        (429, None, Fate.WAITING),
        (500, None, Fate.WAITING),
        (None, "too-slow", Fate.WAITING),
        (None, "unreachable", Fate.WAITING),
        (None, "key-unknown", Fate.REFUSED),
        (None, "no-gateway", Fate.REFUSED),
    ],
)
def test_only_what_may_get_better_is_tried_again(status: int | None, code: str | None, becomes: Fate) -> None:
    assert fate(status, code) is becomes


@pytest.mark.parametrize("failures", [1, 2, 7, 8, 1000])
def test_pauses_double_up_to_a_quarter_of_an_hour_and_are_not_alike(failures: int) -> None:
    telling = Telling()
    whole = min(timedelta(seconds=10) * 2 ** min(failures - 1, 20), timedelta(minutes=15))
    pauses = {pause_after(failures, UUID(int=number), telling) for number in range(100)}
    assert len(pauses) == 100
    assert whole / 2 <= min(pauses) < max(pauses) <= whole


@pytest.mark.parametrize(
    ("when", "open_"),
    [
        ("25 08:59", False),
        ("25 09:00", True),
        ("25 16:59", True),
        ("25 17:00", False),
        ("28 10:00", False),
        ("29 10:00", False),
    ],
)
def test_business_is_open_from_nine_to_five_on_working_days(when: str, *, open_: bool) -> None:
    assert open_at(at(when), NOBODY, Hours()) is open_


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({}, None),
        ({"address": "http://10.0.0.7/told"}, None),
        ({"unit": None}, None),
        ({"name": "Someone"}, "name"),
        ({"unit": "HRSS"}, "unit"),
        ({"lights": ()}, "light"),
        ({"lights": (Light.GREEN,)}, "light"),
        ({"keys": ()}, "key"),
        ({"address": "ftp://monitor.example/"}, "webhook"),
        ({"address": "https://user:word@monitor.example/"}, "webhook"),
        ({"address": "https://monitor.example:99999/"}, "webhook"),
        ({"address": "https:///told"}, "webhook"),
        ({"address": "https://monitor.example/a b"}, "webhook"),
        ({"kind": RecipientKind.SMS, "address": "duty-3", "keys": ()}, None),
        ({"kind": RecipientKind.SMS, "address": "duty-3"}, "key"),
        ({"kind": RecipientKind.SMS, "address": "13800001234", "keys": ()}, "sms"),
        ({"kind": RecipientKind.SMS, "address": "021-5961-1234", "keys": ()}, "sms"),
    ],
)
def test_a_recipient_is_reached_by_an_address_that_is_one_and_no_telephone_number(
    said: dict[str, Any], wrong: str | None
) -> None:
    assert flaw(GOOD._replace(**said)) == wrong


def test_an_sms_counts_what_it_does_not_name() -> None:
    due, ticket = at("25 17:00"), UUID(int=1)
    first = Lit(ticket, ClockKind.HANDLE, "1", None, Light.RED, due, due)
    counts = {(ClockKind.HANDLE, Light.RED): 2, (ClockKind.CONTACT, Light.OVERDUE): 9}
    assert written(Digest(None, due, counts, [first]), RecipientKind.SMS) == (
        f"【办不成事】11项时限提醒：办理红灯2、首次联系已超期9。首项：办理，工单{ticket}，承办未定，11月25日17:00到期。"
    )
