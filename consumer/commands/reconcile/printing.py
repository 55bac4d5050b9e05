"""Differences as JSON lines in a pipe, as a table on a terminal; customers as hashes, unless they are asked for."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import click
import orjson
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from consumer.bluecore.consent_differences import Kind
from consumer.commands.exits import print_error
from consumer.commands.reconcile.judging import QUEUED_SECONDS, Difference
from consumer.commands.reconcile.reconciling import Found
from consumer.commands.reconcile.repairing import why_not_repaired
from consumer.commands.reconcile.rewriting import DUE_SECONDS, Repaired
from consumer.commands.reconcile.words import Consent
from consumer.commands.status.durations import counted
from consumer.config.endpoints import section_of
from consumer.config.model import Config
from consumer.config.secrets import secrets_of
from consumer.telemetry.masking import customer_hash, masker

_HERE: Final = {"unsubscribe": "unsubscribed", "optin": "subscribed", "signup": "pending"}
_MOST_ROWS: Final = 50
_LOOK_MINUTES: Final = QUEUED_SECONDS // 60 + 1
_Name = Callable[[str], str]


def print_found(found: Found, config: Config, *, show_values: bool) -> None:
    """The differences: each a line in a pipe, and the first of them a table on a terminal."""
    name_of: _Name = str if show_values else partial(customer_hash, key=config.customer_hash_key)
    order = tuple(Kind)
    differences = sorted(found.differences, key=lambda each: (order.index(each.kind), each.word.at_ms))
    if not sys.stdout.isatty():
        for each in differences:
            click.echo(orjson.dumps(_line(each, name_of)))
    else:
        if differences:
            Console().print(_table(differences[:_MOST_ROWS], name_of, several=bool(config.destinations)))
        if len(differences) > _MOST_ROWS:
            click.echo(f"and {len(differences) - _MOST_ROWS:,} more: all of them are lines in a pipe")
        click.echo(_sentence(found))
    mask = masker(secrets_of(config))
    for destination, (count, why) in found.not_asked.items():
        people = counted(count, "customer")
        print_error(f"{section_of(destination)}: Bluecore was not asked about {people}: {mask(why)}")
    if found.unreadable:
        consents = counted(found.unreadable, "consent")
        print_error(f"{consents} could not be compared, such as: {mask(found.unreadable_says)}")
    if found.on_their_way and not found.checked:
        print_error(
            f"{counted(found.on_their_way, 'consent')} on the way, and none that could be compared: "
            "does the service run, as the group "
            f"{config.kafka.group_id}?"
        )
    if found.unmapped:
        print_error(
            f"{counted(found.unmapped, 'record')} cannot be made a consent, such as: "
            f"{mask(found.unmapped_says)}; `dead-letters list` and `rehearse` say why of each"
        )


def print_summary(found: Found, repaired: Repaired | None) -> None:
    """The last line in a pipe; on a terminal, what was repaired, and when to look again."""
    if not sys.stdout.isatty():
        click.echo(orjson.dumps({"summary": _summary(found, repaired)}))
    elif repaired is not None:
        click.echo(
            f"{counted(repaired.sent, 'consent')} written to the retry topic: the running "
            f"service sends them from {DUE_SECONDS:.0f} seconds on; run this again in {_LOOK_MINUTES} minutes, when "
            "Bluecore has stored what is queued"
            if repaired.sent
            else f"nothing was written to the retry topic: {_left(repaired)}"
        )


def _sentence(found: Found) -> str:
    kinds = Counter(each.kind for each in found.differences)
    ways = ", ".join(f"{kinds[kind]:,} {kind.replace('_', ' ')}" for kind in Kind if kinds[kind])
    return (
        f"{counted(found.checked, 'consent')} checked, {counted(len(found.differences), 'difference')}"
        f"{f' ({ways})' if ways else ''}, "
        f"{found.on_their_way:,} on their way"
    )


def _summary(found: Found, repaired: Repaired | None) -> dict[str, Any]:
    kinds = Counter(each.kind for each in found.differences)
    summary: dict[str, Any] = {
        "checked": found.checked,
        "differences": len(found.differences),
        "by_kind": {str(kind): kinds[kind] for kind in Kind},
        "on_their_way": found.on_their_way,
        "unreadable": found.unreadable,
        "not_asked": sum(count for count, _ in found.not_asked.values()),
        "unmapped": found.unmapped,
    }
    if repaired is not None:
        summary["repair"] = {"sent": repaired.sent, "left": dict(sorted(repaired.left.items()))}
    return summary


def _line(each: Difference, name_of: _Name) -> dict[str, Any]:
    consent, word, there = each.consent, each.word, each.there
    return {
        "kind": each.kind,
        "destination": consent.destination or "bluecore",
        "customer": name_of(consent.customer),
        "channel": _channel(consent),
        "message_type": consent.message_type,
        "here": _HERE[word.event],
        "there": there.status.lower(),
        "at": _time(word.at_ms),
        "there_at": _time(there.at_ms),
        "source": there.source or None,
        "topic": word.partition.topic,
        "partition": word.partition.number,
        "offset": word.offset,
        "bluecore_id": each.request_id or None,
        "repairable": not why_not_repaired(each),
    }


def _table(differences: list[Difference], name_of: _Name, *, several: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    headings = ["customer", "channel", "type", "here", "since (UTC)", "at Bluecore", "since (UTC)", "by", "record"]
    for heading in (["destination"] if several else []) + headings:
        table.add_column(heading, overflow="fold")
    for each in differences:
        word, there = each.word, each.there
        row = (
            *((each.consent.destination or "bluecore",) if several else ()),
            name_of(each.consent.customer),
            _channel(each.consent),
            each.consent.message_type.lower(),
            _HERE[word.event],
            _time(word.at_ms) or "",
            there.status.lower(),
            _time(there.at_ms) or "",
            there.source,
            f"{word.partition}:{word.offset}",
        )
        table.add_row(*map(Text, row))
    return table


def _channel(consent: Consent) -> str:
    return "email" if "@" in consent.customer else "sms"


def _left(repaired: Repaired) -> str:
    return ", ".join(f"{count:,} {why}" for why, count in sorted(repaired.left.items()))


def _time(ms: int | None) -> str | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds")
