"""Whether the machine's clock can be trusted (rules 4.7): a step must not make anything early, twice or undone.

Wall time is held against two witnesses: the seconds since the machine was started, which nobody sets, and the
database's clock. One that jumps is in doubt until it is back, until the database's clock, which did not jump, says that
it is right now, or until an operator confirms it. What was trusted last is kept in the database, so that a process that
is started again knows of a jump in the meantime.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chassis import audit, telemetry
from chassis.clock import Machine, Reading
from chassis.db import Row, Session, rows
from chassis.security import Principal
from chassis.telemetry import metrics

STEP_S = 1.0
"""A change of wall time against the seconds since start that is no step yet."""
SLEW = 0.0005
"""How much faster or slower wall time may be made to run, a second each second: what adjusting does, not stepping."""
APART_S = 5.0
"""Wall time and the database's may be so far apart; the answer's way is in it."""
_SAVE_EVERY_S = 60.0
_LASTS_S = 2.0
"""A doubt is told when it lasts: a process that stood still looks for one moment as if its clock had jumped."""
_FORGET = timedelta(days=90)

_COLUMNS = "machine, ahead_s, apart_s, boot_s, seen_at, doubted_since, confirmed"
_ONE = f"SELECT {_COLUMNS} FROM clock_witness WHERE machine = :machine"  # noqa: S608
_ALL = f"SELECT {_COLUMNS} FROM clock_witness ORDER BY seen_at DESC, machine"  # noqa: S608
_LATEST = "SELECT max(seen_at) AS seen_at FROM clock_witness WHERE machine <> :machine AND ahead_s IS NOT NULL"
_SAVE = """
    INSERT INTO clock_witness (machine, ahead_s, apart_s, boot_s, seen_at)
    VALUES (:machine, :ahead_s, :apart_s, :boot_s, :seen_at)
    ON CONFLICT (machine) DO UPDATE SET
        ahead_s = excluded.ahead_s, apart_s = excluded.apart_s, boot_s = excluded.boot_s, seen_at = excluded.seen_at,
        doubted_since = NULL, confirmed = false
"""
_DOUBT = """
    INSERT INTO clock_witness (machine, boot_s, seen_at, doubted_since)
    VALUES (:machine, :boot_s, :seen_at, :since)
    ON CONFLICT (machine) DO UPDATE SET doubted_since = coalesce(clock_witness.doubted_since, excluded.doubted_since)
"""
_CONFIRM = f"""
    UPDATE clock_witness SET confirmed = true
    WHERE doubted_since IS NOT NULL AND (CAST(:machine AS text) IS NULL OR machine = :machine)
    RETURNING {_COLUMNS}
"""  # noqa: S608
_FORGET_OLD = "DELETE FROM clock_witness WHERE seen_at < :before AND machine <> :machine"

_log = telemetry.logger(__name__)


@dataclass(frozen=True, slots=True)
class Witness:
    """What is known of a machine's clock, in seconds: see `clock_witness`. `doubted_since` is by the database."""

    machine: str
    ahead_s: float | None
    apart_s: float
    boot_s: float
    seen_at: datetime
    doubted_since: datetime | None = None
    confirmed: bool = False


class Steady:
    """Watches the clock of one machine for the jobs of one process."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._known: Witness | None = None
        self._saved_s = self._suspected_s = float("-inf")
        self._suspicious = False

    async def trusted(self, session: Session, database_at: datetime) -> bool:
        """Whether what the clock says may be acted upon, by the database's time that was asked for just now."""
        reading = self._machine.read()
        if self._known is None or self._suspicious:
            self._known = await _load(session, self._machine.name)
        now = _witness(self._machine.name, reading, database_at)
        right = await self._right(session, now)
        metrics.CLOCK_IN_DOUBT.set(not right)
        await (self._trust(session, now) if right else self._doubt(session, now, database_at))
        return right

    async def _right(self, session: Session, now: Witness) -> bool:
        known = self._known
        if known is not None and known.confirmed:
            return True
        if known is None or known.ahead_s is None:
            return abs(now.apart_s) <= APART_S and not await _turned_back(session, now)
        return _steady(known, now) or _put_right(known, now)

    async def _trust(self, session: Session, now: Witness) -> None:
        """Take slow changes along; what was confirmed is the measure from now on."""
        known = self._known or now
        doubted = known.doubted_since is not None
        apart = now.apart_s if known.confirmed else 0.0 if known is now else known.apart_s
        self._known, self._suspicious = replace(now, apart_s=apart), False
        if doubted or now.boot_s - self._saved_s > _SAVE_EVERY_S:
            self._saved_s = now.boot_s
            await _save(session, self._known)
        if doubted:
            _log.warning("clock.trusted", state="confirmed" if known.confirmed else "right")

    async def _doubt(self, session: Session, now: Witness, database_at: datetime) -> None:
        if not self._suspicious:
            self._suspicious, self._suspected_s = True, now.boot_s
        told = self._known is not None and self._known.doubted_since is not None
        if not told and now.boot_s - self._suspected_s >= _LASTS_S:
            await rows(session, _DOUBT, machine=now.machine, boot_s=now.boot_s, seen_at=now.seen_at, since=database_at)
            _log.error("clock.doubted", seconds=round(_jump(self._known, now), 1))


def _witness(machine: str, reading: Reading, database_at: datetime) -> Witness:
    ahead, apart = reading.wall.timestamp() - reading.boot_s, (reading.wall - database_at).total_seconds()
    return Witness(machine, ahead, apart, reading.boot_s, reading.wall)


def _steady(known: Witness, now: Witness) -> bool:
    """Neither jumped against the seconds since start, nor apart from the database more than is known."""
    return abs(_jump(known, now)) <= _allowed(known, now) and abs(now.apart_s - known.apart_s) <= APART_S


def _put_right(known: Witness, now: Witness) -> bool:
    """It jumped to where the database's clock is, and that one ran on: it was wrong before."""
    database = (now.ahead_s or 0.0) - now.apart_s - ((known.ahead_s or 0.0) - known.apart_s)
    return abs(now.apart_s) <= STEP_S and abs(database) <= APART_S + _allowed(known, now)


def _jump(known: Witness | None, now: Witness) -> float:
    """By how many seconds wall time has been put forward since; since ever where nothing is known."""
    if known is None or known.ahead_s is None or now.ahead_s is None:
        return now.apart_s
    return now.ahead_s - known.ahead_s


def _allowed(known: Witness, now: Witness) -> float:
    return STEP_S + SLEW * max(now.boot_s - known.boot_s, 0.0)


async def _turned_back(session: Session, now: Witness) -> bool:
    """Whether it is earlier than what was seen already, on whatever machine."""
    (latest,) = await rows(session, _LATEST, machine=now.machine)
    return latest.seen_at is not None and (latest.seen_at - now.seen_at).total_seconds() > APART_S


async def _load(session: Session, machine: str) -> Witness | None:
    found = await rows(session, _ONE, machine=machine)
    return _of(found[0]) if found else None


async def _save(session: Session, witness: Witness) -> None:
    said = {name: getattr(witness, name) for name in ("machine", "ahead_s", "apart_s", "boot_s", "seen_at")}
    await rows(session, _SAVE, **said)
    await rows(session, _FORGET_OLD, before=witness.seen_at - _FORGET, machine=witness.machine)


def _of(row: Row) -> Witness:
    return Witness(*row)


async def witnesses(session: Session) -> list[Witness]:
    """What is known of every machine's clock, those seen last first."""
    return [_of(row) for row in await rows(session, _ALL)]


async def confirm(session: Session, machine: str | None, reason: str, now: datetime) -> list[Witness]:
    """Let the clocks that are in doubt count as they are, of one machine or of all; it is put on record.

    The jobs that wait go on within a tick.
    """
    confirmed = [_of(row) for row in await rows(session, _CONFIRM, machine=machine)]
    for one in confirmed:
        await audit.append(session, Principal("operator"), "clock.confirm", one.machine, reason, now)
    return confirmed
