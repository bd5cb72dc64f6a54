"""What dispatch's tests share: a small sample district, complaints about it, and the service on the real servers."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.clock import new_id
from contracts.complaints import ComplaintRegistered
from contracts.vocabulary import Channel, ReporterKind, UnitKind
from dispatch.domain import Directory, Matter, Place, Unit

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)

DISTRICT, TOWN, VILLAGE, OTHER_TOWN = "310151000000", "310151101000", "310151101001", "310151102000"
SOCIAL, SENIOR, OWNERLESS = "000111001001", "000111002001", "000111003001"

_CREDIT = {
    "district-centre": "123101510000000015",
    "hrss": "123101510000000028",
    "town-a": "12310151000000003B",
    "town-b": "12310151000000005H",
}


def _units() -> dict[str, Unit]:
    return {
        "district-centre": Unit("district-centre", "样例区中心", UnitKind.CENTRE, None, _CREDIT["district-centre"]),
        "hrss": Unit("hrss", "样例人社局", UnitKind.DEPARTMENT, None, _CREDIT["hrss"]),
        "town-a": Unit("town-a", "样例甲镇中心", UnitKind.TOWN_CENTRE, "district-centre", _CREDIT["town-a"]),
        "town-b": Unit("town-b", "样例乙镇中心", UnitKind.TOWN_CENTRE, "district-centre", _CREDIT["town-b"]),
    }


def _places() -> dict[str, Place]:
    return {
        DISTRICT: Place(DISTRICT, "样例区", None, None),
        TOWN: Place(TOWN, "样例甲镇", DISTRICT, "town-a"),
        VILLAGE: Place(VILLAGE, "样例甲村", TOWN, None),
        OTHER_TOWN: Place(OTHER_TOWN, "样例乙镇", DISTRICT, "town-b"),
    }


def _matters() -> dict[str, Matter]:
    return {
        SOCIAL: Matter(SOCIAL, "样例社会保险登记", ("社保登记", "办社保"), {DISTRICT: "hrss"}),
        SENIOR: Matter(SENIOR, "样例老年优待证", (), {DISTRICT: "hrss", TOWN: "town-a"}),
        OWNERLESS: Matter(OWNERLESS, "样例无主事项"),
    }


@pytest.fixture
def directory() -> Directory:
    """A district without a centre of its own, two towns and a village; a matter of the district, one of a town too."""
    return Directory(1, _units(), _places(), _matters())


Complaint = Callable[..., ComplaintRegistered]


@pytest.fixture
def complaint() -> Complaint:
    """A complaint about social insurance in the village, with changes."""

    def registered(**changes: Any) -> ComplaintRegistered:
        right = {
            "complaint_id": new_id(NOW),
            "channel": Channel.WINDOW,
            "reporter_kind": ReporterKind.CITIZEN,
            "submitted_at": NOW,
            "registered_at": NOW,
            "matter_code": SOCIAL,
            "place_code": VILLAGE,
        }
        return ComplaintRegistered.model_validate(right | changes)

    return registered


def _lines(header: str, *rows: tuple[str | None, ...]) -> bytes:
    return "".join(",".join(cell or "" for cell in row) + "\n" for row in ((header,), *rows)).encode()


Tables = Callable[..., dict[str, bytes]]


@pytest.fixture
def tables(directory: Directory) -> Tables:
    """The office's tables that say a directory: the sample one unless another is given."""

    def written(said: Directory = directory) -> dict[str, bytes]:
        units, places, matters = said.units.values(), said.places.values(), said.matters.values()
        owned = [(one.code, place, unit) for one in matters for place, unit in one.owners.items()]
        return {
            "units.csv": _lines(
                "code,name,kind,parent,credit_code", *((u.code, u.name, u.kind, u.parent, u.credit_code) for u in units)
            ),
            "places.csv": _lines("code,name,parent,centre", *((p.code, p.name, p.parent, p.centre) for p in places)),
            "matters.csv": _lines("code,name,synonyms", *((m.code, m.name, "|".join(m.synonyms)) for m in matters)),
            "ownership.csv": _lines("matter,place,unit", *owned),
        }

    return written


@pytest.fixture
def now() -> datetime:
    """10:00 in Shanghai on a working day."""
    return NOW
