"""Sentences for a person, one line of JSON in a pipe."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson
from rich.console import Group
from rich.text import Text

from consumer.commands.doctor.finding import Finding, Severity
from consumer.commands.status.judging import exit_code
from consumer.commands.status.snapshot import Snapshot
from consumer.telemetry.legible import legible

_STATES = {0: "well", 1: "wrong", 2: "unknown"}
_HEADINGS = {0: "All is well.", 1: "Something is wrong.", 2: "It cannot be told whether all is well."}
_COLOURS = {Severity.OK: "green", Severity.WARNING: "yellow", Severity.ERROR: "red"}


def as_json(findings: list[Finding], seen: Snapshot) -> bytes:
    """The findings, and what they were concluded from."""
    group = (
        None
        if seen.group is None
        else [
            {"host": each.host, "client": each.client, "partitions": sorted(map(str, each.partitions))}
            for each in seen.group
        ]
    )
    document: dict[str, Any] = {
        "state": _STATES[exit_code(findings, seen)],
        "findings": [asdict(each) for each in findings],
        "untold": seen.untold,
        "members": group,
        "lag": [
            {
                "topic": each.topic,
                "records": each.records,
                "per_second": round(each.per_second, 1),
                "settled_per_second": round(each.settled_per_second, 1),
                "gone_in_seconds": None if each.gone_in_seconds is None else round(each.gone_in_seconds),
                "oldest_seconds": None if each.oldest_ms is None else round(seen.at - each.oldest_ms / 1000, 1),
                "standing": sorted(each.standing),
                "largest": {"partition": each.largest, "share": round(each.largest_share, 3)},
            }
            for each in seen.lags
        ],
        "waiting_in_retry": seen.waiting,
        "instances": [
            {
                "address": each.address,
                "error": each.error or None,
                "not_ready": each.ready or None,
                "version": each.version or None,
                "started": each.started_at or None,
                "details": each.details,
            }
            for each in seen.instances
        ],
        "dead_letters": [
            {
                "reason": each.kind.reason,
                "topic": each.kind.topic,
                "field": each.kind.field,
                "message": each.message,
                "count": each.letters,
                "replayed": each.replayed,
                "newest": {"partition": each.newest[0], "offset": each.newest[1]},
            }
            for each in seen.letters
        ],
    }
    return orjson.dumps(document)


def as_text(findings: list[Finding], seen: Snapshot) -> Group:
    """A heading, and a sentence each: the worst first."""
    code = exit_code(findings, seen)
    lines = [Text(_HEADINGS[code], style="bold")]
    for each in findings:
        line = Text(f"{each.severity.value:>7}  ", style=_COLOURS[each.severity])
        line.append(legible(each.message), style="default")
        if each.advice:
            line.append(legible(f". To do: {each.advice}"), style="dim")
        lines.append(line)
    lines += [Text(f"unknown  {legible(each)}", style="magenta") for each in seen.untold]
    return Group(*lines)
