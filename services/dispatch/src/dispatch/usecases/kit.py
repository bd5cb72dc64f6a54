"""What the use cases work with."""

from dataclasses import dataclass, field

from chassis.db import Session
from dispatch import store
from dispatch.domain import Directory, Policy


class Newest:
    """The newest directory, kept by the process, and read again when there is a newer one."""

    def __init__(self) -> None:
        self._held = Directory()

    async def directory(self, session: Session) -> Directory:
        """The directory that holds now."""
        version = await store.directory.newest(session)
        if version != self._held.version:
            self._held = await store.directory.held(session, version)
        return self._held


@dataclass(frozen=True, slots=True)
class Kit:
    """Dispatch's equipment."""

    policy: Policy
    newest: Newest = field(default_factory=Newest)
