"""What dispatch does with the directory: shows it in all its versions, makes new ones, and tells what they change."""

from dataclasses import dataclass

from chassis.work import Work
from contracts.refusals import Refused
from dispatch import domain, store
from dispatch.domain import Changes, Directory, Mandate, Route
from dispatch.store.directory import Version
from dispatch.usecases.kit import Kit


@dataclass(frozen=True, slots=True)
class Imported:
    """The version that holds after an import, and what it changed: nothing when there is no new one."""

    version: int
    changes: Changes


async def import_directory(work: Work[Kit], draft: Directory, mandate: Mandate | None = None) -> Imported:
    """Make the draft a new version of the directory and tell what it changes; nothing when it says the same.

    With the first one a district begins; later ones need the word of two persons (rules 6). Raises Refused:
    `second-person.missing`, `second-person.same`.
    """
    await store.directory.importing_alone(work.session)
    held = await newest(work)
    changes = domain.changes(held, draft)
    if not changes.size:
        return Imported(held.version, changes)
    if mandate is not None:
        domain.second_person(mandate.proposed_by, mandate.confirmed_by)
    elif held.version:
        raise Refused("second-person.missing")
    return await make_version(work, held, draft, mandate)


async def newest(work: Work[Kit]) -> Directory:
    """The newest directory as this transaction sees it; versions that it makes itself are no news for others yet."""
    return await store.directory.held(work.session, await store.directory.newest(work.session))


async def make_version(work: Work[Kit], held: Directory, made: Directory, mandate: Mandate | None) -> Imported:
    """Write and tell what is other in the next version."""
    version, changes = held.version + 1, domain.changes(held, made)
    await store.directory.write(work.session, version, work.now, changes, mandate)
    work.tell(*domain.listings(changes, version, work.now))
    return Imported(version, changes)


async def directory(work: Work[Kit], version: int | None = None) -> Directory:
    """The directory that holds now, or as it held under a version. Raises Refused("directory.version-unknown")."""
    newest = await work.kit.newest.directory(work.session)
    if version is None or version == newest.version:
        return newest
    if not 0 <= version < newest.version:
        raise Refused("directory.version-unknown")
    return await store.directory.held(work.session, version)


async def versions(work: Work[Kit]) -> list[Version]:
    """Every version of the directory, oldest first."""
    return await store.directory.versions(work.session)


async def route(work: Work[Kit], matter: str | None, place: str | None, version: int | None = None) -> Route:
    """Who would get such a complaint, and by which rule. Raises Refused("directory.version-unknown")."""
    return domain.route(await directory(work, version), work.kit.policy, matter, place)
