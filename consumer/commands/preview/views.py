"""Previews as they are shown: a JSON line for each record to programs, a table of them all to people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, Final, NamedTuple

import click
import orjson
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from consumer.commands.preview.cells import as_json, bare, event_fields, path_of, rest_fields
from consumer.commands.preview.hints import Hints
from consumer.commands.preview.preview import Previewed
from consumer.records import EventRequest, Mapped, Reject, Send, Skip

_MOST_FIELDS: Final = 20
_COLOURS: Final = {"send": "green", "reject": "red", "skip": "yellow", "omit": "yellow", "time": "blue"}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SKIPPED: Final[dict[str, str]] = {
    "when": "when: the condition is false",
    "destination": "destination: the value that chooses it is one to skip",
    "event": "event: the value that chooses it is one to skip",
    "tombstone": "tombstone: the value is null",
    "records": "records: the routes take tombstones only",
    "only_emails": "only_emails: the customer is not listed",
    "other_group": "other_group: no route takes it, and another group has written it to the retry topic",
}
"""Why a record is skipped, by the reason."""


class _Row(NamedTuple):
    outcome: str
    event: str = ""
    customer: str = ""
    what: str = ""


def show(previews: Iterator[Previewed], form: str, hints: Hints | None = None) -> bool:
    """Prints them as a `table`, or as they come as JSON lines; False when there are none.

    Of more than one, stderr gets the sum, and then the hints: a line for each record is all that a program reads.
    """
    first = next(previews, None)
    if first is None:
        return False
    counts: Counter[tuple[str, str]] = Counter()
    every = _counted(chain([first], previews), counts, hints)
    if form == "table":
        Console().print(as_table(every))
    else:
        for each in every:
            click.echo(as_line(each))
    if counts.total() > 1:
        click.echo(in_sum(counts), err=True)
    for sentence in hints.sentences() if hints else ():
        click.echo(f"hint: {sentence}", err=True)
    return True


def in_sum(counts: Counter[tuple[str, str]]) -> str:
    """`12 records: 10 send, 2 reject (1 missing_field, 1 invalid_field)`; by outcome and reason."""
    parts = []
    for outcome in ("send", "skip", "reject"):
        reasons = {reason: count for (kind, reason), count in counts.items() if kind == outcome}
        if reasons:
            why = ", ".join(f"{count} {reason}" for reason, count in reasons.items() if reason)
            parts.append(f"{sum(reasons.values())} {outcome}" + (f" ({why})" if why else ""))
    return f"{counts.total()} records: {', '.join(parts)}"


def _counted(
    previews: Iterator[Previewed], counts: Counter[tuple[str, str]], hints: Hints | None
) -> Iterator[Previewed]:
    for each in previews:
        outcome = each.outcome
        if hints is not None:
            hints.see(outcome)
        if isinstance(outcome, Send):
            counts["send", ""] += 1
        else:
            counts["reject" if isinstance(outcome, Reject) else "skip", str(outcome.reason)] += 1
        yield each


def as_line(previewed: Previewed) -> bytes:
    """A JSON object, without the line's end."""
    outcome, place = previewed.outcome, previewed.place
    where: dict[str, Any] = {} if place is None else {"partition": place[0].number, "offset": place[1]}
    if not isinstance(outcome, Skip) and outcome.event_time_ms is not None:
        where = {"event_time": _time(outcome.event_time_ms)} | where
    if isinstance(outcome, Send):
        requests = [_request(each) for each in outcome.requests]
        omitted = {"omitted": [each.field for each in outcome.omitted]} if outcome.omitted else {}
        refused = (
            {"refused": [{"event": each.event, **_reason(each)} for each in outcome.refused]}
            if outcome.refused
            else {}
        )
        return orjson.dumps({"outcome": "send", "requests": requests} | omitted | refused | where)
    if isinstance(outcome, Reject):
        return orjson.dumps({"outcome": "reject"} | _reason(outcome) | where)
    return orjson.dumps({"outcome": "skip", "reason": outcome.reason} | where)


def _request(request: EventRequest) -> orjson.Fragment:
    """As it is sent, and where to, if that is one of `destinations`; of a REST API, with the API and its path."""
    if request.api:
        sent = {"event": request.event, "api": request.api, "path": path_of(request)}
        named = {"destination": request.destination} if request.destination else {}
        return orjson.Fragment(orjson.dumps(sent | {"body": orjson.Fragment(request.body)} | named))
    if not request.destination:
        return orjson.Fragment(request.body)
    destination = orjson.dumps({"destination": request.destination})
    return orjson.Fragment(request.body[:-1] + b"," + destination[1:])


def as_table(previews: Iterable[Previewed]) -> Table:
    """A row for each request, and for each record without one; made for 80 columns, and better with more.

    A record is told by its number, or as `partition:offset` in its topic.
    """
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for name in ("record", "outcome", "event"):
        table.add_column(name, no_wrap=True)
    table.add_column("customer", overflow="fold", max_width=32)
    table.add_column("fields, or the reason", overflow="fold", ratio=1)
    for number, previewed in enumerate(previews, start=1):
        place, record = previewed.place, str(number)
        if place is not None:
            record = f"{place[0].number}:{place[1]}"
        for row in _rows(previewed.outcome):
            # As Text: what stands in a record is no markup.
            colour = _COLOURS[row.outcome]
            table.add_row(record, Text(row.outcome, colour), *map(Text, row[1:]))
    return table


def _time(event_time_ms: int) -> str:
    return (_EPOCH + timedelta(milliseconds=event_time_ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _rows(outcome: Mapped) -> Iterator[_Row]:
    if not isinstance(outcome, Skip) and outcome.event_time_ms is not None:
        yield _Row("time", what=f"event_time: {_time(outcome.event_time_ms)}")
    if isinstance(outcome, Send):
        yield from map(_sent, outcome.requests)
        yield from map(_refused, outcome.refused)
        yield from (_Row("omit", each.event, what=bare(each.message)) for each in outcome.omitted)
    elif isinstance(outcome, Reject):
        yield _refused(outcome)
    else:
        yield _Row("skip", what=SKIPPED[outcome.reason])


def _reason(refused: Reject) -> dict[str, str | None]:
    return {"reason": refused.reason, "field": refused.field, "message": refused.message}


def _refused(reject: Reject) -> _Row:
    return _Row("reject", reject.event, what=f"{reject.reason}: {reject.message}")


def _sent(request: EventRequest) -> _Row:
    # A decimal is shown with its digits: 12.30 is not 12.3.
    document: dict[str, Any] = json.loads(request.body, parse_float=orjson.Fragment)
    if request.api:
        fields = [f"POST {path_of(request)}", *rest_fields(document)]
    else:
        fields = list(event_fields(document["properties"], request.customer))
    if len(fields) > _MOST_FIELDS:
        fields[_MOST_FIELDS:] = [f"... and {len(fields) - _MOST_FIELDS} more"]
    if request.destination:
        fields.insert(0, f"destination: {request.destination}")
    return _Row("send", request.event, as_json(request.customer)[1:-1], "\n".join(fields))
