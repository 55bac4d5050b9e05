"""Writes that are waited for."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Final

from consumer.commands.exits import CommandFailed
from consumer.kafka.publisher import Publisher

WRITE_SECONDS: Final = 60.0


class WritesFailed(CommandFailed):
    """The brokers did not take what was to be written."""


def results_of(publisher: Publisher, tickets: Collection[int]) -> dict[int, str | None]:
    """By ticket, why a write failed, or None."""
    results: dict[int, str | None] = dict.fromkeys(tickets, "no answer in time")
    missing = set(tickets)
    deadline = time.monotonic() + WRITE_SECONDS
    while missing and time.monotonic() < deadline:
        for ticket, error in publisher.poll(0.1):
            results[ticket] = error
            missing.discard(ticket)
    return results


def check(results: dict[int, str | None]) -> None:
    """Nothing, where all were taken.

    Raises:
        WritesFailed: some were not.
    """
    if failed := [error for error in results.values() if error is not None]:
        raise WritesFailed(f"the brokers did not take {len(failed)} of {len(results)} writes: {failed[0]}")
