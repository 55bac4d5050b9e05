"""The live feed of the page: server-sent events, a few a second however many requests there are."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from consumer.sandbox.sandbox import Sandbox
    from consumer.sandbox.store import Filter

_BEAT_SECONDS = 0.3
_MOST_EVENTS = 40
_PULSE_BEATS = 30


async def feed(sandbox: Sandbox, wanted: Filter, since: int) -> AsyncIterator[bytes]:
    """Tell what is new after number `since`, at most so many events a beat; ends when the sandbox closes.

    The request path pays nothing for an open page: nothing is pushed, the store is read once a beat.
    """
    store = sandbox.store
    seen: tuple[object, ...] = ()
    generation, beats = store.generation, 0
    while not sandbox.closing:
        now = (store.number, store.generation, sandbox.faults.plan, sandbox.faults.outage_seconds_left > 0)
        beats += 1
        if now != seen:
            emptied, generation = store.generation != generation, store.generation
            seen = now
            number, events = store.number, store.newest(wanted, _MOST_EVENTS, since)
            since = number
            message: dict[str, Any] = {
                "counts": dataclasses.asdict(store.counts()),
                "events": [event.summary() for event in events],
                "emptied": emptied,
                "faults": sandbox.faults.describe(),
            }
            yield b"id: %d\ndata: %s\n\n" % (number, orjson.dumps(message))
        elif beats % _PULSE_BEATS == 0:
            yield b": still here\n\n"
        await asyncio.sleep(_BEAT_SECONDS)
