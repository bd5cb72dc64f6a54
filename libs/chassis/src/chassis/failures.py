"""What passes by itself and what does not: the one place that tells an outage from a bug."""

import socket

from asyncpg import InterfaceError as ClientError
from asyncpg import PostgresError
from sqlalchemy import exc

_PASSING_CLASSES = ("08", "40", "53", "57", "58")
"""SQLSTATE classes: connection, rollback (deadlock, serialization), resources, intervention, system errors."""
_PASSING_STATES = frozenset(("25006", "25P03", "55P03", "28P01", "28000"))
"""Read only after a fail-over, idle in transaction for too long, lock not available; a login refused while passwords
are being changed."""


_TOO_SLOW = frozenset(("57014", "25P03"))
"""statement_timeout, idle_in_transaction_session_timeout"""


def passes(error: BaseException) -> bool:
    """Whether this is an outage (database, network, time) that trying again gets over, and not a bug or a refusal.

    A killed backend shows as InternalError or InterfaceError too (sharp edge 7), so all of these pass.
    """
    if isinstance(error, exc.DBAPIError):
        return _database_passes(error)
    if isinstance(error, PostgresError):
        return _state_passes(error.sqlstate)
    network = (ConnectionError, TimeoutError, socket.gaierror, exc.TimeoutError, exc.DisconnectionError, ClientError)
    return isinstance(error, network) or type(error) is OSError


def too_slow(error: BaseException) -> bool:
    """Whether a limit of time was hit, which fewer things at once may not hit."""
    state = _state(error) if isinstance(error, exc.DBAPIError) else getattr(error, "sqlstate", None)
    return isinstance(error, TimeoutError) or state in _TOO_SLOW


def _database_passes(error: exc.DBAPIError) -> bool:
    always = (exc.OperationalError, exc.InterfaceError, exc.InternalError)
    return error.connection_invalidated or isinstance(error, always) or _state_passes(_state(error))


def _state(error: exc.DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _state_passes(state: str | None) -> bool:
    return state is not None and (state[:2] in _PASSING_CLASSES or state in _PASSING_STATES)
