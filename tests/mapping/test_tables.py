"""Tables of the configuration: inline, or in a CSV file as a spreadsheet writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from consumer.config.tables import TableConfig
from consumer.errors import UnusableSetting
from consumer.mapping.tables import load_tables


def loaded(table: Any) -> Any:
    config: TableConfig = TypeAdapter(TableConfig).validate_python(table)
    return load_tables({"stores": config})["stores"]


def csv(folder: Path, text: str | bytes, **columns: str) -> Any:
    path = folder / "stores.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return loaded({"file": str(path), **columns} if columns else str(path))


def test_an_inline_table_is_looked_up_by_text() -> None:
    assert loaded({12: "Utrecht", "web": True, True: 1.5}) == {"12": "Utrecht", "web": True, "true": 1.5}
    assert loaded({"file": "a", "folder": "b"}) == {"file": "a", "folder": "b"}


@pytest.mark.parametrize(
    "table",
    [
        {"fil": "stores", "key": "id", "value": "name"},
        {"file": "stores", "keys": "id", "value": "name"},
        {"path": "stores.csv", "key": "id", "value": "name"},
        {"file": "stores.csv", "from": "id", "to": "name"},
    ],
)
def test_a_file_with_a_misspelt_key_is_no_inline_table(table: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        loaded(table)


@pytest.mark.parametrize(
    "text",
    [
        "id,name\n12,Utrecht\n13,Delft\n",
        "id;name\r\n12;Utrecht\r\n13;Delft\r\n",
        "\ufeffid\tname\n12\tUtrecht\n\n13\tDelft",
        '"id","name"\n" 12 ","Utrecht"\n13, Delft\n',
    ],
)
def test_a_file_is_read_as_spreadsheets_write_it(text: str, tmp_path: Path) -> None:
    assert csv(tmp_path, text) == {"12": "Utrecht", "13": "Delft"}


def test_of_more_columns_two_are_named(tmp_path: Path) -> None:
    text = "id,city,name\n12,Utrecht,Centraal\n"
    assert csv(tmp_path, text, key="id", value="name") == {"12": "Centraal"}


@pytest.mark.parametrize(
    ("text", "columns", "fault"),
    [
        ("id,city,name\n", {}, "has 3 columns: say with `key` and `value` which two are meant"),
        ("", {}, "has 0 columns"),
        ("id,name\n", {"value": "nmae"}, "has no column nmae: its first line names id, name"),
        ("id,name\n12\n", {}, "has too few columns in line 2"),
        ("id,name\n12,a\n12,b\n", {}, "has the key of line 3 twice"),
        ('id,name\n12,"a\n', {}, "is no CSV file"),
        (b"id,name\n12,\xff\n", {}, "cannot be read: it is no UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    text: str | bytes, columns: dict[str, str], fault: str, tmp_path: Path
) -> None:
    with pytest.raises(UnusableSetting) as refused:
        csv(tmp_path, text, **columns)
    assert str(tmp_path / "stores.csv") in str(refused.value)
    assert fault in str(refused.value)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableSetting, match=r"stores\.csv cannot be read: No such file"):
        loaded(str(tmp_path / "stores.csv"))
