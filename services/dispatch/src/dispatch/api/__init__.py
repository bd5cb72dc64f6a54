"""The HTTP doors: tickets, the directory, and the desk that changes it."""

from fastapi import APIRouter

from dispatch.api import directory, proposals, tickets

router = APIRouter(prefix="/v1")
router.include_router(tickets.router)
router.include_router(directory.router)
router.include_router(proposals.router)
