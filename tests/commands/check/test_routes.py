"""Each route against the schemas of its records: what was checked, against what, and what could not be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from consumer.avro.errors import RegistryUnavailable, UnusableSchemas
from consumer.avro.files import schemas_folder
from consumer.avro.registry import RegistryClient
from consumer.commands.check.routes import RouteCheck, check_mapping, check_routes
from consumer.commands.typecheck.findings import Finding, Severity
from consumer.config.model import EVENT_TYPES, Config
from consumer.sandbox.registry import registry_app
from consumer.sandbox.serve import serve
from tests.avro.support import record, text
from tests.commands.check.test_registry import JSON_SCHEMA, registry_of
from tests.support.configs import SOUND
from tests.support.waiting import free_port

PURCHASE = {"topic": "shop.orders", "event": "purchase"}
CONSENT = {"topic": "shop.consents", "event": "optin", "fields": {"email": "email"}}
LACKING = {
    "schema": '"com.shop.Nowhere"',
    "references": [{"name": "com.shop.Nowhere", "subject": "nowhere", "version": 1}],
}
MAIL, EMAIL = (record("com.shop.Consent", **{field: "string"}) for field in ("mail", "email"))


def config_of(*routes: dict[str, Any], registry: str | None = None) -> Config:
    sections = {**SOUND, "routes": list(routes)}
    return Config.model_validate({**sections, "schema_registry": registry and {"url": registry}})


def files(folder: Path, **schemas: Any) -> Path:
    for name, schema in schemas.items():
        (folder / f"{name}.avsc").write_text(text(schema))
    return folder


def errors(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def told(check: RouteCheck) -> list[tuple[Severity, str]]:
    return [(finding.severity, finding.message) for finding in check.findings]


@pytest.fixture
def registry() -> Iterator[str]:
    with serve(registry_app()) as url:
        yield url


class TestFolder:
    """A folder of schemas: no registry and no broker is needed."""

    def test_a_consent_that_the_route_does_not_read_is_a_warning(self, tmp_path: Path) -> None:
        zustimmung = {"type": "enum", "name": "Zustimmung", "symbols": ["ERTEILT", "WIDERRUFEN"]}
        folder = files(tmp_path, consent=record("com.shop.Consent", email="string", zustimmung=zustimmung))
        route = CONSENT | {"record": "com.shop.Consent"}
        (check,) = check_routes(config_of(route), folder)
        warnings = [message for severity, message in told(check) if severity is Severity.WARNING]
        assert any(each.startswith("every record becomes optin whatever zustimmung says") for each in warnings)
        (check,) = check_routes(config_of(route | {"when": "zustimmung == 'ERTEILT'"}), folder)
        assert not any(severity is Severity.WARNING for severity, _ in told(check))

    def test_the_schemas_of_the_repository_map_without_any_fields(self) -> None:
        routes = [{"topic": f"shop.{event}", "event": event} for event in EVENT_TYPES]
        checks = check_routes(config_of(*routes), schemas_folder())
        assert all(check.checked for check in checks)
        assert errors([finding for check in checks for finding in check.findings]) == []

    def test_a_path_that_is_not_in_the_schema_is_found_with_the_one_that_is(self) -> None:
        orders = {**PURCHASE, "topic": "shop.b", "fields": {"order_id": "ordr_id"}}
        (finding,) = errors(check_mapping(config_of(PURCHASE, orders), schemas_folder()))
        assert (finding.key, finding.path, finding.nearest) == ("routes[1].fields.order_id", "ordr_id", "order_id")
        assert finding.schema == "purchase.avsc"

    def test_the_schema_that_was_chosen_is_told_with_the_reason(self) -> None:
        (check,) = check_routes(config_of(PURCHASE), schemas_folder())
        assert told(check)[0] == (Severity.INFO, "checked against purchase.avsc (named like the event)")

    def test_the_name_that_an_attribute_is_sent_under_and_a_total_below_zero_are_told(self) -> None:
        renamed = {**PURCHASE, "attributes": {"Loyalty-Tier": "client"}}
        (check,) = check_routes(config_of(renamed), schemas_folder())
        found = {finding.key: finding.message for finding in check.findings}
        assert found["routes[0].attributes.Loyalty-Tier"].startswith("is sent as loyalty_tier")
        assert found["routes[0].when"].startswith("the total may be below 0")

    def test_routes_that_write_emails_in_two_ways_are_told(self) -> None:
        normalising = {**PURCHASE, "topic": "shop.b", "normalise_email": True}
        first, second, third = check_routes(
            config_of(PURCHASE, normalising, PURCHASE | {"topic": "c"}), schemas_folder()
        )
        for check, key in ((first, "routes[0].normalise_email"), (third, "routes[2].normalise_email")):
            (finding,) = [each for each in check.findings if each.key == key]
            assert finding.severity is Severity.WARNING
            assert finding.message.startswith("routes[1] writes e-mails in lower case, and this route as they are")
        assert not any("normalise_email" in finding.key for finding in second.findings)
        (alone,) = check_routes(config_of(normalising), schemas_folder())
        assert not any("normalise_email" in finding.key for finding in alone.findings)

    def test_every_version_of_a_type_is_checked_under_its_file(self, tmp_path: Path) -> None:
        """Records of the older one may still be in the topic."""
        folder = files(tmp_path, consent_v1=MAIL, consent_v2=EMAIL)
        (check,) = check_routes(config_of(CONSENT), folder)
        assert told(check)[0][1] == "checked against consent_v1.avsc, consent_v2.avsc (named like the topic)"
        (finding,) = errors(list(check.findings))
        assert (finding.schema, finding.key) == ("consent_v1.avsc", "routes[0].fields.email")

    def test_a_schema_that_only_fits_best_refuses_nothing_and_counts_as_unchecked(self) -> None:
        """The folder of one team does not have the records of another's routes."""
        config = config_of({"topic": "erp.stores", "event": "store_visit", "fields": {"email": "visitor.mail"}})
        (check,) = check_routes(config, schemas_folder())
        assert not check.checked
        assert not errors(list(check.findings))
        severity, message = told(check)[0]
        assert severity is Severity.WARNING
        assert message.startswith("not checked, only compared with ")
        assert "this one fits best; name the type of its records with `record`" in message

    def test_a_folder_without_schemas_is_a_fault_of_the_question(self, tmp_path: Path) -> None:
        with pytest.raises(UnusableSchemas, match="holds no"):
            check_mapping(config_of(PURCHASE), tmp_path)


class TestRegistry:
    """Every version of every subject that a route's records may be of."""

    def test_every_version_is_checked(self, registry: str) -> None:
        with RegistryClient(registry) as client:
            for schema in (MAIL, EMAIL):
                client.register("shop.consents-value", json.dumps(schema))
        (check,) = check_routes(config_of(CONSENT, registry=registry), None)
        (finding,) = errors(list(check.findings))
        assert finding.schema == "shop.consents-value version 1"
        assert told(check)[0][1] == (
            "checked against shop.consents-value version 1, shop.consents-value version 2 (by the subject's name)"
        )

    def test_a_route_without_a_subject_is_told_as_unchecked_with_the_nearest(self, registry: str) -> None:
        with RegistryClient(registry) as client:
            client.register("shop.consents-value", json.dumps(EMAIL))
        (check,) = check_routes(config_of({**CONSENT, "topic": "shop.consent"}, registry=registry), None)
        (finding,) = check.findings
        assert not check.checked
        assert (finding.severity, finding.key, finding.nearest) == (Severity.WARNING, "routes[0]", "shop.consents")
        assert finding.message.startswith("not checked: the registry has no subject shop.consent-value")

    def test_a_registry_that_is_down_cannot_tell(self) -> None:
        with pytest.raises(RegistryUnavailable):
            check_mapping(config_of(PURCHASE, registry=f"http://127.0.0.1:{free_port()}"), None)


class TestHopeless:
    """What a start may refuse: no record of the route can be sent, and the schemas are surely its records'."""

    @pytest.mark.parametrize(
        ("versions", "hopeless"),
        [
            ([EMAIL], False),
            ([MAIL], True),
            ([MAIL, EMAIL], False),
            ([EMAIL, MAIL], False),
            ([MAIL, record("com.shop.Consent", to="string")], True),
        ],
    )
    def test_every_version_is_wrong(
        self,
        registry: str,
        versions: list[Any],
        hopeless: bool,  # noqa: FBT001 - a column of the table
    ) -> None:
        with RegistryClient(registry) as client:
            for version in versions:
                client.register("shop.consents-value", text(version))
        (check,) = check_routes(config_of(CONSENT, registry=registry), None)
        assert check.hopeless is hopeless

    def test_a_field_that_is_never_there_is_of_every_version(self, registry: str) -> None:
        with RegistryClient(registry) as client:
            for version in (EMAIL, record("com.shop.Consent", email="string", tier="string")):
                client.register("shop.consents-value", text(version))
        for path, hopeless in (("teir", True), ("tier", False)):
            route = CONSENT | {"event": "customer_patch", "attributes": {"tier": path}}
            (check,) = check_routes(config_of(route, registry=registry), None)
            assert check.hopeless is hopeless

    def test_a_record_that_is_only_named_alike_may_be_another(self, registry: str) -> None:
        with RegistryClient(registry) as client:
            client.register("com.shop.Consent", text(MAIL))
        (check,) = check_routes(config_of(CONSENT, registry=registry), None)
        assert errors(list(check.findings))
        assert not check.hopeless
        (named,) = check_routes(config_of(CONSENT | {"record": "com.shop.Consent"}, registry=registry), None)
        assert named.hopeless

    @pytest.mark.parametrize(
        ("versions", "hopeless"),
        [([JSON_SCHEMA], True), ([JSON_SCHEMA, {"schema": text(EMAIL)}], False), ([LACKING], False)],
    )
    def test_no_version_is_readable(
        self,
        versions: list[Any],
        hopeless: bool,  # noqa: FBT001 - a column of the table
    ) -> None:
        """What a schema refers to and the registry has not got, a registry that starts may have in a moment."""
        with serve(registry_of(*versions)) as url:
            (check,) = check_routes(config_of(CONSENT, registry=url), None)
        assert check.hopeless is hopeless

    def test_a_reader_schema_that_the_mapping_does_not_fit(self, registry: str, tmp_path: Path) -> None:
        reader = files(tmp_path, reader=record("com.shop.Consent", aliases="string")) / "reader.avsc"
        with RegistryClient(registry) as client:
            client.register("shop.consents-value", text(record("com.shop.Consent", aliases="string", email="string")))
        route = CONSENT | {"reader_schema": str(reader)}
        (check,) = check_routes(config_of(route, registry=registry), None)
        assert check.hopeless


class TestOwnFiles:
    """What a route names itself is not guessed from elsewhere."""

    @pytest.mark.parametrize("wire_format", ["raw", "single_object"])
    def test_a_route_is_checked_against_its_own_schema(self, tmp_path: Path, wire_format: str) -> None:
        folder = files(tmp_path, mine=MAIL)
        route = {**CONSENT, "format": wire_format, "schema": str(folder / "mine.avsc")}
        for others in (None, schemas_folder()):
            (check,) = check_routes(config_of(route), others)
            assert [finding.schema for finding in errors(list(check.findings))] == ["mine.avsc"]
            assert told(check)[0][1] == "checked against mine.avsc (the route's `schema`)"

    def test_of_single_objects_every_version_and_type_of_the_topic_is_known(self, tmp_path: Path) -> None:
        """The topic's other routes name files too: a value may be of any of them."""
        refund = record("com.shop.Refund", mail="string")
        folder = files(tmp_path, v1=MAIL, v2=EMAIL, refund=refund)
        one = {**CONSENT, "format": "single_object", "record": "com.shop.Consent", "schema": str(folder / "v1.avsc")}
        other = {**one, "record": "com.shop.Refund", "schema": [str(folder / f) for f in ("v2.avsc", "refund.avsc")]}
        found = errors(check_mapping(config_of(one, other), None))
        assert {(each.key, each.schema) for each in found} == {
            ("routes[0].fields.email", "v1.avsc"),
            ("routes[1].fields.email", "refund.avsc"),
        }

    def test_a_record_that_none_of_the_files_has_is_told(self, tmp_path: Path) -> None:
        folder = files(tmp_path, mine=EMAIL)
        route = {**CONSENT, "format": "raw", "schema": str(folder / "mine.avsc"), "record": "com.shop.Consnt"}
        (check,) = check_routes(config_of(route), None)
        (finding,) = check.findings
        assert (check.checked, finding.key, finding.nearest) == (False, "routes[0].record", "com.shop.Consent")


class TestReaderSchema:
    """The mapping meets the reader schema; what is written must be resolvable to it."""

    READER = record("com.shop.Consent") | {
        "fields": [{"name": "email", "type": "string", "aliases": ["mail"]}, {"name": "n", "type": "int"}]
    }

    def route(self, folder: Path, reader: Any, **keys: Any) -> dict[str, Any]:
        files(folder, reader=reader)
        return {**CONSENT, "reader_schema": str(folder / "reader.avsc"), **keys}

    def test_the_mapping_is_checked_against_it_and_not_against_what_is_written(self, tmp_path: Path) -> None:
        reader = record("com.shop.Consent") | {"fields": [{"name": "email", "type": "string", "aliases": ["mail"]}]}
        written = files(tmp_path, v1=MAIL, v2=EMAIL)
        (check,) = check_routes(
            config_of(self.route(tmp_path, reader, format="single_object", schema=str(written))), None
        )
        assert errors(list(check.findings)) == []
        assert told(check)[0][1].endswith("(the route's `schema`), resolved to reader.avsc")

    def test_a_version_that_cannot_be_resolved_is_an_error_with_its_label(
        self, registry: str, tmp_path: Path
    ) -> None:
        with RegistryClient(registry) as client:
            client.register("shop.consents-value", json.dumps(MAIL))
        config = config_of(self.route(tmp_path, self.READER), registry=registry)
        (finding,) = errors(check_mapping(config, None))
        assert (finding.key, finding.path) == ("routes[0].reader_schema", "n")
        assert finding.schema == "shop.consents-value version 1"
        assert "has no default in the reader schema" in finding.message

    def test_one_that_knows_none_of_what_is_written_is_an_error(self, registry: str, tmp_path: Path) -> None:
        """Records would be left as they were written, and the mapping meet another type than was meant."""
        with RegistryClient(registry) as client:
            client.register("shop.consents-value", json.dumps(EMAIL))
        config = config_of(self.route(tmp_path, record("com.shop.Optin", email="string")), registry=registry)
        (finding,) = errors(check_mapping(config, None))
        assert finding.message == (
            "is not used: it knows records as com.shop.Optin, and what is written is com.shop.Consent; "
            "give its record that name as an alias"
        )

    def test_without_any_schema_of_what_is_written_the_mapping_is_still_checked(self, tmp_path: Path) -> None:
        config = config_of(self.route(tmp_path, MAIL))
        (check,) = check_routes(config, None)
        assert check.checked
        assert [finding.key for finding in errors(list(check.findings))] == ["routes[0].fields.email"]
        assert told(check)[0][1].startswith("checked against the reader schema reader.avsc, and not that records can")

    def test_of_several_routes_on_one_topic_each_resolves_its_own_record(self, tmp_path: Path) -> None:
        """A third route that takes both types meets both as they are resolved."""
        reader = record("com.shop.Consent") | {"fields": [{"name": "email", "type": "string", "aliases": ["mail"]}]}
        folder = files(tmp_path, written=[MAIL, record("com.shop.Refund", mail="string")])
        own = {"format": "single_object", "schema": str(folder / "written.avsc")}
        one = self.route(tmp_path, reader, record="com.shop.Consent", **own)
        other = {**CONSENT, **own, "record": "com.shop.Refund", "event": "search"}
        third = {**CONSENT, **own, "event": "unsubscribe", "when": "email == 'x'"}
        found = errors(check_mapping(config_of(one, other, third), None))
        assert {(each.key, each.schema) for each in found if each.path == "email"} == {
            ("routes[1].fields.email", "written.avsc com.shop.Refund"),
            ("routes[2].fields.email", "written.avsc com.shop.Refund"),
        }
