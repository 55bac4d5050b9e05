"""A route of consents is active only where the value that decides them is understood, or where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.commands.suggest.shops import MILLISECONDS, array, enum, record
from tests.commands.suggest.test_report import errors_of, routes_in, text_of

EMAIL = "jan@example.com"


def consent(**fields: Any) -> dict[str, Any]:
    return record("Row", email="string", **fields)


def of(name: str, *values: Any) -> tuple[Mapping[str, Any], ...]:
    return tuple({"email": EMAIL, name: value} for value in values)


@pytest.mark.parametrize(
    ("topic", "name", "symbols"),
    [
        ("crm.einwilligungen", "zustimmung", ("ERTEILT", "WIDERRUFEN", "UNBEKANNT")),
        ("crm.einwilligungen", "einwilligung", ("ERTEILT", "WIDERRUFEN")),
        ("crm.consentimientos", "consentimiento", ("CONCEDIDO", "REVOCADO", "PENDIENTE")),
        ("crm.newsletter", "newsletter", ("ALTA", "BAJA", "PENDIENTE")),
        ("crm.suscripciones", "estado", ("ALTA", "BAJA", "PENDIENTE")),
        ("crm.newsletter", "newsletterStatus", ("ANGEMELDET", "ABGEMELDET", "AUSSTEHEND")),
        ("crm.newsletter", "accion", ("SUSCRIBIR", "DARSE_DE_BAJA", "NINGUNA")),
        ("crm.consents", "state", ("OPTED_IN", "OPTED_OUT", "PENDING")),
    ],
)
def test_symbols_in_many_languages_are_understood(topic: str, name: str, symbols: tuple[str, ...]) -> None:
    """The first is a consent, the second a withdrawal, and a third is skipped by name."""
    avro = consent(**{name: enum("Kind", *symbols)})
    (route,) = routes_in(text_of(topic, avro))
    events = dict(zip(symbols, ("optin", "unsubscribe", "skip"), strict=False))
    assert route["event"] == {"path": name, "values": events}
    assert route["fields"] == {"email": "email"}
    assert errors_of(route, avro) == []


@pytest.mark.parametrize(
    ("name", "values"),
    [("status", ("erteilt", "widerrufen", "offen")), ("zustimmung", ("BESTAETIGT", "ABGELEHNT", "OFFEN"))],
)
def test_texts_are_understood_by_the_newest_records(name: str, values: tuple[str, ...]) -> None:
    (route,) = routes_in(text_of("crm.einwilligungen", consent(**{name: "string"}), records=of(name, *values)))
    assert route["event"] == {
        "path": name,
        "values": dict(zip(values, ("optin", "unsubscribe", "skip"), strict=True)),
    }


def test_a_symbol_that_is_not_understood_is_left_to_be_refused() -> None:
    text = text_of("crm.consents", consent(status=enum("Kind", "GRANTED", "REVOKED", "FROBBED")))
    (route,) = routes_in(text)
    assert route["event"]["values"] == {"GRANTED": "optin", "REVOKED": "unsubscribe"}
    assert "refused until the event of each is named: FROBBED" in text


@pytest.mark.parametrize(
    ("fields", "records", "told"),
    [
        ({"permission": "int"}, of("permission", 2, 0, 1), "permission: 0, 1, 2"),
        ({"zustimmung": "string"}, (), "zustimmung: its values are not known"),
        ({"zustimmung": "string"}, of("zustimmung", "frob", "nix"), "zustimmung: frob, nix"),
        ({"consent": enum("Kind", "A", "B")}, (), "consent: A, B"),
        ({"merkmal": enum("Kind", "A", "B")}, (), "merkmal: A, B"),
        ({"consent": enum("Kind", "GRANTED", "PENDING")}, (), "consent: GRANTED, PENDING"),
        ({"unsubscribed": "boolean"}, (), "unsubscribed: true, false"),
        ({"opt_out": enum("Kind", "YES", "NO")}, (), "opt_out: YES, NO"),
        ({"sms_consent": "boolean"}, (), "sms_consent: true, false"),
        ({"seen": "boolean"}, (), "seen: true, false"),
        ({"shopOptIn": "boolean", "partnerOptIn": "boolean"}, (), "partnerOptIn: true, false"),
        ({"flags": {"type": "map", "values": "boolean"}}, (), "flags: its values are not known"),
        ({"consents": array(record("Each", status=enum("Kind", "A", "B")))}, (), "consents[].status: A, B"),
    ],
)
@pytest.mark.parametrize("topic", ["crm.consents", "crm.unsubscribes"])
def test_a_value_that_is_not_understood_makes_the_route_a_comment(
    topic: str, fields: Mapping[str, Any], records: tuple[Mapping[str, Any], ...], told: str
) -> None:
    """It says what is needed, and which values there are."""
    text = text_of(topic, consent(**fields), records=records)
    assert routes_in(text) == []
    assert "# REQUIRED: which value is a consent?" in text
    assert f"#   {told}" in text
    assert "??" in text


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"at": MILLISECONDS, "consent_source": "string", "ip": "string"},
        {"channel": enum("Kind", "WEB", "APP"), "language": enum("Language", "NL", "FR"), "is_test": "boolean"},
        {"newsletter_id": "int", "subscribed_at": "long"},
        {"city": "string", "state": "string"},
    ],
)
@pytest.mark.parametrize(("topic", "event"), [("crm.optins", "optin"), ("crm.unsubscribes", "unsubscribe")])
def test_where_nothing_decides_every_record_is_one(topic: str, event: str, fields: Mapping[str, Any]) -> None:
    (route,) = routes_in(text_of(topic, consent(**fields)))
    assert route["event"] == event


def test_of_several_consents_that_to_e_mails_decides() -> None:
    (route,) = routes_in(text_of("crm.consents", consent(sms="boolean", smsOptIn="boolean", emailOptIn="boolean")))
    assert route["event"]["path"] == "emailOptIn"


@pytest.mark.parametrize(
    ("name", "avro", "records"),
    [
        ("state", enum("Kind", "OPTED_IN", "OPTED_OUT"), ()),
        ("estado", enum("Kind", "ALTA", "BAJA"), ()),
        ("state", "string", of("state", "PAID", "CANCELLED")),
        ("state", "int", ()),
    ],
)
def test_how_a_consent_or_an_order_stands_is_no_state_of_the_usa(
    name: str, avro: Any, records: tuple[Mapping[str, Any], ...]
) -> None:
    (route,) = routes_in(text_of("customers", record("Customer", email="string", **{name: avro}), records=records))
    assert "state" not in route["fields"]


@pytest.mark.parametrize("avro", ["string", enum("State", "CA", "IN")])
def test_a_state_of_the_usa_is_one(avro: Any) -> None:
    (route,) = routes_in(text_of("customers", record("Customer", email="string", state=avro)))
    assert route["fields"]["state"] == "state"


def test_an_event_that_nothing_names_is_a_comment() -> None:
    """Carts, wishlists and views have the same fields."""
    avro = record("Row", email="string", posten=array(record("Line", artikelnummer="string", menge="int")))
    text = text_of("erp.rows", avro)
    assert routes_in(text) == []
    assert "# REQUIRED: is it this event?" in text


def test_withdrawals_in_records_named_after_consents_are_no_opt_ins() -> None:
    assert routes_in(text_of("crm.unsubscribes", record("Consent", email="string"))) == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"newsletter_opt_in": "boolean"}, "newsletter_opt_in"),
        ({"marketing": record("Marketing", consent=enum("Kind", "GRANTED", "REVOKED"))}, "marketing.consent"),
        ({"sms_opt_in": "boolean"}, None),
        ({"vip": "boolean"}, None),
        ({"opt_in_source": "string"}, None),
    ],
)
def test_a_consent_in_a_profile_is_told_and_not_sent(fields: Mapping[str, Any], told: str | None) -> None:
    """No profile gives one: it is an event of its own, and a person decides about it."""
    customer = record("Customer", email="string", firstName="string", lastName="string", city="string", **fields)
    text = text_of("crm.customers", customer)
    (route,) = routes_in(text)
    assert route["event"] == "customer_patch"
    assert ("looks like a consent to e-mails" in text) is (told is not None)
    words = " ".join(text.replace("#", " ").split())
    assert told is None or f"`event: {{path: {told}, values: …}}`" in words
