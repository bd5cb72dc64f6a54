"""The HTTP doors: revisits, findings with their rounds, and bad ratings."""

from fastapi import APIRouter, Depends

from chassis import web
from revisit.api import findings, ratings, revisits, rounds

router = APIRouter(prefix="/v1", dependencies=[Depends(web.caller), web.limited])
router.include_router(revisits.router)
router.include_router(findings.router)
router.include_router(rounds.router)
router.include_router(ratings.router)
