"""The routes that are written for a topic: they are YAML, `check` accepts them, and they map what a person would."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from consumer.avro.files import schemas_folder
from consumer.avro.schema import AvroSchema, parse
from consumer.commands.suggest.report import routes_of
from consumer.commands.suggest.sources import TopicContents
from consumer.commands.typecheck.findings import Severity
from consumer.commands.typecheck.routes import SchemaVersion, check_route
from consumer.config.model import EVENT_TYPES
from consumer.config.route import RouteConfig
from tests.commands.suggest.shops import MILLISECONDS, NOTHING, SHOPS, Shop, array, optional, record

BY_TOPIC = {shop.topic: shop for shop in SHOPS}


def schema_of(avro: Any) -> AvroSchema:
    return parse(json.dumps(avro))


def text_of(topic: str, *schemas: Any, records: tuple[Mapping[str, Any], ...] = ()) -> str:
    contents = TopicContents(topic)
    for each in map(schema_of, schemas):
        assert each.record is not None
        contents.types.setdefault(each.record.name, []).append(each)
        contents.records[each.record.name] = list(records)
    return routes_of(contents)


def routes_in(text: str) -> list[dict[str, Any]]:
    routes: list[dict[str, Any]] = yaml.safe_load(f"routes:\n{text}")["routes"] or []
    return routes


def uncommented(text: str) -> str:
    """A route that is not complete is a comment: without its mark it is YAML too."""
    lines = (
        line.replace("  # ", "  ", 1) if line.startswith(("  # -", "  #  ")) else line for line in text.splitlines()
    )
    return "\n".join(lines)


def errors_of(route: Mapping[str, Any], *schemas: Any) -> list[str]:
    versions = [SchemaVersion("", schema_of(each)) for each in schemas]
    found = check_route("route", RouteConfig.model_validate(route), versions)
    return [f"{each.key}: {each.message}" for each in found if each.severity is Severity.ERROR]


@pytest.mark.parametrize("shop", SHOPS, ids=BY_TOPIC)
def test_a_route_maps_what_a_person_would(shop: Shop) -> None:
    """The event, and each field; whatever language they are named in."""
    text = text_of(shop.topic, shop.schema)
    (route,) = routes_in(uncommented(text) if shop.missing else text)

    assert route["topic"] == shop.topic
    assert route["event"] == shop.event
    assert {name: route["fields"].get(name) for name in shop.fields} == shop.fields


@pytest.mark.parametrize("shop", [shop for shop in SHOPS if not shop.missing], ids=lambda shop: shop.topic)
def test_check_accepts_what_was_written(shop: Shop) -> None:
    (route,) = routes_in(text_of(shop.topic, shop.schema))
    assert errors_of(route, shop.schema) == []


@pytest.mark.parametrize("shop", [shop for shop in SHOPS if shop.missing], ids=lambda shop: shop.topic)
def test_a_route_that_lacks_what_its_event_needs_is_a_comment_that_says_so(shop: Shop) -> None:
    text = text_of(shop.topic, shop.schema)
    assert routes_in(text) == []
    assert f"REQUIRED and not found: {', '.join(shop.missing)}" in text


@pytest.mark.parametrize("event", EVENT_TYPES)
def test_the_ten_event_types_of_our_own_schemas_are_recognised(event: str) -> None:
    """Under their topics' names, with Bluecore's own names for the fields."""
    avro = json.loads((schemas_folder() / f"{event}.avsc").read_text())
    (route,) = routes_in(text_of(f"shop.{event}", avro))
    assert route["event"] == event
    assert errors_of(route, avro) == []


@pytest.mark.parametrize("avro", NOTHING, ids=lambda avro: str(avro["name"]))
def test_records_that_are_no_event_get_no_route(avro: Mapping[str, Any]) -> None:
    text = text_of(f"erp.{avro['name'].lower()}", avro)
    assert routes_in(text) == []
    assert "nothing in it speaks for an event" in text


def test_what_belongs_to_somebody_else_is_not_taken_for_the_customers() -> None:
    """A shop's assistant has an e-mail address, too."""
    avro = record(
        "Order",
        order_id="string",
        total="double",
        employee=record("Employee", email="string", first_name="string"),
        buyer=record("Buyer", login_email="string"),
        lines=array(record("Line", sku="string")),
    )
    (route,) = routes_in(text_of("orders", avro))
    assert route["fields"]["email"] == "buyer.login_email"
    assert "employee" not in str(route["fields"])


def test_values_tell_what_a_name_does_not() -> None:
    """A field named `login` holds e-mail addresses: its records say so."""
    avro = record("Customer", login="string", given_name="string")
    records = ({"login": "jane@example.com", "given_name": "Jane"},)

    assert routes_in(text_of("customers", avro)) == []
    (route,) = routes_in(text_of("customers", avro, records=records))
    assert route["fields"] == {"email": "login", "first_name": "given_name"}


def test_a_field_named_email_that_holds_none_is_not_one() -> None:
    avro = record("Customer", email="string", contact_email="string")
    records = ({"email": "YES", "contact_email": "jane@example.com"},)
    (route,) = routes_in(text_of("customers", avro, records=records))
    assert route["fields"] == {"email": "contact_email"}


def test_values_that_are_neither_given_nor_taken_back_are_skipped() -> None:
    flag = {"type": "enum", "name": "Flag", "symbols": ["JA", "NEE", "ONBEKEND"]}
    avro = record("Toestemming", email="string", status=flag)
    (route,) = routes_in(text_of("toestemmingen", avro))
    assert route["event"] == {"path": "status", "values": {"JA": "optin", "NEE": "unsubscribe", "ONBEKEND": "skip"}}
    assert errors_of(route, avro) == []


def test_cents_and_times_are_told_by_names_documentation_and_values() -> None:
    """The route has the expression where the name is sure, and a note where only the values say so."""
    avro = record(
        "Bestelling",
        email="string",
        bestelnummer="string",
        totaal="long",
        regels=array(record("Regel", sku="string", prijsCenten="int")),
    )
    text = text_of("bestellingen", avro, records=({"totaal": 90240, "regels": [{"prijsCenten": 45120}]},))
    (route,) = routes_in(text)
    assert route["fields"]["products.price"] == "prijsCenten / `100`"
    assert "whole numbers in all records: if they are cents, totaal / `100`" in text

    profile = record("Klant", email="string", registered_at="long", spent_points="int", member_since="int")
    records = ({"registered_at": 1_700_000_000, "member_since": 19_000, "spent_points": 12},)
    (route,) = routes_in(text_of("klanten", profile, records=records))
    assert route["attributes"]["registered_at"] == {"path": "registered_at", "as": "datetime", "unit": "seconds"}
    assert route["attributes"]["member_since"] == {"path": "member_since", "as": "date", "unit": "days"}
    assert route["attributes"]["spent_points"] == "spent_points"
    assert errors_of(route, profile) == []


def test_flags_of_one_letter_are_written_in_quotes() -> None:
    flag = {"type": "enum", "name": "Flag", "symbols": ["Y", "N"]}
    text = text_of("consents", record("Consent", email="string", optin=flag))
    assert text.count("Y") == text.count("'Y'") + text.count("of Y")


def test_addresses_that_need_cleaning_are_cleaned() -> None:
    avro = record("Customer", email="string")
    (route,) = routes_in(text_of("customers", avro, records=({"email": "mailto:Jane@Example.com"},)))
    assert route["normalise_email"] is True
    (route,) = routes_in(text_of("customers", avro, records=({"email": "jane@example.com"},)))
    assert "normalise_email" not in route


@pytest.mark.parametrize(
    ("value", "unit"),
    [(9598, "days"), (1_700_000_000, "seconds"), (1_700_000_000_000, "milliseconds")],
)
def test_the_values_of_a_whole_number_tell_its_unit(value: int, unit: str) -> None:
    avro = record("Customer", email="string", date_of_birth="long")
    records = ({"email": "jane@example.com", "date_of_birth": value},)
    (route,) = routes_in(text_of("customers", avro, records=records))
    assert route["fields"]["birthday"] == {"path": "date_of_birth", "as": "date", "unit": unit}


def test_personal_data_that_bluecore_has_no_field_for_is_named_and_not_sent() -> None:
    avro = record("Customer", email="string", street="string", iban="string", ip_address="string", row_version="int")
    text = text_of("customers", avro)
    assert "Personal data, not sent: street, iban, ip_address" in text
    assert "Not sent: row_version" in text


def test_attributes_of_a_profile_are_found_by_what_marketing_is_glad_of() -> None:
    avro = record("Customer", email="string", loyalty=record("Loyalty", tier="string"), language="string", row="long")
    (route,) = routes_in(text_of("customers", avro))
    assert route["attributes"] == {"loyalty_tier": "loyalty.tier", "language": "language"}


def test_a_status_and_a_change_record_give_conditions_to_think_about() -> None:
    """As comments: nobody but the shop knows which status is an order."""
    assert "# when: status == 'BETAALD'" in text_of("winkel.bestellingen", BY_TOPIC["winkel.bestellingen"].schema)
    assert "# when: after != `null`" in text_of("db.shop.orders", BY_TOPIC["db.shop.orders"].schema)


def test_a_list_of_ids_is_one_of_products() -> None:
    avro = record("WishlistChanged", email="string", product_ids=array("string"))
    (route,) = routes_in(text_of("wishlists", avro))
    assert route["fields"] == {"email": "email", "products": "product_ids[].{id: @}"}
    assert errors_of(route, avro) == []


def test_each_record_type_of_a_topic_gets_a_route_of_its_own() -> None:
    search = record("Searched", email="string", query="string")
    wishlist = record("WishlistAdded", email="string", sku="string")
    routes = routes_in(text_of("web.events", search, wishlist))
    assert [(route["record"], route["event"]) for route in routes] == [
        ("Searched", "search"),
        ("WishlistAdded", "wishlist"),
    ]


def test_all_versions_of_a_type_are_one_route() -> None:
    """With the newest version's names; a field that only some have is told of."""
    old = record("Customer", email="string", mobile="string")
    new = record(
        "Customer", email="string", mobile=optional("string"), city=optional("string"), note=optional("string")
    )
    text = text_of("customers", old, new)
    (route,) = routes_in(text)
    assert route["fields"] == {"email": "email", "phone": "mobile", "city": "city"}
    assert "only some versions of the schema have note" in text


def test_what_cannot_be_had_is_told_in_place_of_a_route() -> None:
    contents = TopicContents("orders", problems=["its records cannot be read"])
    assert routes_in(routes_of(contents)) == []
    assert "# orders: its records cannot be read" in routes_of(contents)


def test_a_time_of_the_event_is_no_birthday() -> None:
    avro = record("Customer", email="string", created_at=MILLISECONDS)
    (route,) = routes_in(text_of("customers", avro))
    assert route["fields"] == {"email": "email"}


def uncommented_option(text: str, option: str) -> dict[str, Any]:
    """The route with a line taken over that was a comment to think about."""
    (route,) = routes_in(text.replace(f"# {option}: ", f"{option}: "))
    return route


def test_prices_with_a_decimal_comma_are_read_by_their_values() -> None:
    """`as: number` would leave each of them out; a total with a point stays one."""
    line = record("Regel", artikelnummer="string", prijs="string", aantal="int", kleur="string")
    avro = record("Bestelling", bestelnummer="string", email="string", totaal="string", regels=array(line))
    lines = [{"artikelnummer": "A-1", "prijs": "1.012,50", "aantal": 1, "kleur": "rood"}]
    comma = {"bestelnummer": "1", "email": "jan@example.com", "totaal": "12,50", "regels": lines}
    text = text_of("winkel.bestellingen", avro, records=(comma,))
    (route,) = routes_in(text)
    assert route["fields"]["total"] == "parse_number(totaal, `true`)"
    assert route["fields"]["products.price"] == "parse_number(prijs, `true`)"
    assert errors_of(route, avro) == []
    assert "its values have a decimal comma" in text

    (route,) = routes_in(text_of("winkel.bestellingen", avro, records=(comma | {"totaal": "12.50"},)))
    assert route["fields"]["total"] == {"path": "totaal", "as": "number"}


def test_what_is_in_lists_and_not_sent_is_named_as_all_else() -> None:
    """Also where a field of the record has the name of one that is sent."""
    line = record("Regel", sku="string", kleur="string", ip="string")
    coupon = record("Bon", code="string")
    avro = record(
        "Bestelling",
        order_id="string",
        email="string",
        total="double",
        sku="string",
        regels=array(line),
        bonnen=array(coupon),
        labels=array("string"),
    )
    text = text_of("bestellingen", avro)
    assert "# Not sent: sku, regels[].kleur, bonnen[].code, labels" in text
    assert "# Personal data, not sent: regels[].ip" in text


@pytest.mark.parametrize(
    ("fields", "values", "event_time"),
    [
        ({"besteldatum": MILLISECONDS}, {}, "besteldatum"),
        ({"placed_at": "long"}, {"placed_at": 1_769_860_800}, {"path": "placed_at", "unit": "seconds"}),
        ({"placed_at": "long"}, {"placed_at": 1_769_860_800_000}, "placed_at"),
        ({"zeitpunkt": "string"}, {"zeitpunkt": "2026-01-31T12:00:00Z"}, "zeitpunkt"),
        ({"erstellt_am": MILLISECONDS, "geliefert_am": MILLISECONDS}, {}, "erstellt_am"),
        ({"delivered_at": MILLISECONDS, "valid_until": MILLISECONDS}, {}, None),
        ({"placed_at": "long"}, {}, None),
        ({"one": MILLISECONDS, "other": MILLISECONDS}, {}, None),
    ],
)
def test_the_obvious_time_of_an_event_is_a_comment(
    fields: dict[str, Any], values: dict[str, Any], event_time: object
) -> None:
    """By its name and type, or by its values; where there are several, or none that says it, nobody guesses."""
    line = record("Line", sku="string")
    avro = record("Order", order_id="string", email="string", total="double", lines=array(line), **fields)
    records = ({"order_id": "1", "email": "jane@example.com", "total": 1.0, "lines": [], **values},) if values else ()
    text = text_of("orders", avro, records=records)
    if event_time is None:
        assert "event_time" not in text
    else:
        route = uncommented_option(text, "event_time")
        assert route["event_time"] == event_time
        assert errors_of(route, avro) == []


def test_the_age_of_profiles_is_a_comment() -> None:
    avro = record("Customer", email="string", updated_at=MILLISECONDS)
    text = text_of("customers", avro)
    assert "event_time" not in text
    assert uncommented_option(text, "max_event_age_seconds")["max_event_age_seconds"] == 0


@pytest.mark.parametrize(
    ("phone", "country", "region"),
    [
        ("06-12345678", "de", "DE"),
        ("06-12345678", "Nederland", "NL"),
        ("06-12345678", "", "??"),
        ("+31612345678", "NL", None),
    ],
)
def test_phones_without_the_code_of_their_country_are_told(phone: str, country: str, region: str | None) -> None:
    """With the country that most records name, if they name any as Bluecore's rules need it."""
    avro = record("Klant", email="string", telefoon="string", land="string")
    records = ({"email": "jan@example.com", "telefoon": phone, "land": country},)
    text = text_of("klanten", avro, records=records)
    assert ("# phone_region" in text) is (region is not None)
    if region is not None:
        route = uncommented_option(text, "phone_region")
        assert route["phone_region"] == region
        if region != "??":
            assert errors_of(route, avro) == []


def test_the_country_of_other_phones_or_of_the_topic_is_evidence_too() -> None:
    avro = record("Klant", email="string", mobil="string")
    national = {"email": "jan@example.com", "mobil": "0151 23456789"}
    assert "# phone_region: DE" in text_of("shop.de.kunden", avro, records=(national,))
    records = (national, {"email": "ann@example.com", "mobil": "+4366012345678"})
    assert "# phone_region: AT" in text_of("kunden", avro, records=records)


@pytest.mark.parametrize(
    ("value", "source"),
    [
        ("31.12.1980", "parse_date(geburtstag, '%d.%m.%Y')"),
        ("31/12/1980", "parse_date(geburtstag, '%d/%m/%Y')"),
        ("1980-12-31", {"path": "geburtstag", "as": "date"}),
        ("01/02/1980", {"path": "geburtstag", "as": "date"}),
    ],
)
def test_a_birthday_in_text_is_read_as_its_values_are_written(value: str, source: object) -> None:
    """Where the month may be first, a comment asks."""
    avro = record("Kunde", email="string", geburtstag="string")
    text = text_of("kunden", avro, records=({"email": "jan@example.com", "geburtstag": value},))
    (route,) = routes_in(text)
    assert route["fields"]["birthday"] == source
    assert ("day first?" in text) is (value == "01/02/1980")
    assert errors_of(route, avro) == []


def test_receipts_are_purchases() -> None:
    line = record("Posten", artikelnummer="string", menge="int", preisCent="int")
    zustand = {"type": "enum", "name": "Zustand", "symbols": ["BEZAHLT", "STORNIERT", "OFFEN"]}
    avro = record(
        "Kassenbon", bonNummer="string", email="string", gesamtCent="int", zustand=zustand, posten=array(line)
    )
    avro["fields"].append({"name": "gebuchtUm", "type": "long", "doc": "Sekunden seit 1970"})
    text = text_of("filiale.kassenbons", avro)
    (route,) = routes_in(text)
    assert route["event"] == "purchase"
    assert "split_products" not in route
    assert route["fields"]["total"] == "gesamtCent / `100`"
    assert route["fields"]["products"] == "posten"
    assert "# when: zustand == 'BEZAHLT'" in text
    assert uncommented_option(text, "event_time")["event_time"] == {"path": "gebuchtUm", "unit": "seconds"}


def test_a_spanish_order() -> None:
    line = record("Linea", referencia="string", descripcion="string", precioCentimos="int", unidades="int")
    avro = record(
        "Pedido",
        numeroPedido="string",
        comprador=record("Comprador", correo="string", movil="string"),
        estado={"type": "enum", "name": "Estado", "symbols": ["ANULADO", "PAGADO"]},
        totalCentimos="long",
        realizadoEn=MILLISECONDS,
        lineas=array(line),
    )
    text = text_of("tienda.pedidos", avro)
    (route,) = routes_in(text)
    assert route["fields"] == {
        "email": "comprador.correo",
        "order_id": "numeroPedido",
        "total": "totalCentimos / `100`",
        "products": "lineas",
        "products.id": "referencia",
        "products.name": "descripcion",
        "products.price": "precioCentimos / `100`",
        "products.quantity": "unidades",
    }
    assert "# when: estado == 'PAGADO'" in text
    assert "# event_time: realizadoEn" in text
    assert "Personal data, not sent: comprador.movil" in text


def test_a_view_has_its_time_by_its_values() -> None:
    avro = record("Angesehen", email="string", artikelnummer="string", angesehenUm="long")
    records = ({"email": "jan@example.com", "artikelnummer": "1", "angesehenUm": 1_769_860_800},)
    text = text_of("web.ansichten", avro, records=records)
    assert uncommented_option(text, "event_time")["event_time"] == {"path": "angesehenUm", "unit": "seconds"}
