"""What the effects of a message follow from, before any server sees it."""

import pytest

from chassis.consumer import Message, Messages
from chassis.work import Called, Cause

TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"

Headers = tuple[tuple[str, bytes | None], ...]


def cause(headers: Headers) -> Cause:
    message = Message("actions.hrss", 0, 1, 0, None, headers, b"")
    return Messages("actions.hrss", parse=repr).read(message).cause


@pytest.mark.parametrize("name", ["traceparent", "ce_traceparent"])
def test_it_is_known_what_a_sender_calls_its_message(name: str) -> None:
    found = cause((("ce_id", b"order-7"), ("ce_correlationid", b"case-9"), (name, TRACE.encode())))
    assert found == Cause(traceparent=TRACE, called=Called("order-7", "case-9"))


@pytest.mark.parametrize("said", [None, b"", b"\xff", "张三".encode(), b"two words", b"x" * 129])
def test_whatever_else_stands_there_goes_no_further(said: bytes | None) -> None:
    assert cause((("ce_id", said), ("ce_correlationid", said), ("traceparent", said))) == Cause(
        called=Called(None, None)
    )
