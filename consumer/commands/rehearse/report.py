"""What a rehearsal prints: a table to people, JSON lines to programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import click
import orjson
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from consumer.commands.rehearse.occasion import whole_span
from consumer.commands.rehearse.paces import DAY, paces, shown
from consumer.commands.rehearse.quotas import loads
from consumer.commands.rehearse.rehearsal import Rehearsal
from consumer.commands.rehearse.tally import Refusal, Row, RowKey
from consumer.commands.status.durations import spelt
from consumer.config.model import Config
from consumer.telemetry.legible import legible

RECOMMENDED_PER_SECOND: Final = 200
"""Bluecore publishes no limit for the Events API; for its transactional API it recommends this much."""


def print_lines(rehearsal: Rehearsal, config: Config) -> None:
    """An object for each route and event type, then the summary."""
    for key, row in rehearsal.tally.ordered():
        click.echo(orjson.dumps(_line(key, row, several=bool(config.destinations))))
    click.echo(orjson.dumps({"summary": summary(rehearsal, config)}))


def print_table(rehearsal: Rehearsal, config: Config) -> None:
    console = Console()
    console.print(_table(rehearsal, several=bool(config.destinations)))
    for key, row in rehearsal.tally.ordered():
        for each in row.commonest():
            title = f"{each.count:,} x {each.reason}, {key.topic} as {key.event or 'no event'}"
            console.print(Text(title, "red"))
            console.print(Text(legible(f"    {each.message}\n    such as {place_of(each)}")))
            if each.example:
                console.print(Text(legible(f"    {each.example}")))
        for field, count in row.omitted.most_common():
            console.print(Text(f"{count:,} x left out: {field}, {key.topic} as {key.event}", "yellow"))
    for sentence in sentences(rehearsal, config):
        console.print(Text(sentence))


def summary(rehearsal: Rehearsal, config: Config) -> dict[str, Any]:
    """The whole in one object."""
    tally, customers = rehearsal.tally, rehearsal.customers
    pace = tally.requests_per_second()
    span = whole_span(tally)
    by_destination = {name: each.as_json() for name, each in paces(tally, config).items()}
    by_api = {name: each.as_json() for name, each in loads(tally, config).items()}
    hints = [{"route": each.route, "topic": each.topic, "message": each.message} for each in rehearsal.hints.told()]
    more = {"destinations": by_destination, "rest_apis": by_api, "hints": hints}
    return {
        "read": tally.read,
        "first_timestamp_ms": span.first_ms,
        "last_timestamp_ms": span.last_ms,
        "send": tally.sent,
        "skip": tally.skipped,
        "reject": tally.rejected,
        "rejected_share": round(tally.rejected_share, 6),
        "requests_per_second": round(pace, 3),
        "requests_per_day": round(pace * DAY),
        "new_attributes": {
            name: {"filled": each.filled, "share": round(each.share, 4), "types": sorted(each.types)}
            for name, each in customers.attributes.items()
        },
        "unlinked_ids": customers.unlinked,
        "from_the_future": sum(span.future for span in tally.spans.values()),
        "foreign_schemas": tally.foreign,
        "problems": tally.problems,
        "seconds": round(tally.seconds, 3),
        "rate_limit_per_second": config.delivery.rate_limit_per_second,
    } | {name: each for name, each in more.items() if each}


def sentences(rehearsal: Rehearsal, config: Config) -> Iterator[str]:
    """What a reader should know beside the numbers of each route."""
    tally, customers = rehearsal.tally, rehearsal.customers
    speed = tally.read / tally.seconds if tally.seconds else 0
    yield f"{tally.read:,} records in {tally.seconds:.1f} s ({speed:,.0f} a second). Nothing was sent or committed."
    pace = tally.requests_per_second()
    if pace:
        limit = 0 if config.destinations else config.delivery.rate_limit_per_second
        allowed = f", and delivery.rate_limit_per_second allows {limit:g}" if limit else ""
        yield (
            f"At the topics' real pace that is {pace:,.1f} requests a second, {pace * DAY:,.0f} a day{allowed}. "
            f"Bluecore publishes no limit for this API, and recommends at most {RECOMMENDED_PER_SECOND} a second for "
            "its transactional one."
        )
        for destination, its in paces(tally, config).items():
            yield f"{shown(destination)} gets {its.in_words()}."
    for endpoint, load in loads(tally, config).items():
        yield load.in_words(endpoint)
    for name, each in customers.attributes.items():
        types = " or ".join(sorted(each.types))
        yield f"new attribute {name} ({types}), filled in {each.share:.1%} of the profiles of its events"
    if customers.unlinked:
        more = " or more" if customers.truncated else ""
        yield (
            f"{customers.unlinked:,}{more} ids are no e-mail, and no identify in these records links them: "
            "their events reach no profile until one does (`link_identities`)"
        )
    yield from (f"hint: {each.in_words()}" for each in rehearsal.hints.told())
    for topic, span in tally.spans.items():
        if span.seconds >= 1:
            yield f"{topic}: its records are of {spelt(span.seconds)}"
        if span.future:
            why = "see their producer's clock, or the unit of event_time"
            yield f"{topic}: {span.future:,} records are from the future: {why}"
    yield from (f"{topic}: {each}" for topic, found in tally.foreign.items() for each in found)
    yield from (f"{topic} could not be read to its end: {why}" for topic, why in tally.problems.items())


def place_of(refusal: Refusal) -> str:
    """`topic[partition]@offset`."""
    partition, offset = refusal.place
    return f"{partition.topic}[{partition.number}]@{offset}"


def _line(key: RowKey, row: Row, *, several: bool) -> dict[str, Any]:
    counts = {
        "read": row.read,
        "send": row.send,
        "skip": row.skip.total(),
        "requests": row.requests,
        "reject": dict(row.reject),
        "skip_reasons": dict(row.skip),
    }
    if row.paused:
        now = {"send": 0, "skip": row.read, "requests": 0, "reject": {}, "skip_reasons": {"paused": row.read}}
        counts |= now | {"once_resumed": {name: counts[name] for name in now}}
    return {
        "route": key.route,
        "topic": key.topic,
        "event": key.event,
        **({"destination": key.destination} if several else {}),
        **counts,
        "commonest": [
            {"reason": each.reason, "message": each.message, "count": each.count, "place": place_of(each)}
            | ({"example": each.example} if each.example else {})
            for each in row.commonest()
        ],
    } | ({"omitted": dict(row.omitted)} if row.omitted else {})


def _table(rehearsal: Rehearsal, *, several: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("route", no_wrap=True)
    table.add_column("topic", overflow="fold")
    table.add_column("event", no_wrap=True)
    if several:
        table.add_column("destination", overflow="fold")
    for heading in ("read", "sent", "skipped", "refused"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("why", overflow="fold")
    for key, row in rehearsal.tally.ordered():
        why = [(f"{count:,} {reason}", "red") for reason, count in row.reject.most_common()]
        why += [(f"{count:,} {reason}", "yellow") for reason, count in row.skip.most_common()]
        if row.paused:
            why = [("paused", "yellow"), (f"then {row.send:,} sent", "green"), *why]
        numbers = (row.read, 0, row.read, 0) if row.paused else (row.read, row.send, row.skip.total(), row.rejected)
        counts = (f"{number:,}" for number in numbers)
        route = "-" if key.route is None else f"[{key.route}]"
        reasons = Text(", ").join(Text(words, style) for words, style in why)
        names = [key.topic, key.event or "?", *([shown(key.destination)] if several else [])]
        table.add_row(Text(route), *map(Text, names), *counts, reasons)
    return table
