"""What the stack decides before it starts anything."""

import hashlib
import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chassis.clock import clock_from
from stack import clocks, credentials, docker, environment, files, processes, users
from stack.plan import Plan
from stack.ports import Ports
from stack.trouble import Trouble, last_words

UNITS = ["hrss", "town-chengqiao"]


@pytest.fixture
def secrets(tmp_path: Path) -> dict[str, str]:
    return credentials.keep(tmp_path, credentials.wanted(["intake", "dispatch"], ["window"], UNITS))


def test_a_private_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    files.write(tmp_path / "env", "x")
    files.write(tmp_path / "env", "y")

    assert (tmp_path / "env").stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["env"]


def test_secrets_are_made_once_and_new_ones_are_added(tmp_path: Path, secrets: dict[str, str]) -> None:
    again = credentials.keep(tmp_path, credentials.wanted(["intake", "dispatch"], ["window"], [*UNITS, "tax"]))

    assert secrets.items() <= again.items()
    assert again.keys() - secrets.keys() == {"BBCS_UNIT_TAX_KAFKA_PASSWORD", "BBCS_UNIT_TAX_KEY"}


def test_lost_secrets_are_not_made_anew_beside_data_that_needs_them(tmp_path: Path) -> None:
    (tmp_path / "kafka" / "data").mkdir(parents=True)

    with pytest.raises(Trouble, match="make clean"):
        credentials.keep(tmp_path, {})


def test_a_shell_reads_env_as_we_do(tmp_path: Path) -> None:
    odd = {"BBCS_KEYS": json.dumps({"unit.hrss": "it's $HOME `x`"}), "BBCS_CLOCK": "2026-11-25T09:00:00+08:00|b|600"}
    environment.write(tmp_path, odd)

    shown = subprocess.run(
        ["/bin/sh", "-c", f'. {shlex.quote(str(tmp_path / "env"))}; printf \'%s|\' "$BBCS_KEYS" "$BBCS_CLOCK"'],
        capture_output=True,
        text=True,
        check=True,
    )

    assert shown.stdout == f"{odd['BBCS_KEYS']}|{odd['BBCS_CLOCK']}|"
    assert environment.read(tmp_path) == odd


def test_a_service_is_told_no_one_elses_secrets() -> None:
    told = environment.of_service(
        "intake",
        {
            "BBCS_INTAKE_DATABASE_URL": "own",
            "BBCS_INTAKE_HTTP_PORT": "8001",
            "BBCS_DISPATCH_DATABASE_URL": "other",
            "BBCS_ADMIN_KAFKA_PASSWORD": "other",
            "BBCS_UNIT_HRSS_KEY": "other",
            "BBCS_KEYS": "shared",
        },
    )

    assert told == {"BBCS_INTAKE_DATABASE_URL": "own", "BBCS_KEYS": "shared"}


@pytest.mark.parametrize(
    ("asks", "owner", "inside"),
    [("sla-monitor", "dispatch", "8002"), ("sla-monitor", "revisit", "8004"), ("revisit", "dispatch", "8002")],
)
def test_whoever_asks_for_a_log_knows_where_it_is_and_is_known_there(
    tmp_path: Path, asks: str, owner: str, inside: str
) -> None:
    plan = Plan.of(tmp_path, None, {f"STACK_{owner.upper()}_PORT": "28002"})
    asking = environment.of_service(asks, plan.variables)
    asked = environment.of_service(owner, plan.variables)

    variable = f"BBCS_{asks.replace('-', '_').upper()}_{owner.upper()}"
    assert asking[f"{variable}_URL"] == "http://127.0.0.1:28002"
    assert docker.inside(plan, asking)[f"{variable}_URL"] == f"http://{owner}:{inside}"
    key = hashlib.sha256(asking[f"{variable}_KEY"].encode()).hexdigest()
    assert json.loads(asked["BBCS_KEYS"])[f"service.{asks}"] == key


def test_the_sample_city_runs_with_what_was_agreed_and_containers_know_of_none(tmp_path: Path) -> None:
    plan = Plan.of(tmp_path, None, {"STACK_CITY_PORT": "28009"})
    bridge = environment.of_service("portal-bridge", plan.variables)
    told = environment.of_city(tmp_path, plan.variables)

    assert told["CITY_URL"] == bridge[environment.CITY_URL] == "http://127.0.0.1:28009"
    [(name, key)] = json.loads(bridge["BBCS_PORTAL_BRIDGE_CITY_KEYS"]).items()
    assert told["CITY_KEYS"] == f"{name}:{key}"
    assert environment.CITY_URL not in docker.without_city(plan).variables


def test_ports_are_what_is_said_else_what_was_kept(tmp_path: Path) -> None:
    Ports.read(tmp_path, {"STACK_KAFKA_PORT": "19092", "STACK_INTAKE_PORT": "18001"}).keep(tmp_path)

    ports = Ports.read(tmp_path, {"STACK_INTAKE_PORT": "28001"})

    assert (ports.kafka, ports.intake, ports.dispatch) == (19092, 28001, 8002)
    assert ports.of_instance("intake", 2) == 28011


@pytest.mark.parametrize("said", ["0", "65536", "http", "９０９２", "9093"])
def test_a_port_that_cannot_be_is_refused_by_its_name(tmp_path: Path, said: str) -> None:
    with pytest.raises(Trouble, match=r"port|PORT"):
        Ports.read(tmp_path, {"STACK_KAFKA_PORT": said})


def test_business_time_never_goes_back() -> None:
    assert clocks.current(None, None) is None
    fast = clocks.current(None, 3600)
    reached = clock_from(fast).now()
    slow = clocks.slowed(fast)

    assert clocks.current(fast, None) == fast
    assert clocks.current(fast, 3600) == fast
    assert clock_from(slow).now() >= reached
    assert slow is not None
    assert slow.endswith("|1")


@pytest.mark.parametrize("said", ["fast", "0", "-1", "1e9"])
def test_a_speed_that_cannot_be_is_refused(said: str) -> None:
    with pytest.raises(Trouble, match="SPEED"):
        clocks.speed_of(said)


def _marked(name: str) -> "subprocess.Popen[bytes]":
    """A process with a mark, which runs: it has said so."""
    wait = ["-c", "import time; print(flush=True); time.sleep(60)"]
    process = subprocess.Popen([sys.executable, "-X", f"stack={name}", *wait], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as said:
        said.readline()
    return process


def test_only_marked_processes_are_ended() -> None:
    ours, stranger = (_marked(name) for name in ("/a", "/a2"))
    try:
        assert processes.end([("-X", "stack=/a")], patience_s=5) == [ours.pid]
        assert ours.wait(5) == -signal.SIGTERM
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_folder_that_its_user_cannot_reach_has_one_outside(tmp_path: Path) -> None:
    user = users.unprivileged()
    if user is None:  # we are not root: whoever runs PostgreSQL reaches what we reach
        assert users.reachable(tmp_path, user) == tmp_path
        return
    private = tmp_path / "home"
    private.mkdir(mode=0o700)
    (private / "stack").mkdir()
    outside = users.reachable(private / "stack", user)
    try:
        assert outside == users.stand_in(private / "stack")
        assert users.reaches(user, outside)
    finally:
        outside.rmdir()


def test_the_last_words_of_a_log_are_its_last_line_that_says_something(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"first\nlast \xff word\n\n")

    assert last_words(tmp_path / "log") == "last \ufffd word"
    assert last_words(tmp_path / "none") == ""
