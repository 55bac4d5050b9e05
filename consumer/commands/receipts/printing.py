"""Receipts for a person."""

from __future__ import annotations

import io
from collections.abc import Iterable

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

_COLUMNS = ("time", "event", "outcome", "status", "reason", "idempotency_key")


def as_table(lines: Iterable[bytes]) -> str:
    """A row for each receipt."""
    table = Table(*(name.replace("_", " ") for name in _COLUMNS))
    for line in lines:
        receipt = orjson.loads(line)
        table.add_row(*(Text("" if receipt.get(name) is None else str(receipt[name])) for name in _COLUMNS))
    written = io.StringIO()
    Console(file=written, width=120).print(table)
    return written.getvalue().rstrip()
