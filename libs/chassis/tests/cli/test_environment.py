"""Where the command finds the servers."""

import os
from pathlib import Path
from typing import Any

import pytest

from chassis.cli import environment
from chassis.cli.failure import Unable


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("BBCS_")]:
        monkeypatch.delenv(name)


def written(folder: Path, *lines: str) -> Path:
    file = folder / ".stack" / "env"
    file.parent.mkdir()
    file.write_text("\n".join(lines), "utf-8")
    return file


def test_the_stack_of_a_folder_above_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, "# written by the stack", "export BBCS_KAFKA_SERVERS='127.0.0.1:1'", "export BBCS_X='a b'")
    below = tmp_path / "services" / "intake"
    below.mkdir(parents=True)
    monkeypatch.setenv("BBCS_X", "said before")
    assert environment.load(below) == file
    assert (os.environ.pop("BBCS_KAFKA_SERVERS"), os.environ["BBCS_X"]) == ("127.0.0.1:1", "said before")


def test_servers_that_are_named_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "export BBCS_KAFKA_SERVERS=stack")
    monkeypatch.setenv("BBCS_KAFKA_SERVERS", "named")
    assert environment.load(tmp_path) is None
    assert os.environ["BBCS_KAFKA_SERVERS"] == "named"


def test_without_servers_it_says_what_to_do() -> None:
    with pytest.raises(Unable, match="make run"):
        environment.login("operator", {})


def test_without_a_password_it_names_the_variable() -> None:
    with pytest.raises(Unable, match="BBCS_CHANNEL_CITY_EXIT_KAFKA_PASSWORD"):
        environment.login("channel.city-exit", {"BBCS_KAFKA_SERVERS": "kafka:9092"})


def test_a_kafka_that_does_not_answer_is_a_sentence(bbcs: Any) -> None:
    bbcs.environment["BBCS_KAFKA_SERVERS"] = "127.0.0.1:9"
    answer = bbcs("tail", "complaints")
    assert answer.code == 1
    assert answer.err.startswith("Kafka at 127.0.0.1:9 does not answer")
    assert len(answer.err.splitlines()) == 1
