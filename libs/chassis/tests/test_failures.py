"""Outages are told from bugs."""

import asyncio
import socket

import pytest
from asyncpg import exceptions as postgres
from sqlalchemy import exc

from chassis.failures import passes
from contracts.refusals import Refused


def of_database(error: Exception) -> exc.DBAPIError:
    """A failure as SQLAlchemy hands it on."""
    return exc.DBAPIError("SELECT", {}, error)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        TimeoutError(),
        socket.gaierror(),
        OSError(),
        exc.TimeoutError(),
        exc.InterfaceError("SELECT", {}, Exception()),
        exc.InternalError("SELECT", {}, Exception()),
        of_database(postgres.DeadlockDetectedError()),
        of_database(postgres.SerializationError()),
        of_database(postgres.LockNotAvailableError()),
        of_database(postgres.QueryCanceledError()),
        of_database(postgres.AdminShutdownError()),
        of_database(postgres.CannotConnectNowError()),
        of_database(postgres.TooManyConnectionsError()),
        of_database(postgres.DiskFullError()),
        of_database(postgres.IdleInTransactionSessionTimeoutError()),
        of_database(postgres.ReadOnlySQLTransactionError()),
        postgres.CannotConnectNowError(),
        postgres.InvalidPasswordError(),
    ],
    ids=repr,
)
def test_an_outage_passes(error: Exception) -> None:
    assert passes(error)


@pytest.mark.parametrize(
    "error",
    [
        Refused("complaint.invalid"),
        ValueError(),
        KeyError(),
        FileNotFoundError(),
        of_database(postgres.UniqueViolationError()),
        of_database(postgres.UndefinedTableError()),
        of_database(postgres.NotNullViolationError()),
        of_database(postgres.RaiseError()),
        postgres.InvalidTextRepresentationError(),
        asyncio.CancelledError(),
    ],
    ids=repr,
)
def test_a_refusal_or_a_bug_does_not(error: BaseException) -> None:
    assert not passes(error)
