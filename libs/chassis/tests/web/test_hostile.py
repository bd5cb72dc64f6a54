"""Whatever is sent, the answer is a problem with a stable code, never a fault, and repeats nothing of it."""

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.refusals import REFUSALS

Calling = Callable[..., AbstractAsyncContextManager[httpx2.AsyncClient]]
JSON = {"content-type": "application/json"}
DEEP = 10_000
MARK = "张三13800138000"

BODIES: dict[str, tuple[bytes, str, str]] = {
    "nothing": (b"", "request.invalid", "missing"),
    "not JSON": (b"title=1", "request.not-json", "syntax"),
    "half of it": (b'{"title": "' + MARK.encode(), "request.not-json", "syntax"),
    "two of them": (b'{"title":"a"}{"title":"b"}', "request.not-json", "syntax"),
    "a byte order mark": (b'\xef\xbb\xbf{"title":"a"}', "request.not-json", "syntax"),
    "GBK": ('{"title":"办不成事"}'.encode("gbk"), "request.not-json", "encoding"),
    "UTF-16": ('{"title":"办"}'.encode("utf-16"), "request.not-json", "encoding"),
    "UTF-16 without a mark": ('{"title":"a"}'.encode("utf-16-le"), "request.not-json", "syntax"),
    "a surrogate as bytes": (b'{"title":"\xed\xa0\x80"}', "request.not-json", "encoding"),
    "a lone surrogate": (b'{"title":"\\ud800"}', "request.not-json", "surrogate"),
    "a lone surrogate as key": (b'{"counts":{"\\uDC00":1},"title":"a"}', "request.not-json", "surrogate"),
    "an escaped NUL": (b'{"title":"a\\u0000"}', "request.invalid", "nul"),
    "an escaped NUL as key": (b'{"title":"a","counts":{"\\u0000":1}}', "request.invalid", "nul"),
    "a raw NUL": (b'{"title":"a\x00"}', "request.not-json", "syntax"),
    "a raw line end": (b'{"title":"a\nb"}', "request.not-json", "syntax"),
    "deep lists": (b"[" * DEEP + b"]" * DEEP, "request.not-json", "depth"),
    "deep objects": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, "request.not-json", "depth"),
    "somewhat deep": (b'{"title":' + b"[" * 70 + b"]" * 70 + b"}", "request.not-json", "depth"),
    "deep and never closed": (b"[" * DEEP, "request.not-json", "depth"),
    "NaN": (b'{"title":"a","counts":{"a":NaN}}', "request.not-json", "number"),
    "Infinity": (b'{"title":"a","counts":{"a":-Infinity}}', "request.not-json", "number"),
    "a float without end": (b'{"title":"a","counts":{"a":1e400}}', "request.not-json", "number"),
    "a long integer": (b'{"title":"a","counts":{"a":' + b"9" * 5000 + b"}}", "request.not-json", "number"),
    "an integer that JavaScript rounds": (
        b'{"title":"a","counts":{"a":9007199254740993}}',
        "request.not-json",
        "number",
    ),
    "a key twice": (b'{"title":"a","title":"b"}', "request.not-json", "duplicate-key"),
    "a key twice, inside": (b'{"title":"a","tags":[{"word":"x","word":"y"}]}', "request.not-json", "duplicate-key"),
    "null": (b"null", "request.invalid", "model_attributes_type"),
    "a list": (b"[]", "request.invalid", "model_attributes_type"),
    "a text": (f'"{MARK}"'.encode(), "request.invalid", "model_attributes_type"),
    "another type": (b'{"title":13800138000}', "request.invalid", "string_type"),
    "an unknown field": (f'{{"title":"a","{MARK}":"{MARK}"}}'.encode(), "request.invalid", "extra_forbidden"),
    "a wrong value in a map": (
        f'{{"title":"a","counts":{{"{MARK}":"{MARK}"}}}}'.encode(),
        "request.invalid",
        "int_parsing",
    ),
    "a wrong value in a list": (
        f'{{"title":"a","tags":[{{"word":["{MARK}"]}}]}}'.encode(),
        "request.invalid",
        "string_type",
    ),
}


def checked(answer: httpx2.Response) -> dict[str, Any]:
    """The problem that an answer is, well formed and without the mark."""
    said: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (said["status"], said["title"]) == (REFUSALS[said["code"]].status, REFUSALS[said["code"]].title)
    for form in (MARK, MARK[:2], MARK[2:], json.dumps(MARK)[1:-1]):
        assert form not in answer.text
        assert form not in str(answer.headers)
    return said


@pytest.mark.parametrize("sent", BODIES, ids=BODIES)
async def test_a_body_that_is_no_note_is_refused_by_name(client: httpx2.AsyncClient, sent: str) -> None:
    body, code, kind = BODIES[sent]
    said = checked(await client.post("/v1/notes", content=body, headers=JSON))
    assert (said["code"], said["errors"][0]["kind"]) == (code, kind)


async def test_a_path_shows_our_names_and_places_in_lists_alone(client: httpx2.AsyncClient) -> None:
    note = {"title": "a", "tags": [{"word": "x"}, {"word": "y", "weight": "z", MARK: 1}], "counts": {MARK: "x"}}
    said = checked(await client.post("/v1/notes", json=note))
    assert {error["path"] for error in said["errors"]} == {"body.tags.1.weight", "body.tags.1.*", "body.counts.*"}


async def test_a_thousand_errors_are_told_as_twenty(client: httpx2.AsyncClient) -> None:
    said = checked(await client.post("/v1/notes", json={"title": "a", "tags": [{}] * 1000}))
    assert len(said["errors"]) == 20


@pytest.mark.parametrize(
    "body",
    [
        b'{"title":"\\ud83d\\ude00"}',
        b'{"title":"a\\\\u0000"}',
        b' {"title": "\\u529e"} ',
        b'{"title":"\xf0\x9f\x98\x80"}',
    ],
)
async def test_what_only_looks_odd_is_taken(client: httpx2.AsyncClient, body: bytes) -> None:
    assert (await client.post("/v1/notes", content=body, headers=JSON)).status_code == 201


@pytest.mark.parametrize(
    "said", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded",
             "application/json; charset=gbk", "application/jsonp", "json", "application/json, text/plain",
             "", MARK.encode()]
)  # fmt: skip
async def test_another_media_type_is_not_taken(client: httpx2.AsyncClient, said: str | bytes) -> None:
    value = said if isinstance(said, bytes) else said.encode()
    answer = await client.post("/v1/notes", content=b'{"title":"a"}', headers=[(b"content-type", value)])
    assert checked(answer)["code"] == "request.media-type"


@pytest.mark.parametrize(
    "said", ["application/json", "Application/JSON", "application/json; charset=utf-8",
             'application/json;charset="UTF-8"', "application/cloudevents+json"]
)  # fmt: skip
async def test_json_has_several_names(client: httpx2.AsyncClient, said: str) -> None:
    answer = await client.post("/v1/notes", content=b'{"title":"a"}', headers={"content-type": said})
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "address", ["/v1/search?q=a%00b", "/v1/search?q=%00", "/v1/notes/%00", "/v1/search?q=a&limit=1%00", "/%00"]
)
async def test_a_nul_in_an_address_is_refused(client: httpx2.AsyncClient, address: str) -> None:
    assert checked(await client.get(address))["errors"][0]["kind"] == "nul"


@pytest.mark.parametrize(
    "address", ["/v1/search", f"/v1/search?limit={'9' * 5000}&q=a", f"/v1/search?q=a&limit={MARK}", f"/v1/notes/{MARK}",
                "/v1/search?limit=%ED%A0%80", "/v1/search?limit=1e400&q=a", "/v1/search?q=a&limit=NaN"]
)  # fmt: skip
async def test_an_address_that_does_not_fit_is_refused(client: httpx2.AsyncClient, address: str) -> None:
    assert checked(await client.get(address))["code"] == "request.invalid"


async def test_the_largest_body_is_taken_and_one_byte_more_is_not(desk: Any, calling: Calling) -> None:
    desk.settings = desk.settings.model_copy(update={"http_max_bytes": 1024})
    async with calling(desk) as client:
        fits = b'{"title":"' + b"a" * 1012 + b'"}'
        assert (await client.post("/v1/notes", content=fits, headers=JSON)).status_code == 201
        for path in ("/v1/notes", "/v1/raw"):
            answer = await client.post(path, content=fits + b" ", headers=JSON)
            assert checked(answer)["code"] == "request.too-large"


async def test_a_door_that_takes_raw_bytes_gets_them_as_they_came(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/v1/raw", content=b"\x00\xff[", headers={"content-type": "text/plain"})
    assert answer.json() == 3


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
notes = st.fixed_dictionaries(
    {"title": anything},
    optional={"tags": anything | st.lists(st.fixed_dictionaries({"word": anything})), "counts": anything},
)
often = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def harmless(answer: httpx2.Response) -> None:
    assert answer.status_code < 500
    assert answer.status_code < 400 or answer.json()["code"] in REFUSALS


@often
@given(st.binary(max_size=300))
async def test_no_bytes_are_a_fault(client: httpx2.AsyncClient, body: bytes) -> None:
    harmless(await client.post("/v1/notes", content=body, headers=JSON))


@often
@given(anything | notes)
async def test_no_value_is_a_fault(client: httpx2.AsyncClient, said: object) -> None:
    harmless(await client.post("/v1/notes", content=json.dumps(said).encode(), headers=JSON))


@often
@given(
    st.sampled_from(
        ["x-request-id", "content-type", "authorization", "traceparent", "accept", "idempotency-key", "host"]
    ),
    st.binary(max_size=200),
)
async def test_no_header_is_a_fault(client: httpx2.AsyncClient, name: str, value: bytes) -> None:
    headers = (
        [(name.encode(), value)]
        if name == "content-type"
        else [(b"content-type", b"application/json"), (name.encode(), value)]
    )
    harmless(await client.post("/v1/notes", content=b'{"title":"a"}', headers=headers))


@often
@given(st.text(max_size=50), st.dictionaries(st.text(max_size=10), st.text(max_size=20), max_size=3))
async def test_no_address_is_a_fault(client: httpx2.AsyncClient, path: str, query: dict[str, str]) -> None:
    encoded = path.encode(errors="surrogatepass").hex("%")
    said = {
        name.encode(errors="replace").decode(): value.encode(errors="replace").decode() for name, value in query.items()
    }
    harmless(await client.get(f"/v1/search/%{encoded}" if encoded else "/v1/search", params=said))
