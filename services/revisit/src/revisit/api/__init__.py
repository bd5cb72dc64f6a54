"""The HTTP doors: revisits, findings with their rounds, bad ratings, and blockages with what is improved."""

from fastapi import APIRouter, Depends

from chassis import web
from revisit.api import blockages, findings, improvements, ratings, revisits, rounds

router = APIRouter(prefix="/v1", dependencies=[Depends(web.caller), web.limited])
router.include_router(revisits.router)
router.include_router(findings.router)
router.include_router(rounds.router)
router.include_router(ratings.router)
router.include_router(blockages.router)
router.include_router(improvements.router)
