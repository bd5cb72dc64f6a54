"""Know one service, know all: folder, package, distribution, consumer group and rooms have one name (docs/rooms.md)."""

import re
import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from chassis.service import Service
from contracts import topics

ROOMS = {"app", "api", "consumers", "jobs", "pages", "cli", "settings", "usecases", "store", "clients", "domain"}
BESIDE = {"__init__.py", "__main__.py", "py.typed", "__pycache__", "templates", "static"}
HEADINGS = ["Purpose", "Doors", "Tables", "Settings", "Facts", "Refusals"]


def package(folder: Path) -> str:
    return topics.package(folder.name)


def declared(folder: Path) -> Any:
    return tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))


def service(folder: Path) -> Service:
    (point,) = entry_points(group="bbcs.services", name=folder.name)
    loaded: Service = point.load()
    return loaded


def test_a_service_has_one_name(services: list[Path]) -> None:
    for folder in services:
        project, name = declared(folder)["project"], folder.name
        assert project["name"] == f"bbcs-{name}", "the distribution is called bbcs-<folder>"
        assert (folder / "src" / package(folder)).is_dir(), "the package is called like the folder"
        assert project["entry-points"]["bbcs.services"] == {name: f"{package(folder)}.app:service"}
        assert service(folder).name == name, "Service(name=…) is the folder's name"
        assert name == service(folder).settings.SERVICE, (
            "class …Settings(Settings, service=<folder>): its consumer group"
        )


def test_every_service_may_sign_in_at_kafka(services: list[Path]) -> None:
    found = {folder.name for folder in services}
    assert found == set(topics.SERVICES), "name it in contracts.topics.SERVICES"


def test_import_linter_looks_at_every_package(root: Path, services: list[Path]) -> None:
    rules = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    packages = {package(folder) for folder in services}
    assert packages <= set(rules["root_packages"])
    layers = next(one for one in rules["contracts"] if one.get("exhaustive"))
    assert packages == set(layers["containers"]), "rooms are checked where [tool.importlinter] names the package"
    alone = next(one for one in rules["contracts"] if one.get("layers", [""])[0] == "stack")
    assert packages == set(alone["layers"][1].split(" | ")), "services are kept apart where they are named"


def test_a_service_has_only_rooms(services: list[Path]) -> None:
    for folder in services:
        found = {entry.name for entry in (folder / "src" / package(folder)).iterdir()} - BESIDE
        strange = {name for name in found if name.removesuffix(".py") not in ROOMS}
        assert not strange, f"{folder.name}: {sorted(strange)} are no rooms; docs/rooms.md says where what belongs"
        assert {"app.py", "settings.py"} <= found


def test_a_room_is_a_file_or_a_folder_not_both(services: list[Path]) -> None:
    for folder in services:
        names = [entry.name.removesuffix(".py") for entry in (folder / "src" / package(folder)).iterdir()]
        assert len(names) == len(set(names))


def test_every_readme_has_the_same_headings(services: list[Path]) -> None:
    for folder in services:
        headings = re.findall(r"^## (.+)$", (folder / "README.md").read_text("utf-8"), re.MULTILINE)
        assert headings == HEADINGS, f"{folder.name}/README.md: these headings, in this order"


def test_every_service_has_migrations_and_tests(services: list[Path]) -> None:
    for folder in services:
        assert list((folder / "migrations" / "versions").glob("0001_*.py"))
        assert list((folder / "tests").rglob("test_*.py"))


def test_every_consumer_reads_what_it_may(services: list[Path]) -> None:
    readable = {topic.name: topic.readers for topic in topics.SHARED}
    for folder in services:
        read = [topic for consumer in service(folder).consumers for topic in consumer.topics]
        closed = [topic for topic in read if folder.name not in readable[topic]]
        assert not closed, f"{folder.name} reads {closed}: name it as a reader in contracts.topics"
