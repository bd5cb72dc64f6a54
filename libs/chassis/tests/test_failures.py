"""Outages are told from bugs."""

import asyncio
import socket

import pytest
from asyncpg import exceptions as postgres
from asyncpg.exceptions._base import DataError as ClientDataError

from chassis.failures import passes
from contracts.refusals import Refused


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        TimeoutError(),
        socket.gaierror(),
        OSError(),
        postgres.InterfaceError("connection is closed"),
        postgres.InternalClientError(),
        postgres.InternalServerError(),
        postgres.ConnectionDoesNotExistError(),
        postgres.InvalidCachedStatementError(),
        postgres.DeadlockDetectedError(),
        postgres.SerializationError(),
        postgres.LockNotAvailableError(),
        postgres.QueryCanceledError(),
        postgres.AdminShutdownError(),
        postgres.CannotConnectNowError(),
        postgres.TooManyConnectionsError(),
        postgres.DiskFullError(),
        postgres.IdleInTransactionSessionTimeoutError(),
        postgres.ReadOnlySQLTransactionError(),
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
        postgres.UniqueViolationError(),
        postgres.UndefinedTableError(),
        postgres.NotNullViolationError(),
        postgres.RaiseError(),
        postgres.InvalidTextRepresentationError(),
        postgres.DataError("invalid input for query argument $1"),
        ClientDataError("invalid input for query argument $1"),
        asyncio.CancelledError(),
    ],
    ids=repr,
)
def test_a_refusal_or_a_bug_does_not(error: BaseException) -> None:
    assert not passes(error)
