"""The routes against the Avro schemas: those of a folder, or every version that the registry has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from consumer.avro import RegistryUnavailable, SchemaFaults, schemas_folder
from consumer.avro.register import register_folder, topic_name_strategy
from consumer.avro.registry import RegistryClient
from consumer.config import EVENT_TYPES, Config
from consumer.mapping import Finding, Severity
from consumer.sandbox.registry import registry_app
from consumer.sandbox.serve import serve
from consumer.schema_checks import check_mapping, print_findings
from tests.support.configs import SOUND
from tests.support.waiting import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PURCHASE = {"topic": "shop.orders", "event": "purchase"}


def config_of(*routes: dict[str, Any], registry: str | None = None) -> Config:
    sections = {**SOUND, "routes": list(routes)}
    return Config.model_validate({**sections, "schema_registry": registry and {"url": registry}})


def errors(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is Severity.ERROR]


@pytest.fixture
def registry() -> Iterator[str]:
    with serve(registry_app()) as url:
        yield url


def test_the_schemas_of_the_repository_map_without_any_fields() -> None:
    routes = [{"topic": f"shop.{event}", "event": event} for event in EVENT_TYPES]
    assert errors(check_mapping(config_of(*routes), schemas_folder())) == []


def test_a_path_that_is_not_in_the_schema_is_found_with_the_one_that_is() -> None:
    orders = {**PURCHASE, "fields": {"order_id": "ordr_id"}}
    (finding,) = errors(check_mapping(config_of(PURCHASE, {**orders, "topic": "shop.b"}), schemas_folder()))
    assert (finding.key, finding.path, finding.nearest) == ("routes[1].fields.order_id", "ordr_id", "order_id")
    assert finding.schema == "com.shop.events.Purchase"


def test_a_route_that_names_its_record_is_checked_against_that_one() -> None:
    named = {**PURCHASE, "record": "com.shop.events.Search", "fields": {"total": "total"}}
    assert {finding.schema for finding in errors(check_mapping(config_of(named), schemas_folder()))} == {
        "com.shop.events.Search"
    }


def test_a_folder_without_schemas_is_a_fault_of_the_question(tmp_path: Path) -> None:
    with pytest.raises(SchemaFaults, match="holds no"):
        check_mapping(config_of(PURCHASE), tmp_path)


def test_the_registry_is_asked_for_the_topics_subject(registry: str) -> None:
    with RegistryClient(registry) as client:
        strategy = topic_name_strategy({"shop.orders": "com.shop.events.Purchase"})
        register_folder(client, schemas_folder(), strategy)
    wrong = {**PURCHASE, "fields": {"total": "totl"}}
    assert errors(check_mapping(config_of(PURCHASE, registry=registry), None)) == []
    (finding,) = errors(check_mapping(config_of(wrong, registry=registry), None))
    assert (finding.schema, finding.nearest) == ("shop.orders-value version 1", "total")


def test_every_version_is_checked(registry: str) -> None:
    """Records of the old one are still in the topic."""
    with RegistryClient(registry) as client:
        for field in ("mail", "email"):
            client.register("shop.consents-value", json.dumps(consent(field)))
    route = {"topic": "shop.consents", "event": "optin", "fields": {"email": "email"}}
    (finding,) = errors(check_mapping(config_of(route, registry=registry), None))
    assert finding.schema == "shop.consents-value version 1"


@pytest.mark.parametrize("subject", ["com.shop.Consent", "shop.consents-com.shop.Consent"])
def test_a_record_is_found_under_confluents_other_names(registry: str, subject: str) -> None:
    with RegistryClient(registry) as client:
        client.register(subject, json.dumps(consent("mail")))
    route = {"topic": "shop.consents", "record": "com.shop.Consent", "event": "optin", "fields": {"email": "email"}}
    (finding,) = errors(check_mapping(config_of(route, registry=registry), None))
    assert finding.schema == f"{subject} version 1"


def test_a_pattern_takes_the_subjects_of_its_topics(registry: str) -> None:
    with RegistryClient(registry) as client:
        client.register("shop.consents.de-value", json.dumps(consent("mail")))
        client.register("other-value", json.dumps(consent("nothing")))
    route = {"topic_pattern": r"^shop\.consents\.", "event": "optin", "fields": {"email": "email"}}
    (finding,) = errors(check_mapping(config_of(route, registry=registry), None))
    assert finding.schema == "shop.consents.de-value version 1"


def test_without_schemas_nothing_is_checked_and_said_so() -> None:
    local = {**PURCHASE, "format": "raw", "schema": "order.avsc"}
    (finding,) = check_mapping(config_of(local), None)
    assert (finding.severity, finding.key) == (Severity.INFO, "schema_registry")


def test_a_registry_that_is_down_cannot_tell() -> None:
    with pytest.raises(RegistryUnavailable):
        check_mapping(config_of(PURCHASE, registry=f"http://127.0.0.1:{free_port()}"), None)


def test_findings_are_printed_as_json_lines_with_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = Finding(Severity.ERROR, "routes[0].fields.total", "totl", "Purchase", "there is no field totl", "total")
    maybe = Finding(Severity.WARNING, "routes[0].fields.email", "email", "Purchase", "may be null")
    assert print_findings([wrong, maybe]) == 2
    first, _, summary = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {
        "severity": "error",
        "key": "routes[0].fields.total",
        "path": "totl",
        "schema": "Purchase",
        "message": "there is no field totl",
        "nearest": "total",
    }
    assert summary == {"summary": "the mapping is refused", "error": 1, "warning": 1, "info": 0}


def test_warnings_alone_refuse_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_findings([Finding(Severity.WARNING, "routes[0]", "", "", "may be null")]) == 0
    assert "are right" in capsys.readouterr().out


def test_a_terminal_gets_sentences(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    print_findings([Finding(Severity.ERROR, "routes[0].fields.total", "totl", "Purchase", "is not there", "total")])
    assert capsys.readouterr().out.splitlines() == [
        "error: routes[0].fields.total (path totl, schema Purchase): is not there; did you mean total?",
        "the mapping is refused: 1 error, 0 warnings, 0 infos",
    ]


def consent(field: str) -> dict[str, Any]:
    """A record whose e-mail is in `field`."""
    fields = [{"name": field, "type": "string"}]
    return {"type": "record", "name": "Consent", "namespace": "com.shop", "fields": fields}


def test_a_record_that_no_schema_has_is_a_warning_with_the_nearest_name() -> None:
    """It may be misspelt; or the folder is a producer's, of its own records alone."""
    config = config_of({**PURCHASE, "record": "com.shop.events.Purchas"})

    (finding,) = check_mapping(config, schemas_folder())

    assert finding.severity is Severity.WARNING
    assert (finding.key, finding.nearest) == ("routes[0].record", "com.shop.events.Purchase")


def test_a_route_that_no_schema_of_the_folder_is_meant_for_refuses_nothing() -> None:
    """The folder of one team does not have the records of another's routes."""
    config = config_of({"topic": "erp.stores", "event": "store_visit", "fields": {"email": "visitor.mail"}})

    findings = check_mapping(config, schemas_folder())

    assert not errors(findings)
    assert any(finding.severity is Severity.WARNING and "fits best" in finding.message for finding in findings)
