"""What no single setting shows: routes against the contract, against each other, and what the files and Kafka say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from consumer.commands.validation.configuration import load_checked
from consumer.config.load import ConfigError
from tests.support.configs import SOUND, text


def findings(folder: Path, **sections: Any) -> list[str]:
    file = folder / "config.yaml"
    file.write_text(text(**sections))
    with pytest.raises(ConfigError) as refused:
        load_checked(file, {})
    return list(map(str, refused.value.findings))


@pytest.mark.parametrize(
    ("key", "says"), [("sécret", "has a character that cannot"), ("se\ncret", "cannot stand in")]
)
def test_a_key_that_no_header_can_hold_is_refused_before_anything_is_sent(
    tmp_path: Path, key: str, says: str
) -> None:
    (finding,) = findings(tmp_path, bluecore={"namespace": "shop", "api_key": key})
    assert finding.startswith("bluecore.api_key")
    assert says in finding
    assert "cret" not in finding


TOKENS = {
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "OAUTHBEARER",
    "sasl.oauthbearer.method": "oidc",
    "sasl.oauthbearer.client.secret": "secret",
    "sasl.oauthbearer.token.endpoint.url": "https://identity.example.com/token",
}


@pytest.mark.parametrize(
    ("sections", "key"),
    [
        (
            {"schema_registry": {"url": "http://r:1", "options": {"basic.auth.user.info": "${UNSET}"}}},
            "schema_registry.options.basic.auth.user.info",
        ),
        (
            {"kafka": {"bootstrap_servers": "k:1", "options": {**TOKENS, "sasl.oauthbearer.client.id": "${UNSET}"}}},
            "kafka.options.sasl.oauthbearer.client.id",
        ),
        ({"tables": {"shops": {"file": "${UNSET}", "key": "id"}}}, "tables.shops.file"),
    ],
)
def test_a_variable_that_is_not_set_is_one_fault(tmp_path: Path, sections: dict[str, Any], key: str) -> None:
    """What the empty text in its place is not good for is none of its own."""
    assert findings(tmp_path, **sections) == [f"{key}: the environment variable UNSET is not set"]


def test_another_fault_beside_it_is_told_with_it(tmp_path: Path) -> None:
    options = {"basic.auth.user.info": "${UNSET}", "timeout.ms": "soon"}
    first, *others = findings(
        tmp_path,
        schema_registry={"url": "http://r:1", "options": options},
        kafka={"bootstrap_servers": "k:1", "options": {"sasl.pasword": "${UNSET}", "fetch.wait.max.ms": "soon"}},
    )
    assert "the environment variable UNSET is not set" in first
    assert any("fetch.wait.max.ms" in each for each in others)


def test_a_sound_configuration_passes_without_a_network(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text())
    assert load_checked(file, {}).routes[0].topic == "shop.customers"


@pytest.mark.parametrize(
    ("routes", "finding"),
    [
        (
            [{"topic": "a", "event": "purchse"}],
            "routes[0].event: unknown event type 'purchse'; did you mean purchase?",
        ),
        (
            [{"topic": "a", "event": "purchase", "fields": {"order": "id"}}],
            "routes[0].fields.order: purchase has no field order; did you mean order_id?",
        ),
        (
            [{"topic": "a", "event": "purchase", "when": "lenght(lines) > `0`"}],
            "routes[0].when: there is no function lenght(); did you mean length?",
        ),
        (
            [{"topic_pattern": "^a(", "event": "optin"}],
            "routes[0].topic_pattern: is no regular expression: missing ),",
        ),
        (
            [{"topic": "a", "event": "optin"}, {"topic": "a", "event": "optin"}],
            "routes[1]: repeats routes[0] (same topic, record, when and event): each record would be sent twice",
        ),
        (
            [{"topic": "a", "event": "optin", "format": "raw"}],
            "routes[0].schema: is missing: `format: raw` needs the .avsc file of its values",
        ),
        (
            [{"topic": "bluecore-consumer.retry", "event": "optin"}],
            "routes[0].topic: takes in bluecore-consumer.retry, which is dead_letters.retry_topic",
        ),
        (
            [{"topic_pattern": "^bluecore.*dead", "event": "optin"}],
            "routes[0].topic_pattern: takes in bluecore-consumer.dead-letter, which is",
        ),
        (
            [{"topic": "a", "event": "optin", "timezone": "Europe/Istambul"}],
            "routes[0].timezone: is no time zone of the IANA database, such as Europe/Istanbul; did you mean Eu",
        ),
        (
            [{"topic": "a", "event": "optin", "timezone": "../UTC"}],
            "routes[0].timezone: is no time zone of the IANA database, such as Europe/Istanbul",
        ),
        (
            [{"topic": "a", "event": "optin", "event_time": {"path": "at", "as": "date"}}],
            "routes[0].event_time.as: should be 'datetime'",
        ),
        (
            [{"topic": "a", "event": "optin", "event_time": "lowr(at)"}],
            "routes[0].event_time: there is no function lowr(); did you mean lower?",
        ),
        (
            [{"topic": "a", "event": "optin", "max_event_age_seconds": -1}],
            "routes[0].max_event_age_seconds: should be greater than or equal to 0",
        ),
        (
            [{"topic": "a", "event": "optin", "attributes": {"at": {"path": "at", "unit": "days"}}}],
            "routes[0].attributes.at: unit goes with as: date or as: datetime, which it is the unit of",
        ),
        (
            [{"topic": "a", "event": "optin", "attributes": {"at": {"path": "at", "as": "date", "unit": "weeks"}}}],
            "routes[0].attributes.at.unit: should be 'days', 'seconds', 'milliseconds', 'microseconds' or ",
        ),
    ],
)
def test_routes_that_cannot_be_meant_are_refused(tmp_path: Path, routes: list[Any], finding: str) -> None:
    (found,) = findings(tmp_path, routes=routes)
    assert found.startswith(finding)


def test_receipts_have_a_topic_of_their_own(tmp_path: Path) -> None:
    """Not that of failed records, and none that is read."""
    letters = {"topic": "bluecore-consumer.dead-letter"}
    (shared,) = findings(tmp_path, receipts=letters)
    assert shared == (
        "receipts.topic: is bluecore-consumer.dead-letter, which is dead_letters.dead_letter_topic: "
        "give the receipts a topic of their own"
    )
    (read,) = findings(tmp_path, receipts={"topic": "a.receipts"}, routes=[{"topic_pattern": "^a", "event": "optin"}])
    assert read == "routes[0].topic_pattern: takes in a.receipts, which is receipts.topic"


def test_routes_keep_the_numbers_that_they_have_in_the_file(tmp_path: Path) -> None:
    """A route that is not well formed is left out of the comparison, and counts."""
    optin = {"topic": "a", "event": "optin"}
    assert [finding.partition(" (")[0] for finding in findings(tmp_path, routes=[5, optin, optin])] == [
        "routes[0]: must have keys of its own below it",
        "routes[2]: repeats routes[1]",
    ]


def test_a_schema_file_that_is_missing_or_none_is_named(tmp_path: Path) -> None:
    missing, broken = tmp_path / "missing.avsc", tmp_path / "broken.avsc"
    broken.write_text("{")
    routes = [
        {"topic": file.name, "event": "optin", "format": "raw", "schema": str(file)} for file in (missing, broken)
    ]
    first, second = findings(tmp_path, routes=routes)
    assert first == f"routes[0].schema: {missing}: cannot be read: No such file or directory"
    assert second.startswith("routes[1].schema: ")
    assert "broken.avsc" in second


def test_what_confluents_values_are_written_with_is_the_registrys(tmp_path: Path) -> None:
    """A `schema` there was probably meant as what records are resolved to."""
    assert findings(tmp_path, routes=[{"topic": "a", "event": "optin", "schema": str(avsc(tmp_path, "a"))}]) == [
        (
            "routes[0].schema: is of no use: what `format: confluent` is written with is in the registry; "
            "to resolve them to a schema of your own, give it as reader_schema"
        )
    ]


def test_raw_values_are_of_one_schema_and_single_objects_of_many(tmp_path: Path) -> None:
    files = [str(avsc(tmp_path, name)) for name in ("a", "b")]
    route = {"topic": "a", "event": "optin", "schema": files}
    assert findings(tmp_path, routes=[{**route, "format": "raw"}]) == [
        "routes[0].schema: a raw value does not tell its schema: name the one file of all values, not a.avsc, b.avsc"
    ]
    (tmp_path / "config.yaml").write_text(text(routes=[{**route, "format": "single_object"}]))
    assert load_checked(tmp_path / "config.yaml", {}).routes[0].schema_files == tuple(files)


@pytest.mark.parametrize(
    ("schema", "finding"),
    [
        ([], "schema: is missing: `format: raw` needs the .avsc file of its values"),
        (5, "schema: must be a text: put a number, or a word such as yes, in quotes"),
        ({"a": 1}, "schema: must be one text"),
        (["a.avsc", 5], "schema[1]: must be a text: put a number, or a word such as yes, in quotes"),
    ],
)
def test_a_schema_is_a_file_or_some(tmp_path: Path, schema: object, finding: str) -> None:
    found = findings(tmp_path, routes=[{"topic": "a", "event": "optin", "format": "raw", "schema": schema}])
    assert found[0] == f"routes[0].{finding}"


class TestReaderSchema:
    def test_one_that_is_missing_or_no_records_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "enum.avsc").write_text('{"type": "enum", "name": "E", "symbols": ["A"]}')
        readers = [tmp_path / "none.avsc", tmp_path / "enum.avsc"]
        first, second = findings(tmp_path, routes=[reading(f"t{n}", reader) for n, reader in enumerate(readers)])
        assert first == f"routes[0].reader_schema: {readers[0]}: cannot be read: No such file or directory"
        assert second == "routes[1].reader_schema: enum.avsc: defines no record"

    def test_a_default_of_another_type_is_named(self, tmp_path: Path) -> None:
        field = {"name": "id", "type": {"type": "string", "logicalType": "uuid"}, "default": "none"}
        (finding,) = findings(tmp_path, routes=[reading("a", avsc(tmp_path, "A", field))])
        assert finding == "routes[0].reader_schema: A.avsc: the default of A.id is no value of its type"

    def test_it_must_know_the_routes_record(self, tmp_path: Path) -> None:
        (finding,) = findings(tmp_path, routes=[reading("a", avsc(tmp_path, "A"), record="com.shop.B")])
        assert finding == (
            "routes[0].reader_schema: A.avsc: defines A, and the route's record is com.shop.B; "
            'give it "aliases": ["com.shop.B"]'
        )

    def test_a_record_type_of_one_topic_has_one(self, tmp_path: Path) -> None:
        """The record is decoded once, for all routes; other topics and other types have their own."""
        one, other = avsc(tmp_path, "A"), avsc(tmp_path / "other", "A")
        routes = [
            reading("a", one),
            reading("a", other, record="x.A", when="a"),
            reading("b", other),
            reading("a", avsc(tmp_path, "B"), when="b"),
            reading("a", one, event="search"),
        ]
        first, second = findings(tmp_path, routes=routes)
        assert first == (
            f"routes[1].reader_schema: routes[0] resolves x.A of the same topic to {one}: "
            "name that one here too, or tell the two by `record`"
        )
        assert second.startswith(f"routes[4].reader_schema: routes[1] resolves x.A of the same topic to {other}")


def avsc(folder: Path, name: str, *fields: object) -> Path:
    """The file of a record of this name."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.avsc"
    file.write_text(json.dumps({"type": "record", "name": name, "fields": fields}))
    return file


def reading(topic: str, reader: Path, **keys: object) -> dict[str, object]:
    return {"topic": topic, "event": "optin", "reader_schema": str(reader), **keys}


def test_confluents_wire_format_needs_a_registry(tmp_path: Path) -> None:
    assert findings(tmp_path, schema_registry=None)[-1] == (
        "schema_registry: is required: routes[0] takes its schemas from a registry"
    )


def test_an_unknown_option_of_the_registry_is_named(tmp_path: Path) -> None:
    registry = {**SOUND["schema_registry"], "options": {"basic.auth.user.inf": "user:marked-secret"}}
    (found,) = findings(tmp_path, schema_registry=registry)
    assert found == (
        "schema_registry.options: basic.auth.user.inf: no such option of the schema registry; "
        "did you mean basic.auth.user.info?"
    )


def test_all_kinds_of_faults_come_together(tmp_path: Path) -> None:
    """A user who has put one thing right is not to meet the next only then."""
    found = findings(
        tmp_path,
        kafka={"bootstrap_servers": "k", "options": {"no.such.option": "x"}},
        schema_registry={"url": "http://r", "options": {"nothing": "x"}},
        telemetry={"port": "x"},
        dead_letters={"retry_topic": "a", "delays_seconds": ["x"]},
        routes=[{"topic": "a", "event": "optn", "when": "a =="}],
    )
    assert [finding.partition(": ")[0] for finding in found] == [
        "dead_letters.delays_seconds[0]",
        "telemetry.port",
        "routes[0].when",
        "kafka.options.no.such.option",
        "schema_registry.options",
        "routes[0].event",
        "routes[0].topic",
    ]


def test_schemas_lie_beside_the_configuration_wherever_the_command_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    avsc(tmp_path, "A")
    routes = [
        {"topic": "a", "event": "optin", "format": "single_object", "schema": ["A.avsc"], "reader_schema": "A.avsc"},
        {"topic": "b", "event": "optin", "format": "raw", "schema": str(tmp_path / "A.avsc")},
        {"topic": "c", "event": "optin", "format": "raw", "schema": "missing.avsc"},
    ]
    assert findings(tmp_path, routes=routes) == [
        f"routes[2].schema: {tmp_path / 'missing.avsc'}: cannot be read: No such file or directory"
    ]
