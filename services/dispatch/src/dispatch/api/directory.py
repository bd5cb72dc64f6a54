"""The directory over HTTP: what holds, or held under a version, and by whose word."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel, ConfigDict

from chassis import web
from chassis.security import Principal
from chassis.work import Work
from contracts.base import Instant
from dispatch import domain, usecases
from dispatch.api.callers import overseer
from dispatch.usecases import Kit

router = APIRouter(prefix="/directory")

_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "The version that `If-None-Match` names holds"}}


class Units(BaseModel):
    """The units as they hold under a version."""

    version: int
    units: list[domain.Unit]


class Places(BaseModel):
    """The places as they hold under a version; one without a centre has that of the place around it."""

    version: int
    places: list[domain.Place]


class Matters(BaseModel):
    """The matters as they hold under a version, each with its owners by the place at and below which they own it."""

    version: int
    matters: list[domain.Matter]


class Version(BaseModel):
    """A version of the directory, how many entries it changed, and by whose word it holds."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    imported_at: Instant
    units: int
    places: int
    matters: int
    proposed_by: str | None
    confirmed_by: str | None
    basis: str | None
    effective_at: Instant | None
    proposal_id: UUID | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A directory that was asked for, and what its caller said of versions that it has."""

    directory: domain.Directory
    had: str

    @property
    def tag(self) -> str:
        """What names the version in headers."""
        return f'"{self.directory.version}"'

    def answer(self, listed: BaseModel) -> Response:
        """What is listed, or 304 for a caller who has it."""
        headers = {"etag": self.tag}
        if self.tag in self.had.replace("W/", "").split(", "):
            return Response(status_code=304, headers=headers)
        return Response(listed.model_dump_json(), media_type="application/json", headers=headers)


async def asked(
    _: Annotated[Principal, web.Caller],
    work: Annotated[Work[Kit], web.InWork],
    version: Annotated[int | None, Query(ge=0, lt=2**31)] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Asked:
    """The directory under a version, or the one that holds now; everyone who signs in may read it."""
    return Asked(await usecases.directory(work, version), if_none_match or "")


@router.get("/units", response_model=Units, responses=_UNCHANGED)
async def units(asked: Annotated[Asked, Depends(asked)]) -> Response:
    """The units, as a tree by their parents."""
    directory = asked.directory
    return asked.answer(Units(version=directory.version, units=list(directory.units.values())))


@router.get("/places", response_model=Places, responses=_UNCHANGED)
async def places(asked: Annotated[Asked, Depends(asked)]) -> Response:
    """The places with the service centres that answer for them."""
    directory = asked.directory
    return asked.answer(Places(version=directory.version, places=list(directory.places.values())))


@router.get("/matters", response_model=Matters, responses=_UNCHANGED)
async def matters(asked: Annotated[Asked, Depends(asked)]) -> Response:
    """The matters, what people call them, and who owns them where."""
    directory = asked.directory
    return asked.answer(Matters(version=directory.version, matters=list(directory.matters.values())))


@router.get("/versions")
async def versions(_: Annotated[Principal, Depends(overseer)], work: Annotated[Work[Kit], web.InWork]) -> list[Version]:
    """Every version, oldest first."""
    return [Version.model_validate(one) for one in await usecases.versions(work)]
