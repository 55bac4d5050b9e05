"""The tables that `lookup` looks into: those of the configuration, with what CSV files have."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from consumer.config.tables import CsvTable, TableConfig
from consumer.errors import UnusableSetting

Tables = Mapping[str, Mapping[str, Any]]
"""By the table's name: values by their keys, as text."""

NO_TABLES: Final[Tables] = MappingProxyType({})
_MOST_ROWS: Final = 1_000_000
_DELIMITERS: Final = (",", ";", "\t")


def as_key(value: Any) -> str:
    """A key as text, so that 12 of a record is 12 of a file: a whole number without a point, true and false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal) and value == value // 1:
        return str(int(value))
    return str(value).strip()


def load_tables(tables: Mapping[str, TableConfig]) -> Tables:
    """All tables, read from their files where they are of files.

    Raises:
        UnusableSetting: a file cannot be used.
    """
    return {name: load_table(table) for name, table in tables.items()}


def load_table(table: TableConfig) -> Mapping[str, Any]:
    """One of them.

    Raises:
        UnusableSetting: its file cannot be used.
    """
    if isinstance(table, str):
        table = CsvTable(file=table)
    if not isinstance(table, CsvTable):
        return {as_key(key): value for key, value in table.items()}
    try:
        with Path(table.file).open(encoding="utf-8-sig", newline="") as file:
            head = file.readline()
            delimiter = max(_DELIMITERS, key=head.count)
            file.seek(0)
            return _read(csv.reader(file, delimiter=delimiter, strict=True), table)
    except OSError as error:
        raise UnusableSetting(f"{table.file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UnusableSetting(f"{table.file} cannot be read: it is no UTF-8 text") from None
    except csv.Error as error:
        raise UnusableSetting(f"{table.file} is no CSV file: {error}") from None
    except UnusableSetting as error:
        raise UnusableSetting(f"{table.file} {error}") from None


def _read(rows: Any, table: CsvTable) -> Mapping[str, Any]:
    head = [each.strip() for each in next(rows, [])]
    key, value = _column(head, table.key, 0), _column(head, table.value, 1)
    found: dict[str, str] = {}
    for row in rows:
        if not any(row):
            continue
        if len(row) <= max(key, value):
            raise UnusableSetting(f"has too few columns in line {rows.line_num}")
        written = row[key].strip()
        if written in found:
            raise UnusableSetting(f"has the key of line {rows.line_num} twice")
        if len(found) >= _MOST_ROWS:
            raise UnusableSetting(f"has more than {_MOST_ROWS} rows")
        found[written] = row[value].strip()
    return found


def _column(head: list[str], name: str | None, position: int) -> int:
    if name is None:
        if len(head) != 2:  # noqa: PLR2004 - a key and a value
            raise UnusableSetting(f"has {len(head)} columns: say with `key` and `value` which two are meant")
        return position
    if name not in head:
        raise UnusableSetting(f"has no column {name}: its first line names {', '.join(head)}")
    return head.index(name)
