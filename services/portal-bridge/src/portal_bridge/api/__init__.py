"""The HTTP doors: the city's, by its signature, and the centre's."""

from fastapi import APIRouter

from portal_bridge.api import city, feedback, replies

router = APIRouter(prefix="/v1")
router.include_router(city.router)
router.include_router(feedback.router)
router.include_router(replies.router)
