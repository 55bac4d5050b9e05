"""What would become of records: each as one JSON line, sending and committing nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import orjson

from consumer.config import Config
from consumer.mapping.router import Router, compile_routes
from consumer.records import Mapped, Reason, Reject, Send, Skip, Stage

MASKED = "***"


def preview_router(config: Config) -> Router:
    """The routes as they run, but for the token: previews are pasted into tickets. Age is not judged."""
    return compile_routes(config.routes, token=MASKED)


def preview_lines(router: Router, topic: str, record_name: str | None, lines: Iterable[str]) -> Iterator[bytes]:
    """For each JSON line with a decoded record, the line that says what becomes of it; blank lines say nothing."""
    for line in lines:
        if line.strip():
            yield as_line(_outcome(router, topic, record_name, line))


def as_line(outcome: Mapped) -> bytes:
    """An outcome as a JSON object, without the line's end."""
    if isinstance(outcome, Send):
        return orjson.dumps(
            {"outcome": "send", "requests": [orjson.Fragment(each.body) for each in outcome.requests]}
        )
    if isinstance(outcome, Reject):
        return orjson.dumps(
            {"outcome": "reject", "reason": outcome.reason, "field": outcome.field, "message": outcome.message}
        )
    return orjson.dumps({"outcome": "skip", "reason": outcome.reason})


def _outcome(router: Router, topic: str, record_name: str | None, line: str) -> Mapped:
    try:
        # Decimals keep the digits of amounts, as they are in the Avro record.
        value: Any = json.loads(line, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        return Reject(Reason.UNDECODABLE, Stage.DECODE, f"the line is not JSON: {error}")
    if value is None:
        return Skip("tombstone")
    if not isinstance(value, dict):
        return Reject(Reason.UNDECODABLE, Stage.DECODE, "the line is no JSON object: a record is expected")
    return router.map(topic, record_name, value, None, 0)
