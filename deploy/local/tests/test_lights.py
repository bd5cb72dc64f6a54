"""What a run says of lights: when the next one turns, where business time was made faster."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from chassis.clock import SystemClock
from stack.lights import next_light

DUE = "2030-03-01T09:00:00.000Z"


@pytest.fixture
def env() -> Iterator[dict[str, str]]:
    """A district where it is an hour before a clock is due, ten minutes a second."""
    turning = [{"next_at": DUE}, {"next_at": "2030-03-04T09:00:00.000Z"}]

    class Board(BaseHTTPRequestHandler):
        """Answers as sla-monitor does."""

        def do_GET(self) -> None:
            signed_in = self.headers["authorization"] == "Bearer centre's"
            body = json.dumps({"next_to_turn": turning if signed_in else []}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Board)
    Thread(target=server.serve_forever, daemon=True).start()
    yield {
        "BBCS_CLOCK": f"{SystemClock().now().isoformat()}|2030-03-01T16:00:00+08:00|600",
        "BBCS_CENTRE_KEY": "centre's",
        "BBCS_SLA_MONITOR_URL": f"http://127.0.0.1:{server.server_port}",
    }
    server.shutdown()
    server.server_close()


def test_the_next_light_is_said_with_the_seconds_that_it_takes(env: dict[str, str]) -> None:
    assert next_light(env) in {f"the next turns at 2030-03-01 17:00, in {left} s" for left in (4, 5, 6)}


def test_nothing_is_said_of_none(env: dict[str, str]) -> None:
    assert next_light(env | {"BBCS_CENTRE_KEY": "nobody's"}) is None


def test_nothing_is_said_where_time_is_the_machines(env: dict[str, str]) -> None:
    del env["BBCS_CLOCK"]
    assert next_light(env) is None
