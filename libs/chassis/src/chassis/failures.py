"""What passes by itself and what does not: the one place that tells an outage from a bug."""

import socket

from asyncpg import InterfaceError, InternalClientError, InvalidCachedStatementError, PostgresError

_PASSING_CLASSES = ("08", "40", "53", "57", "58", "XX")
"""SQLSTATE classes: connection, rollback (deadlock, serialization), resources, intervention, system, internal."""
_PASSING_STATES = frozenset(("25006", "25P03", "55P03", "28P01", "28000"))
"""Read only after a fail-over, idle in transaction for too long, lock not available; a login refused while passwords
are being changed."""


_TOO_SLOW = frozenset(("57014", "25P03"))
"""statement_timeout, idle_in_transaction_session_timeout"""


class ClocksApart(ConnectionError):  # noqa: N818 - what two machines' clocks are
    """Something was told later than now: the teller's clock is wrong, or ours, and it is waited until they agree."""


def passes(error: BaseException) -> bool:
    """Whether this is an outage (database, network, time) that trying again gets over, and not a bug or a refusal.

    A killed backend shows as an internal or a client's error too (sharp edge 7), so these pass; a value that a
    statement cannot take is a bug.
    """
    if isinstance(error, PostgresError):
        return _state_passes(error.sqlstate) or isinstance(error, InvalidCachedStatementError)
    network = (ConnectionError, TimeoutError, socket.gaierror, InterfaceError, InternalClientError)
    return (isinstance(error, network) and not isinstance(error, ValueError)) or type(error) is OSError


def too_slow(error: BaseException) -> bool:
    """Whether a limit of time was hit, which fewer things at once may not hit."""
    return isinstance(error, TimeoutError) or getattr(error, "sqlstate", None) in _TOO_SLOW


def _state_passes(state: str | None) -> bool:
    return state is not None and (state[:2] in _PASSING_CLASSES or state in _PASSING_STATES)
