"""The live feed of the page: server-sent events, a few a second however many requests there are."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import orjson

from consumer.sandbox.state import SandboxState
from consumer.sandbox.store import Filter

_BEAT_SECONDS = 0.3
_FIRST_EVENTS = 200
_MOST_EVENTS = 40
_PULSE_BEATS = 30
_RETRY_MS = 1_000
_POSITION = re.compile(r"([0-9a-f]+)\.([0-9]{1,18})\.([0-9]{1,18})")


class FeedPosition(NamedTuple):
    """Where a reader stands: the run of the sandbox, the resets in it, the number of the last event."""

    run: str
    resets: int = 0
    number: int = 0

    @classmethod
    def parse(cls, text: str) -> FeedPosition:
        """Read the `Last-Event-ID` that a browser sends when it comes back; the beginning when it says nothing."""
        found = _POSITION.fullmatch(text)
        return cls(found[1], int(found[2]), int(found[3])) if found else cls("")

    def __str__(self) -> str:
        return f"{self.run}.{self.resets}.{self.number}"


async def feed(sandbox: SandboxState, run: str, wanted: Filter, position: FeedPosition) -> AsyncIterator[bytes]:
    """Tell what is new after `position`, at most so many events a beat; ends when the sandbox closes.

    The request path pays nothing for an open page: nothing is pushed, the store is read once a beat.

    Args:
        sandbox: what is told of.
        run: names this run of the sandbox; no other run has it.
        wanted: which events are told; the counts are of all.
        position: where the reader stands. One of another run, or from before a reset, has seen nothing of this.

    Yields:
        Messages with `run`, `resets`, `counts`, `events` (summaries, oldest first), `skipped` (how many more
        of those that are kept fit and are new, all older than `events`), `faults` (sentences).
    """
    store = sandbox.store
    seen: tuple[object, ...] = ()
    beats, most = 0, _MOST_EVENTS
    yield b"retry: %d\n\n" % _RETRY_MS
    while not sandbox.closing:
        now = (store.number, store.generation, sandbox.faults.plan, sandbox.faults.outage_seconds_left > 0)
        beats += 1
        if now != seen:
            seen = now
            if (position.run, position.resets) != (run, store.generation):
                position, most = FeedPosition(run, store.generation), _FIRST_EVENTS
            events = store.newest(wanted, sandbox.settings.keep_events, position.number)
            shown, most = events[-most:], _MOST_EVENTS
            position = position._replace(number=store.number)
            message: dict[str, Any] = {
                "run": run,
                "resets": position.resets,
                "counts": dataclasses.asdict(store.counts()),
                "events": [event.summary() for event in shown],
                "skipped": len(events) - len(shown),
                "faults": sandbox.faults.describe(),
            }
            yield b"id: %s\ndata: %s\n\n" % (str(position).encode(), orjson.dumps(message))
        elif beats % _PULSE_BEATS == 0:
            yield b": still here\n\n"
        await asyncio.sleep(_BEAT_SECONDS)
