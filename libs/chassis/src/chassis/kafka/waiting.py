"""Waits for aiokafka, which may not come to an end while its broker is away, and not when it is cancelled either."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Given = TypeVar("Given")

_PART_S = 5.0
"""A client whose broker is away may wait for ever for its own tasks to end; it is left alone then."""


async def within(seconds: float, asked: Coroutine[Any, Any, Given]) -> Given:
    """What it gives, waited for so long at most, whatever aiokafka makes of being cancelled. Raises TimeoutError."""
    task = await _tried(seconds, asked)
    if not task.done() or task.cancelled():
        raise TimeoutError
    return task.result()


async def ended(parting: Coroutine[Any, Any, None]) -> bool:
    """Whether it comes to its end soon, and well."""
    task = await _tried(_PART_S, parting)
    return task.done() and not task.cancelled() and task.exception() is None


async def _tried(seconds: float, asked: Coroutine[Any, Any, Given]) -> "asyncio.Task[Given]":
    """What has become of it after so long; what goes on then is told to end."""
    task = asyncio.create_task(asked)
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        task.cancel()
    return task
