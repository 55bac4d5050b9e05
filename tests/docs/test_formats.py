"""Formats, and versions of a schema: what the page shows is what a producer and an operator get."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from consumer.avro.cloud_options import NAMES
from consumer.avro.durations import of_months_days_millis
from consumer.avro.files import schemas_folder
from consumer.avro.logical_types import AVRO, CONNECT
from consumer.avro.naming import naming_headers
from consumer.avro.registry_types import TYPES
from consumer.config.route import RouteConfig
from tests.docs.shell import installed, run
from tests.support.pages import CONFIGURATION, page

FORMATS = page("docs/formats.md")
READER, PRODUCER = FORMATS["A reader schema"], FORMATS["A new schema version, in its producer's CI"]
PURCHASE: Any = json.loads((schemas_folder() / "purchase.avsc").read_text())


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A producer's: the running configuration, and the version of its schema that is in the topic."""
    (tmp_path / "bluecore-consumer.yaml").write_text(CONFIGURATION)
    (tmp_path / "avro").mkdir()
    write(tmp_path / "avro" / "order-v1.avsc", PURCHASE)
    return tmp_path


def write(file: Path, schema: Any) -> None:
    file.write_text(json.dumps(schema))


def without(name: str) -> Any:
    return PURCHASE | {"fields": [field for field in PURCHASE["fields"] if field["name"] != name]}


def check(repository: Path) -> tuple[int, list[dict[str, Any]]]:
    """The section's command as a CI runs it: its exit code, and its lines."""
    done = run(PRODUCER.block("sh").text, repository, installed())
    assert done.stdout, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_the_table_has_every_format() -> None:
    """The first is the default."""
    field = RouteConfig.model_fields["wire_format"]
    documented = [name.split("`")[1] for name, *_ in FORMATS.rows("format")]
    assert documented == list(get_args(field.annotation))
    assert documented[0] == field.default


def test_a_version_that_the_mapping_can_use_passes(repository: Path) -> None:
    """Both files are checked; the other teams' routes are told as not checked."""
    grown = {"name": "gift_note", "type": ["null", "string"], "default": None}
    write(repository / "avro" / "order-v2.avsc", PURCHASE | {"fields": [*PURCHASE["fields"], grown]})

    code, (*findings, summary) = check(repository)

    assert code == 0
    assert (summary["checked"], summary["routes"], summary["error"]) == (1, 3, 0)
    checked = next(each for each in findings if each["key"] == "routes[2]")
    assert checked["message"].startswith("checked against order-v1.avsc, order-v2.avsc ")


def test_a_version_that_lacks_what_bluecore_requires_fails_the_build(repository: Path) -> None:
    """The finding names the file, the route and the field."""
    write(repository / "avro" / "order-v2.avsc", without("order_id"))

    code, (*findings, _) = check(repository)

    errors = [each for each in findings if each["severity"] == "error"]
    assert code == 2
    assert [(each["key"], each["schema"]) for each in errors] == [("routes[2].fields.order_id", "order-v2.avsc")]


def test_the_configuration_of_formats_reads_both_versions_as_one(repository: Path) -> None:
    """With the reader schema the version that lacks the field passes: its default is sent."""
    (repository / "reader").mkdir()
    fields = [field | ({"default": ""} if field["name"] == "order_id" else {}) for field in PURCHASE["fields"]]
    write(repository / "reader" / "order.avsc", PURCHASE | {"fields": fields})
    write(repository / "avro" / "order-v2.avsc", without("order_id"))
    routes = yaml.safe_load(READER.block("yaml").text)
    (repository / "bluecore-consumer.yaml").write_text(yaml.safe_dump(yaml.safe_load(CONFIGURATION) | routes))

    code, (first, *_, summary) = check(repository)

    assert code == 0, first
    assert first["message"].endswith("resolved to order.avsc")
    assert summary["summary"] == "the configuration and its mapping are right"


class TestTypes:
    """The table of what is read as what, against what reads it."""

    TYPES = FORMATS["How a schema is read"]

    def named(self) -> set[str]:
        return {name for written, _ in self.TYPES.table("written as") for name in re.findall(r"`([^`]+)`", written)}

    def test_each_logical_type_is_in_it_and_no_other(self) -> None:
        apart = {
            "float",
            "org.apache.kafka.connect.data.Decimal",
            "io.debezium.data.VariableScaleDecimal",
        }
        assert self.named() == apart | {name for name, _ in CONNECT} | {name for _, name in AVRO}


def test_the_duration_of_the_page_is_one() -> None:
    assert f"`{of_months_days_millis(14, 3, 4005)}`" in FORMATS.text


def test_each_header_and_each_type_of_registry_is_in_the_tables() -> None:
    ways = FORMATS["Where the schema id is"]
    written = " ".join(cell for row in ways.table("written by") for cell in row)
    for header in {name.lower() for name in naming_headers("value").readers} - {"contenttype"}:
        assert f"`{header}" in written.lower(), header
    named = {name for *_, kinds in ways.table("written by") for name in re.findall(r"`(\w+)`", kinds)}
    registries = [row[0].strip("`") for row in FORMATS["Registries"].table("type")]
    assert registries == list(TYPES)
    assert named == set(TYPES)


@pytest.mark.parametrize("kind", ["glue", "azure"])
def test_the_options_of_a_clouds_registry_are_told(kind: str) -> None:
    """All that are taken, beside the two that each type has."""
    (told,) = [row[2] for row in FORMATS["Registries"].table("type") if row[0] == f"`{kind}`"]
    taken = set(NAMES[kind]) - {"ssl.ca.location", "timeout.ms"}
    assert taken <= set(re.findall(r"`([a-z.]+)`", told))
