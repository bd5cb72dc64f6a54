"""Every request is named, has one transaction, and ends in an answer that says nothing of what went wrong inside."""

import json
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import asyncpg
import httpx2
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from chassis.settings import Settings, UnusableSettings
from chassis.telemetry import metrics, traces
from contracts.refusals import REFUSALS, Refused

SECRET = "张三 13800138000"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
NOTE = {"title": "办不成事"}


Desk = Any
"""The desk of conftest.py, which tests cannot import."""
Calling = Callable[..., AbstractAsyncContextManager[httpx2.AsyncClient]]


def problem(answer: httpx2.Response) -> dict[str, Any]:
    """The problem that an answer is, checked in its form."""
    assert answer.headers["content-type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    refusal = REFUSALS[said["code"]]
    assert (said["status"], said["title"]) == (answer.status_code, refusal.title)
    assert said["status"] == refusal.status
    assert said["type"] == f"urn:bbcs:refusal:{said['code']}"
    assert said["request_id"] == answer.headers["x-request-id"]
    return said


async def test_a_request_is_one_committed_piece_of_work(client: httpx2.AsyncClient, desk: Desk) -> None:
    answer = await client.post("/v1/notes", json=NOTE)
    assert (answer.status_code, answer.json()) == (201, {"channel": "window"})
    assert (desk.committed, desk.rolled_back) == (1, 0)


async def test_a_refusal_rolls_back(client: httpx2.AsyncClient, desk: Desk) -> None:
    desk.raising = Refused("complaint.different-body")
    assert problem(await client.post("/v1/notes", json=NOTE))["code"] == "complaint.different-body"
    assert (desk.committed, desk.rolled_back) == (0, 1)


@pytest.mark.parametrize(("error", "code"), [(ValueError(SECRET), "service.fault"), (OSError(), "service.unavailable")])
async def test_who_is_not_committed_is_not_told_so(
    client: httpx2.AsyncClient, desk: Desk, error: Exception, code: str
) -> None:
    desk.commit_raising = error
    assert problem(await client.post("/v1/notes", json=NOTE))["code"] == code
    assert desk.committed == 0


@pytest.mark.parametrize("code", REFUSALS)
async def test_every_refusal_is_a_problem_with_its_title_and_status(client: httpx2.AsyncClient, code: str) -> None:
    answer = await client.get(f"/v1/refused/{code}")
    said = problem(answer)
    assert said["code"] == code
    assert said["errors"] == [{"path": "title", "kind": "missing"}, {"path": "tags.0.*", "kind": "int_type"}]
    assert said["details"] == {"unit": "hrss", "said": "[hidden]"}
    assert ("www-authenticate" in answer.headers) == (answer.status_code == 401)
    assert ("retry-after" in answer.headers) == (answer.status_code in (429, 503))


@pytest.mark.parametrize(
    ("header", "code"),
    [(None, "credential.missing"), ("Bearer x", "credential.wrong"), ("Basic x", "credential.wrong")],
)
async def test_who_has_no_key_is_asked_for_one(client: httpx2.AsyncClient, header: str | None, code: str) -> None:
    del client.headers["authorization"]
    answer = await client.post("/v1/notes", json=NOTE, headers={"authorization": header} if header else {})
    assert problem(answer)["code"] == code
    assert answer.headers["www-authenticate"].startswith('Bearer realm="bbcs"')


async def test_another_kind_of_principal_is_not_allowed(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/v1/notes", json=NOTE, headers={"authorization": "Bearer unit"})
    assert problem(answer)["code"] == "principal.not-allowed"


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/nothing", "/v1/notes/", "/docs", "/redoc", "/v1/notes/../raw", "/张三"]
)
async def test_no_such_address(client: httpx2.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert problem(answer)["code"] in {"request.not-found", "request.method"}
    assert "location" not in answer.headers


async def test_another_method_is_told_the_right_one(client: httpx2.AsyncClient) -> None:
    answer = await client.delete("/v1/notes")
    assert problem(answer)["code"] == "request.method"
    assert answer.headers["allow"] == "POST"


OUTAGES = [
    ConnectionRefusedError(SECRET),
    OSError("Multiple exceptions"),
    TimeoutError(SECRET),
    asyncpg.exceptions.CannotConnectNowError(SECRET),
    asyncpg.exceptions.TooManyConnectionsError(SECRET),
    asyncpg.exceptions.AdminShutdownError(SECRET),
    asyncpg.exceptions.InterfaceError(SECRET),
    asyncpg.exceptions.InternalServerError(SECRET),
    asyncpg.exceptions.InternalClientError(SECRET),
    asyncpg.exceptions.QueryCanceledError(SECRET),
    asyncpg.exceptions.LockNotAvailableError(SECRET),
    asyncpg.exceptions.DeadlockDetectedError(SECRET),
    asyncpg.exceptions.SerializationError(SECRET),
    asyncpg.exceptions.ConnectionDoesNotExistError(SECRET),
]
FAULTS = [
    ValueError(SECRET),
    FileNotFoundError(SECRET),
    AssertionError(SECRET),
    RecursionError(SECRET),
    ExceptionGroup(SECRET, [ValueError(SECRET)]),
    asyncpg.exceptions.UniqueViolationError(SECRET),
    asyncpg.exceptions.UndefinedTableError(SECRET),
]


@pytest.mark.parametrize("error", OUTAGES, ids=repr)
async def test_a_database_that_is_away_is_worth_trying_again(
    client: httpx2.AsyncClient, desk: Desk, error: Exception
) -> None:
    desk.raising = error
    answer = await client.post("/v1/notes", json=NOTE)
    assert problem(answer)["code"] == "service.unavailable"
    assert int(answer.headers["retry-after"]) > 0
    assert SECRET not in answer.text


@pytest.mark.parametrize("error", FAULTS, ids=repr)
async def test_nothing_of_a_bug_is_told_but_that_there_is_one(
    client: httpx2.AsyncClient, desk: Desk, error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.raising = error
    answer = await client.post("/v1/notes", json=NOTE, headers={"x-request-id": "request-1"})
    assert problem(answer)["code"] == "service.fault"
    assert SECRET not in answer.text
    (line,) = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (line["event"], line["level"], line["request_id"]) == ("request.failed", "error", "request-1")
    assert (line["method"], line["route"]) == ("POST", "/v1/notes")
    assert SECRET not in str(line)
    assert line["error"]["frames"]


async def test_what_takes_too_long_is_rolled_back_and_told_so(desk: Desk, calling: Calling) -> None:
    desk.settings = desk.settings.model_copy(update={"http_seconds": 0.02})
    async with calling(desk) as client:
        answer = await client.get("/v1/held")
    assert problem(answer)["code"] == "request.deadline"
    assert "retry-after" in answer.headers
    assert desk.rolled_back == 1


async def test_a_failure_in_the_middle_of_an_answer_breaks_it_off(client: httpx2.AsyncClient) -> None:
    with pytest.raises(RuntimeError):
        await client.get("/v1/broken-off")


async def test_a_well_formed_request_id_is_kept(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/livez", headers={"x-request-id": "a-1.b_2-caller"})
    assert answer.headers["x-request-id"] == "a-1.b_2-caller"


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 129, "with space", "<script>alert</script>", "请求编号一二三四".encode()]
)
async def test_another_request_id_is_replaced(client: httpx2.AsyncClient, given: str | bytes) -> None:
    answer = await client.get(
        "/livez", headers=[(b"x-request-id", given if isinstance(given, bytes) else given.encode())]
    )
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", answer.headers["x-request-id"])


async def test_answers_under_v1_are_not_stored(client: httpx2.AsyncClient) -> None:
    for answer in (
        await client.post("/v1/notes", json=NOTE),
        await client.get("/v1/search"),
        await client.get("/v1/x"),
    ):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_callers_trace_goes_on_in_the_work(client: httpx2.AsyncClient, desk: Desk) -> None:
    await client.post("/v1/notes", json=NOTE, headers={"traceparent": TRACE})
    await client.post("/v1/notes", json=NOTE, headers={"traceparent": "rubbish"})
    assert desk.traces == [TRACE, None]


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """The spans of this test, as a collector would get them."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(traces, "_TRACER", provider.get_tracer("test"))
    return exporter


async def test_a_span_is_named_by_its_route_and_carries_nothing_of_the_request(
    client: httpx2.AsyncClient, desk: Desk, spans: InMemorySpanExporter
) -> None:
    desk.raising = ValueError(SECRET)
    await client.post("/v1/notes?from=13800138000", json={"title": SECRET}, headers={"traceparent": TRACE})
    await client.get("/v1/notes/13800138000")
    failed, refused = spans.get_finished_spans()
    assert (failed.name, failed.kind, failed.status.is_ok) == ("POST /v1/notes", SpanKind.SERVER, False)
    assert (refused.name, refused.status.is_ok) == ("GET /v1/notes/{note_id}", True)
    assert failed.parent is not None
    assert f"{failed.parent.span_id:016x}" == TRACE[36:52]
    assert dict(refused.attributes or {}) == {
        "http.request.method": "GET", "http.route": "/v1/notes/{note_id}", "http.response.status_code": 422,
    }  # fmt: skip
    assert "13800138000" not in failed.to_json() + refused.to_json()


def observed(method: str, route: str, status: int) -> float:
    said = {"method": method, "route": route, "status": str(status)}
    return metrics.REGISTRY.get_sample_value("bbcs_http_request_seconds_count", said) or 0.0


async def test_requests_are_counted_by_route_and_never_by_path(client: httpx2.AsyncClient) -> None:
    before = observed("GET", "/v1/notes/{note_id}", 422), observed("GET", "-", 404), observed("OTHER", "-", 404)
    await client.get("/v1/notes/13800138000")
    await client.get("/13800138000")
    await client.request("ZHANGSAN", "/13800138000")
    after = observed("GET", "/v1/notes/{note_id}", 422), observed("GET", "-", 404), observed("OTHER", "-", 404)
    assert after == tuple(count + 1 for count in before)
    scraped = await client.get("/metrics")
    assert scraped.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "13800138000" not in scraped.text
    assert "ZHANGSAN" not in scraped.text


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
async def test_health_says_why_not(client: httpx2.AsyncClient, desk: Desk, path: str) -> None:
    assert (await client.get(path)).json() == {"status": "ok", "reasons": []}
    desk.reasons = ["consumer.stopped"]
    answer = await client.get(path)
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "reasons": ["consumer.stopped"]})


async def test_without_its_door_the_api_is_not_there(desk: Desk, calling: Calling) -> None:
    async with calling(desk, api=False) as client:
        assert problem(await client.post("/v1/notes", json=NOTE))["code"] == "request.not-found"
        assert (await client.get("/livez")).status_code == 200


async def test_the_api_is_described_with_its_problems(client: httpx2.AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    responses = described["paths"]["/v1/notes"]["post"]["responses"]
    assert responses.keys() == {"201", "4XX", "5XX"}
    referred = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described)))
    assert referred == {"Note", "Tag", "Problem", "FieldError", "LogPage", "LoggedFact"}
    assert referred <= described["components"]["schemas"].keys()
    assert "/metrics" not in described["paths"]


@pytest.mark.parametrize("said", [{"keys": {"A B": "0" * 64}}, {"rate_limit": "often"}, {"redis_url": "nowhere"}])
def test_keys_and_limits_that_cannot_be_used_end_the_start(
    desk: Desk, calling: Calling, said: dict[str, object]
) -> None:
    desk.settings = Settings.model_validate(desk.settings.model_dump() | said)
    with pytest.raises(UnusableSettings):
        calling(desk)
