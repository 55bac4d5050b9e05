"""Schemas of shops that nobody here has written for the service, and what of each goes where in Bluecore."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DECIMAL = {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}
DATE = {"type": "int", "logicalType": "date"}
MILLISECONDS = {"type": "long", "logicalType": "timestamp-millis"}


def record(name: str, **fields: Any) -> dict[str, Any]:
    """A record type; each field's type by its name."""
    parts = [{"name": each, "type": avro} for each, avro in fields.items()]
    return {"type": "record", "name": name, "fields": parts}


def optional(avro: Any) -> list[Any]:
    return ["null", avro]


def array(avro: Any) -> dict[str, Any]:
    return {"type": "array", "items": avro}


def enum(name: str, *symbols: str) -> dict[str, Any]:
    return {"type": "enum", "name": name, "symbols": list(symbols)}


@dataclass(frozen=True)
class Shop:
    """A topic, the schema of its records, and the route that a person would write.

    Attributes:
        event: the event type, or the values that choose it.
        fields: the required fields at least, by Bluecore's name.
        missing: what the event needs and the records have not.
    """

    topic: str
    schema: Mapping[str, Any]
    event: Any
    fields: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


_DUTCH = (
    Shop(
        "winkel.klanten",
        record(
            "Klantprofiel",
            klantnummer="string",
            emailadres="string",
            voornaam="string",
            achternaam="string",
            geboortedatum=DATE,
            telefoonnummer="string",
            postcode="string",
            woonplaats="string",
            straat="string",
        ),
        "customer_patch",
        {
            "email": "emailadres",
            "first_name": "voornaam",
            "last_name": "achternaam",
            "birthday": {"path": "geboortedatum", "as": "date"},
            "phone": "telefoonnummer",
            "zip": "postcode",
            "city": "woonplaats",
        },
    ),
    Shop(
        "winkel.zoekopdrachten",
        record("Zoekopdracht", zoekterm="string", klantnummer=optional("string"), bezoekerId="string", aantal="int"),
        "search",
        {"search_term": "zoekterm", "customer_id": "klantnummer", "device_id": "bezoekerId"},
    ),
    Shop(
        "winkel.bestellingen",
        record(
            "Bestelling",
            bestelnummer="string",
            klant=record("Klant", klantnummer="string", emailadres="string", voornaam="string"),
            totaalbedrag=DECIMAL,
            status=enum("Status", "NIEUW", "BETAALD", "GEANNULEERD"),
            regels=array(record("Regel", artikelnummer="string", omschrijving="string", aantal="int", prijs=DECIMAL)),
        ),
        "purchase",
        {
            "email": "klant.emailadres",
            "order_id": "bestelnummer",
            "total": "totaalbedrag",
            "products": "regels",
            "products.id": "artikelnummer",
            "products.quantity": "aantal",
            "products.price": "prijs",
        },
    ),
)

_GERMAN = (
    Shop(
        "laden.bestellungen",
        record(
            "Bestellung",
            auftragsnummer="string",
            kunde=record("Kunde", kundennummer="string", email="string"),
            gesamtbetrag=DECIMAL,
            versandkosten=DECIMAL,
            positionen=array(record("Position", artikelnummer="string", menge="int", einzelpreis=DECIMAL)),
        ),
        "purchase",
        {
            "email": "kunde.email",
            "order_id": "auftragsnummer",
            "total": "gesamtbetrag",
            "products": "positionen",
            "products.id": "artikelnummer",
            "products.quantity": "menge",
            "products.price": "einzelpreis",
        },
    ),
    Shop(
        "laden.warenkorb",
        record(
            "WarenkorbEreignis",
            kundennummer=optional("string"),
            eMail=optional("string"),
            aktion=enum("Aktion", "hinzugefuegt", "entfernt"),
            artikel=record("Artikel", artikelnummer="string", einzelpreis=DECIMAL),
        ),
        {"path": "aktion", "values": {"hinzugefuegt": "add_to_cart", "entfernt": "remove_from_cart"}},
        {"email": "eMail", "customer_id": "kundennummer", "products.id": "artikel.artikelnummer"},
    ),
    Shop(
        "laden.einwilligungen",
        record("Einwilligung", email="string", kanal="string", zugestimmt="boolean", zeitpunkt=MILLISECONDS),
        {"path": "zugestimmt", "values": {True: "optin", False: "unsubscribe"}},
        {"email": "email"},
    ),
)

_OTHERS = (
    Shop(
        "boutique.commandes",
        record(
            "Commande",
            numeroCommande="string",
            client=record("Client", courriel="string", prenom="string"),
            montantTotal="double",
            lignes=array(record("Ligne", referenceProduit="string", prixUnitaire="double", quantite="int")),
        ),
        "purchase",
        {
            "email": "client.courriel",
            "order_id": "numeroCommande",
            "total": "montantTotal",
            "products": "lignes",
            "products.id": "referenceProduit",
        },
    ),
    Shop(
        "kassa.bonnen.bestellingen",
        record(
            "Bon",
            bestelnummer="string",
            emailadres="string",
            totaalCenten="long",
            regels=array(record("Bonregel", artikelnummer="string", prijsCenten="int")),
        ),
        "purchase",
        {
            "email": "emailadres",
            "order_id": "bestelnummer",
            "total": "totaalCenten / `100`",
            "products": "regels",
            "products.id": "artikelnummer",
            "products.price": "prijsCenten / `100`",
        },
    ),
    Shop(
        "tienda.pedidos",
        record(
            "Pedido",
            numeroPedido="string",
            correoElectronico="string",
            importeTotal="double",
            articulos=array(record("Articulo", codigoArticulo="string", precioUnitario="double", cantidad="int")),
        ),
        "purchase",
        {
            "email": "correoElectronico",
            "order_id": "numeroPedido",
            "total": "importeTotal",
            "products": "articulos",
            "products.id": "codigoArticulo",
        },
    ),
    Shop(
        "dukkan.aramalar",
        record("Arama", aramaTerimi="string", musteriNo=optional("string"), ziyaretciId="string"),
        "search",
        {"search_term": "aramaTerimi", "customer_id": "musteriNo", "device_id": "ziyaretciId"},
    ),
)

_ROW = record(
    "Value",
    id="long",
    customer_email="string",
    order_number="string",
    grand_total=DECIMAL,
    tax_total=DECIMAL,
    items=array(record("Item", sku="string", qty="int", price=DECIMAL)),
)
_CDC = (
    Shop(
        "db.shop.orders",
        record(
            "Envelope",
            before=optional(_ROW),
            after=optional("Value"),
            source=record("Source", version="string"),
            op="string",
            ts_ms=optional("long"),
        ),
        "purchase",
        {
            "email": "after.customer_email",
            "order_id": "after.order_number",
            "total": "after.grand_total",
            "products": "after.items",
            "products.id": "sku",
            "products.quantity": "qty",
        },
    ),
)

_PUBLIC = (
    # The shapes of the sample orders and customers that Confluent's data generator for Kafka Connect makes.
    Shop(
        "shoe_customers",
        record(
            "shoe_customers",
            id="string",
            first_name="string",
            last_name="string",
            email="string",
            phone="string",
            street_address="string",
            state="string",
            zip_code="string",
            country="string",
            country_code="string",
        ),
        "customer_patch",
        {"email": "email", "first_name": "first_name", "phone": "phone", "zip": "zip_code", "country": "country"},
    ),
    Shop(
        "shoe_orders",
        record("shoe_orders", order_id="int", product_id="string", customer_id="string", ts=MILLISECONDS),
        "purchase",
        {"order_id": "order_id", "products.id": "product_id"},
        missing=("total", "email"),
    ),
    # The shape of the order in Confluent's example of microservices on Kafka Streams.
    Shop(
        "orders",
        record(
            "Order",
            id="string",
            customerId="long",
            state=enum("OrderState", "CREATED", "VALIDATED", "FAILED", "SHIPPED"),
            product=enum("Product", "JUMPERS", "UNDERPANTS"),
            quantity="int",
            price="double",
        ),
        "purchase",
        {"order_id": "id", "products.id": "product", "products.quantity": "quantity", "products.price": "price"},
        missing=("total", "email"),
    ),
)

SHOPS = (*_DUTCH, *_GERMAN, *_OTHERS, *_CDC, *_PUBLIC)
"""Those that have an event."""

NOTHING = (
    record("StockLevel", sku="string", quantity="int", warehouse="string"),
    record("Heartbeat", host="string", at=MILLISECONDS),
    record("StorePayroll", employee=record("Employee", email="string", iban="string"), amount=DECIMAL),
)
"""Records in which nothing is an event."""
