"""Previews as they are shown: a JSON line for each record to programs, a table of them all to people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import orjson
from rich.table import Table
from rich.text import Text

from consumer.previewing import Previewed
from consumer.records import Mapped, Reject, Send

_EXCERPT: Final = 100


def as_line(previewed: Previewed) -> bytes:
    """A JSON object, without the line's end."""
    outcome, place = previewed.outcome, previewed.place
    where = {} if place is None else {"partition": place[0].number, "offset": place[1]}
    if isinstance(outcome, Send):
        requests = [orjson.Fragment(each.body) for each in outcome.requests]
        return orjson.dumps({"outcome": "send", "requests": requests} | where)
    if isinstance(outcome, Reject):
        reason = {"reason": outcome.reason, "field": outcome.field, "message": outcome.message}
        return orjson.dumps({"outcome": "reject"} | reason | where)
    return orjson.dumps({"outcome": "skip", "reason": outcome.reason} | where)


def as_table(previews: Iterable[Previewed]) -> Table:
    """A row for each request, and for each record without one."""
    table = Table("record", "outcome", "event", "reason", "field", "message, or properties")
    for number, previewed in enumerate(previews, start=1):
        place, outcome = previewed.place, previewed.outcome
        record = str(number) if place is None else f"{place[0]} {place[1]}"
        for cells in _cells(outcome):
            # As Text: what stands in a record is no markup.
            table.add_row(*map(Text, (record, *cells)))
    return table


def _cells(outcome: Mapped) -> Iterator[tuple[str, str, str, str, str]]:
    if isinstance(outcome, Send):
        for request in outcome.requests:
            properties = orjson.loads(request.body)["properties"]
            del properties["token"]
            text = orjson.dumps(properties).decode()
            yield "send", request.event, "", "", text if len(text) <= _EXCERPT else text[:_EXCERPT] + "..."
    elif isinstance(outcome, Reject):
        yield "reject", "", outcome.reason, outcome.field or "", outcome.message
    else:
        yield "skip", "", outcome.reason, "", ""
