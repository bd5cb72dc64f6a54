"""The HTTP doors: when what is due and why, the calendar behind it, how clocks stand, and their proof."""

from fastapi import APIRouter, Depends

from chassis import web
from sla_monitor.api import calendar, clocks, proof

router = APIRouter(prefix="/v1", dependencies=[Depends(web.caller), web.limited])
for part in (calendar, clocks, proof):
    router.include_router(part.router)
