"""The HTTP doors: when what is due and why, the calendar behind it, and how clocks stand."""

from fastapi import APIRouter, Depends

from chassis import web
from sla_monitor.api import calendar, clocks

router = APIRouter(prefix="/v1", dependencies=[Depends(web.caller), web.limited])
for part in (calendar, clocks):
    router.include_router(part.router)
