"""The decoder of a topic, of the files that all its routes name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consumer.avro.errors import UnusableSchemas
from consumer.avro.route_schemas import route_schemas, topic_decoder
from consumer.avro.schema import AvroSchema, parse
from consumer.avro.schema_ids import SchemaId
from consumer.avro.single_object import schema_fingerprint
from consumer.config.route import RouteConfig
from tests.avro.support import body, framed, record, text

ORDER, REFUND, OTHER = (record(name, id="string") for name in ("Order", "Refund", "Other"))
WRITTEN = [ORDER, REFUND, OTHER]


class Registry:
    """The written types, by their places from 1 on."""

    def get(self, schema_id: SchemaId) -> AvroSchema:
        return parse(text(dict[SchemaId, Any](enumerate(WRITTEN, start=1))[schema_id]))


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

    assert [decoder.decode(framed(n, schema, {"id": "1"})).value for n, schema in enumerate(WRITTEN, start=1)] == [
        {"of": "Order"},
        {"of": "Refund"},
        {"id": "1"},
    ]


def test_a_raw_value_does_not_tell_its_schema_so_there_is_one(tmp_path: Path) -> None:
    for each in (ORDER, REFUND):
        (tmp_path / f"{each['name']}.avsc").write_text(text(each))

    with pytest.raises(UnusableSchemas, match=r"name the one file of all values, not Order\.avsc, Refund\.avsc"):
        route_schemas(route(format="raw", schema=str(tmp_path)))
    assert len(route_schemas(route(format="single_object", schema=str(tmp_path))).written) == 2
    assert len(route_schemas(route(format="raw", schema=str(tmp_path / "Order.avsc"))).written) == 1


def test_a_reader_schema_must_be_of_the_routes_record(tmp_path: Path) -> None:
    """Else nothing would be resolved to it; an alias makes it so."""
    file = tmp_path / "new.avsc"
    file.write_text(text([ORDER, REFUND]))
    told = r'defines Order and Refund, and the route\'s record is Sale; give it "aliases": \["Sale"\]'
    with pytest.raises(UnusableSchemas, match=told):
        route_schemas(route(record="Sale", reader_schema=str(file)))

    file.write_text(text(ORDER | {"aliases": ["Sale"]}))
    assert route_schemas(route(record="Sale", reader_schema=str(file))).reader is not None


@pytest.mark.parametrize(
    ("written", "said"),
    [('{"type": "enum", "name": "E", "symbols": ["A"]}', "defines no record"), ('{"type": "nothing"}', "nothing")],
)
def test_a_reader_schema_that_cannot_be_used_is_named(tmp_path: Path, written: str, said: str) -> None:
    (tmp_path / "new.avsc").write_text(written)
    with pytest.raises(UnusableSchemas, match=rf"new\.avsc: .*{said}"):
        route_schemas(route(reader_schema=str(tmp_path / "new.avsc")))


def test_a_route_that_names_no_file_has_none() -> None:
    found = route_schemas(route())

    assert (found.written, found.reader) == ((), None)


def test_single_objects_of_a_topic_may_be_of_any_routes_files(tmp_path: Path) -> None:
    """Each names its schema. A raw value does not: there the first route's files are those of the topic."""
    folders = [tmp_path / name for name in ("one", "other")]
    for folder, schema in zip(folders, (ORDER, REFUND), strict=True):
        folder.mkdir()
        (folder / "it.avsc").write_text(text(schema))
    value = {"id": "7"}
    single = b"\xc3\x01" + schema_fingerprint(parse(text(REFUND))) + body(REFUND, value)

    taking = [route_schemas(route(format="single_object", schema=str(folder))) for folder in folders]
    assert topic_decoder(taking, None).decode(single).value == value

    taking = [route_schemas(route(format="raw", schema=str(folder))) for folder in folders]
    assert topic_decoder(taking, None).decode(body(ORDER, value)).name == "Order"


def test_files_that_define_no_record_are_refused(tmp_path: Path) -> None:
    (tmp_path / "enum.avsc").write_text('{"type": "enum", "name": "E", "symbols": ["A"]}')
    with pytest.raises(UnusableSchemas, match=r"enum\.avsc: defines no record"):
        route_schemas(route(format="raw", schema=str(tmp_path)))


def test_a_record_type_that_no_route_takes_is_not_decoded() -> None:
    """Its bytes are nobody's business: whatever they hold, they cost nothing."""
    decoder = topic_decoder([route_schemas(route(record=name)) for name in ("Order", "Refund")], Registry())

    assert decoder.decode(framed(1, ORDER, {"id": "1"})).value == {"id": "1"}
    assert decoder.decode(framed(3, OTHER, {"id": "1"})[:5] + b"no such record") == ("Other", {}, 3)


def test_where_a_route_takes_any_type_all_are_decoded() -> None:
    decoder = topic_decoder([route_schemas(route(record="Order")), route_schemas(route())], Registry())

    assert decoder.decode(framed(3, OTHER, {"id": "1"})).value == {"id": "1"}
