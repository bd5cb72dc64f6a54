"""Lines, traces and metrics tell what happened and where, and never what people wrote (rules 7)."""

import asyncio
import gc
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from uuid import UUID

import pytest
from asyncpg import PostgresError
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from chassis import telemetry
from chassis.telemetry import logs, metrics, scrub

PERSONAL = (
    "张三",
    "13800138000",
    "310230199001011237",
    "91310000607378529B",
    "崇明区城桥镇",
    "138-0013-8000",
    "zs@example.cn",
)
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

log = telemetry.logger("desk")

Lines = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def speaking(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A configured process, and afterwards the test runner's own handlers again."""
    before = logging.root.handlers, logging.root.level
    for owner, hook in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(owner, hook, getattr(owner, hook))
    telemetry.configure("desk", level="INFO", instance="a")
    yield
    logging.root.handlers, logging.root.level = before
    logging.captureWarnings(capture=False)


def lines(capture: Lines) -> list[dict[str, object]]:
    return [json.loads(line) for line in capture.readouterr().err.splitlines()]


def test_a_line_is_json_and_says_who_speaks(capsys: Lines) -> None:
    log.warning("relay.lost", topic="tickets", partition=3, attempts=2)
    (line,) = lines(capsys)
    assert line.pop("time")
    assert line == {
        "event": "relay.lost", "level": "warning", "service": "desk", "instance": "a", "logger": "desk",
        "topic": "tickets", "partition": 3, "attempts": 2,
    }  # fmt: skip


def test_a_field_that_is_not_allowed_is_dropped_and_counted(capsys: Lines) -> None:
    before = metrics.LOG_FIELDS_DROPPED._value.get()
    log.info("seen", reporter="Zhang San", body={"phone": 1}, count=1)
    (line,) = lines(capsys)
    assert line["count"] == 1
    assert not {"reporter", "body"} & line.keys()
    assert metrics.LOG_FIELDS_DROPPED._value.get() == before + 2


def test_lines_below_the_level_are_not_written(capsys: Lines) -> None:
    log.debug("seen")
    assert lines(capsys) == []


@pytest.mark.parametrize("personal", PERSONAL)
def test_allowed_fields_do_not_carry_personal_data_either(capsys: Lines, personal: str) -> None:
    log.info("seen", principal=personal, topics=[personal], state={"a": personal}, code=f"x {personal}")
    assert personal not in capsys.readouterr().err


@pytest.mark.parametrize("number", [13800138000, 310230199001011237, float(13800138000), float("nan")])
def test_numbers_as_long_as_a_phones_are_hidden(capsys: Lines, number: float) -> None:
    log.info("seen", count=number)
    assert lines(capsys)[0]["count"] == scrub.HIDDEN


@given(st.uuids())
def test_ids_stay_whole(id_: UUID) -> None:
    assert scrub.value(id_) == scrub.value(str(id_)) == str(id_)
    assert scrub.line(f'{{"fact_id":"{id_}"}}') == f'{{"fact_id":"{id_}"}}'


@given(st.from_regex(r"\A[1-9][0-9]{6,17}[0-9Xx]?\Z"), st.text(max_size=20))
def test_no_long_run_of_digits_passes_in_a_value(digits: str, around: str) -> None:
    assert digits not in str(scrub.value(around + digits + around))
    assert digits not in str(scrub.value([digits]))


@given(st.from_regex(r"\A[1-9][0-9]{9,17}\Z"))
def test_the_second_net_holds_where_the_first_is_torn(digits: str) -> None:
    assert digits not in scrub.line(f'{{"event":"{digits}"}}')


class Reporter(BaseModel):
    """Something with a phone."""

    phone: int


def _unreadable() -> None:
    Reporter.model_validate({"phone": "张三 13800138000"})


def test_a_failure_is_told_by_type_and_place_without_its_message(capsys: Lines) -> None:
    with pytest.raises(ValidationError) as unreadable:
        _unreadable()
    log.error("batch.failed", error=telemetry.failure(unreadable.value))
    written = capsys.readouterr().err
    error = json.loads(written)["error"]
    assert error["type"].endswith("ValidationError")
    assert any(frame.startswith("test_telemetry.py:") and frame.endswith(" _unreadable") for frame in error["frames"])
    assert "张三" not in written
    assert "13800138000" not in written


def test_a_failures_causes_are_told_by_type(capsys: Lines) -> None:
    try:
        try:
            int("张三")
        except ValueError as error:
            raise PostgresError("INSERT … VALUES ('张三')") from error
    except PostgresError:
        log.exception("write.failed")
    written = capsys.readouterr().err
    assert json.loads(written)["error"]["causes"] == ["ValueError"]
    assert "张三" not in written
    assert "INSERT" not in written


def test_a_librarys_line_keeps_its_template_and_loses_its_values(capsys: Lines) -> None:
    logging.getLogger("somebodys.library").warning("Topic %s is not there", "张三")
    (line,) = lines(capsys)
    assert (line["event"], line["logger"], line["template"]) == (
        "library",
        "somebodys.library",
        "Topic %s is not there",
    )
    assert str(line["where"]).startswith("test_telemetry.py:")


def test_a_librarys_finished_text_is_not_repeated(capsys: Lines) -> None:
    logging.getLogger("sqlalchemy").error("cannot insert Zhang San", exc_info=ValueError("Zhang San"))
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("Zhang San is deprecated", stacklevel=1)
    written = capsys.readouterr().err
    assert "Zhang San" not in written
    assert json.loads(written.splitlines()[0])["error"]["type"] == "ValueError"


async def test_a_task_that_fails_unseen_does_not_leak(capsys: Lines) -> None:
    async def fail() -> None:
        raise ValueError("Zhang San")

    tasks = [asyncio.create_task(fail())]
    await asyncio.wait(tasks)
    tasks.clear()
    gc.collect()
    assert "Zhang San" not in capsys.readouterr().err


def test_an_uncaught_failure_ends_in_a_line_without_its_message(capsys: Lines) -> None:
    logs._uncaught(ValueError, ValueError("Zhang San"), None)
    (line,) = lines(capsys)
    assert (line["event"], line["level"]) == ("process.fault", "critical")
    assert "Zhang San" not in str(line)


def test_a_callers_trace_is_handed_on_and_stands_in_the_line(capsys: Lines) -> None:
    with telemetry.span("work", parent=CALLER):
        assert telemetry.traceparent() == CALLER
        log.info("seen")
    assert lines(capsys)[0]["trace_id"] == CALLER[3:35]
    assert telemetry.traceparent() is None


@pytest.mark.parametrize("parent", ["", "rubbish", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "张三"])
def test_a_traceparent_that_is_none_is_ignored(parent: str) -> None:
    with telemetry.span("work", parent=parent):
        assert telemetry.traceparent() is None


def test_the_promised_metrics_exist() -> None:
    text = metrics.exposition().decode()
    for name in (
        "bbcs_consumer_lag", "bbcs_consumer_batch_size", "bbcs_consumer_batch_seconds", "bbcs_parked_total",
        "bbcs_parked_waiting", "bbcs_log_age_seconds", "bbcs_log_relayed_total", "bbcs_http_request_seconds",
    ):  # fmt: skip
        assert f"# TYPE {name} " in text
