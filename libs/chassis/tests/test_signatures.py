"""A signed request is known again, and nothing else is: not a letter of it may be another one."""

import base64
import hmac
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.signatures import Key, Request, check, signed
from contracts.refusals import Refused

DOCUMENT = Path(__file__).parents[3] / "docs" / "city-feedback.md"
NOW = datetime(2026, 11, 26, 10, 5, tzinfo=UTC)
WINDOW = timedelta(minutes=5)
KEY = Key("district-2026a", bytes(range(32)))
KEYS = {KEY.key_id: KEY.secret, "district-2026b": bytes(32)}
PUT = Request("PUT", "https://city.example/v1/replies/SH1/1", "{“字”}".encode())


def refusal(request: Request, headers: dict[str, str], now: datetime = NOW) -> str:
    with pytest.raises(Refused) as refused:
        check(request, headers, KEYS, now, WINDOW)
    return str(refused.value.code)


def test_the_example_of_the_document_is_made_and_known() -> None:
    document = DOCUMENT.read_text("utf-8")
    lines = dict(re.findall(r"^(Content-Digest|Signature-Input|Signature): (.*)$", document, re.MULTILINE))
    [url] = re.findall(r'^"@target-uri": (.*)$', document, re.MULTILINE)
    [body] = re.findall(r'^\{"kind":"accepted".*$', document, re.MULTILINE)
    [created] = re.findall(r"^Signature-Input: .*;created=(\d+);", document, re.MULTILINE)
    at = datetime.fromtimestamp(int(created), UTC)
    request, headers = Request("PUT", url, body.encode()), {name.lower(): said for name, said in lines.items()}
    assert signed(request, KEY, at) == headers
    assert check(request, headers, KEYS, at, WINDOW) == KEY.key_id


@pytest.mark.parametrize("request_", [PUT, Request("GET", "http://127.0.0.1:8010/a/v1/ledger?after=0")])
def test_what_is_signed_is_known_by_its_key(request_: Request) -> None:
    for key_id, secret in KEYS.items():
        assert check(request_, signed(request_, Key(key_id, secret), NOW), KEYS, NOW, WINDOW) == key_id


@pytest.mark.parametrize(
    "other",
    [
        Request("POST", PUT.url, PUT.body),
        Request("PUT", PUT.url + "?a=b", PUT.body),
        Request("PUT", PUT.url.replace("https", "http"), PUT.body),
        Request("PUT", PUT.url, PUT.body + b" "),
        Request("PUT", PUT.url),
    ],
)
def test_another_request_is_not_signed_by_it(other: Request) -> None:
    assert refusal(other, signed(PUT, KEY, NOW)) == "signature.wrong"


@pytest.mark.parametrize("key", [Key("district-2026a", b"x" * 32), Key("city-2026a", KEY.secret)])
def test_another_key_signs_nothing(key: Key) -> None:
    assert refusal(PUT, signed(PUT, key, NOW)) == "signature.wrong"


def test_a_signature_is_good_for_five_minutes_before_and_after() -> None:
    headers = signed(PUT, KEY, NOW)
    for edge in (NOW - WINDOW, NOW + WINDOW):
        assert check(PUT, headers, KEYS, edge, WINDOW) == KEY.key_id
    for beyond in (NOW - WINDOW - timedelta(seconds=1), NOW + WINDOW + timedelta(seconds=1), NOW + timedelta(days=1)):
        assert refusal(PUT, headers, beyond) == "signature.expired"


def by_hand(parameters: str) -> dict[str, str]:
    """The headers with these parameters, made as the document has it."""
    covered, digest = '("@method" "@target-uri" "content-digest")', signed(PUT, KEY, NOW)["content-digest"]
    address = f'"@method": PUT\n"@target-uri": {PUT.url}\n'
    base = f'{address}"content-digest": {digest}\n"@signature-params": {covered}{parameters}'
    made = base64.b64encode(hmac.digest(KEY.secret, base.encode(), "sha256")).decode()
    return {"content-digest": digest, "signature-input": f"a={covered}{parameters}", "signature": f"a=:{made}:"}


def test_other_parameters_that_are_known_may_be_there() -> None:
    at = int(NOW.timestamp())
    for more in (';alg="hmac-sha256"', f';nonce="; {at}";tag="a"', f";expires={at}"):
        assert check(PUT, by_hand(f';keyid="{KEY.key_id}";created={at}{more}'), KEYS, NOW, WINDOW) == KEY.key_id
    assert refusal(PUT, by_hand(f';created={at};expires={at - 1};keyid="{KEY.key_id}"')) == "signature.expired"
    assert refusal(PUT, by_hand(f';created={at};keyid="{KEY.key_id}";alg="none"')) == "signature.wrong"


@pytest.mark.parametrize("missing", ["signature", "signature-input"])
def test_without_a_signature(missing: str) -> None:
    headers = signed(PUT, KEY, NOW)
    del headers[missing]
    assert refusal(PUT, headers) == "signature.missing"


def test_without_a_digest() -> None:
    headers = signed(PUT, KEY, NOW)
    del headers["content-digest"]
    assert refusal(PUT, headers) == "signature.wrong"


INPUTS = {
    "fewer components": ('"@method" "@target-uri" "content-digest"', '"@method" "@target-uri"'),
    "another order": ('"@method" "@target-uri"', '"@target-uri" "@method"'),
    "another label": ("sig1=(", "sig2=("),
    "two of them": ("sig1=(", "sig0=(),sig1=("),
    "no time": (";created=1795687500", ""),
    "a time of words": ("created=1795687500", 'created="1795687500"'),
    "another time": ("created=1795687500", "created=1795687501"),
    "two times": (";created=1795687500", ";created=1795687500;created=1795687500"),
    "no key": (';keyid="district-2026a"', ""),
    "another algorithm": ("hmac-sha256", "rsa-pss-sha512"),
    "something new": (";alg=", ";strange=1;alg="),
}


@pytest.mark.parametrize(("before", "after"), INPUTS.values(), ids=INPUTS)
def test_what_is_signed_cannot_be_said_otherwise(before: str, after: str) -> None:
    headers = signed(PUT, KEY, NOW)
    assert before in headers["signature-input"]
    headers["signature-input"] = headers["signature-input"].replace(before, after)
    assert refusal(PUT, headers) == "signature.wrong"


@given(st.sampled_from(["signature", "signature-input", "content-digest"]), st.integers(0), st.characters())
def test_no_letter_may_be_another_one(name: str, at: int, letter: str) -> None:
    headers = signed(PUT, KEY, NOW)
    place = at % len(headers[name])
    changed = headers[name][:place] + letter + headers[name][place + 1 :]
    if changed.strip() != headers[name]:
        assert refusal(PUT, headers | {name: changed}) == "signature.wrong"


@given(st.text(max_size=200), st.text(max_size=100), st.text(max_size=100))
def test_whatever_stands_there_it_is_refused(signature_input: str, signature: str, digest: str) -> None:
    written = {"signature-input": signature_input, "signature": signature, "content-digest": digest}
    assert refusal(PUT, written) == "signature.wrong"
