"""The decoder of a topic, of the files that all its routes name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consumer.avro.errors import UnusableSchemas
from consumer.avro.route_schemas import route_schemas, topic_decoder
from consumer.avro.schema import AvroSchema, parse
from consumer.config.route import RouteConfig
from tests.avro.support import framed, record, text

ORDER, REFUND, OTHER = (record(name, id="string") for name in ("Order", "Refund", "Other"))
WRITTEN = [ORDER, REFUND, OTHER]


class Registry:
    """The written types, by their places."""

    def get(self, schema_id: int) -> AvroSchema:
        return parse(text(WRITTEN[schema_id]))


def route(**keys: Any) -> RouteConfig:
    return RouteConfig.model_validate({"topic": "shop.orders", "event": "purchase", **keys})


def reader(folder: Path, name: str) -> str:
    """A reader schema that has a field more than the record of its name."""
    file = folder / f"{name}.avsc"
    came = {"name": "of", "type": "string", "default": name}
    file.write_text(text(record(name) | {"fields": [came]}))
    return str(file)


def test_each_route_resolves_its_own_record_type_and_the_rest_is_left(tmp_path: Path) -> None:
    """Several types in one topic, in Confluent's format: one route names its record, one has a reader of its type."""
    routes = [
        route(record="Refund", reader_schema=reader(tmp_path, "Refund")),
        route(reader_schema=reader(tmp_path, "Order")),
        route(record="Other"),
    ]

    decoder = topic_decoder([route_schemas(each) for each in routes], Registry())

    assert [decoder.decode(framed(n, schema, {"id": "1"})).value for n, schema in enumerate(WRITTEN)] == [
        {"of": "Order"},
        {"of": "Refund"},
        {"id": "1"},
    ]


def test_files_that_define_no_record_are_refused(tmp_path: Path) -> None:
    (tmp_path / "enum.avsc").write_text('{"type": "enum", "name": "E", "symbols": ["A"]}')
    with pytest.raises(UnusableSchemas, match=r"enum\.avsc: defines no record"):
        route_schemas(route(format="raw", schema=str(tmp_path)))
