"""The web door: what an `api.py` uses, and the ASGI application that a service's routers become.

@router.post("/complaints", dependencies=[web.limited])
async def submit(work: Annotated[Work[Kit], web.InWork], who: Annotated[Principal, web.Caller], form: Form) -> …
"""

from chassis.security import Principal, allow
from chassis.together import Together
from chassis.web.asgi import Runtime, Served, application
from chassis.web.dependencies import Caller, InWork, caller, limited, open_work, together
from chassis.web.paging import Limit, link_next
from chassis.web.problems import Problem
from chassis.web.server import listening

__all__ = [
    "Caller",
    "InWork",
    "Limit",
    "Principal",
    "Problem",
    "Runtime",
    "Served",
    "Together",
    "allow",
    "application",
    "caller",
    "limited",
    "link_next",
    "listening",
    "open_work",
    "together",
]
