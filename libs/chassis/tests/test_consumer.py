"""What the effects of a message follow from, before any server sees it."""

import pytest

from chassis.consumer import Message, Messages
from chassis.work import Cause

TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
NAMED = (("ce_id", b"order-7"), ("ce_correlationid", b"case-9"), ("ce_traceparent", TRACE.encode()))

Headers = tuple[tuple[str, bytes | None], ...]


def cause(headers: Headers, *, answered: bool) -> Cause:
    message = Message("actions.hrss", 0, 1, 0, None, headers, b"")
    return Messages("actions.hrss", parse=repr, answered=answered).read(message).cause


def test_what_a_sender_calls_its_message_comes_back_with_the_answer() -> None:
    found = cause(NAMED, answered=True)
    assert (found.causation, found.correlation, found.traceparent) == ("order-7", "case-9", TRACE)


def test_what_is_not_answered_hands_on_its_trace_alone() -> None:
    assert cause(NAMED, answered=False) == Cause(traceparent=TRACE)


@pytest.mark.parametrize("said", [None, b"", b"\xff", "张三".encode(), b"two words", b"x" * 129])
def test_whatever_else_stands_there_goes_no_further(said: bytes | None) -> None:
    headers: Headers = (("ce_id", said), ("ce_correlationid", said), ("traceparent", said))
    assert cause(headers, answered=True) == Cause()
