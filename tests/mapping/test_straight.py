"""A plan's straight way and the plan itself: whatever a record holds, they make the same of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from statistics import median
from types import CodeType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumer.config.route import RouteConfig
from consumer.mapping.compiled_route import AnyPlan, Route, compile_route
from consumer.mapping.contract import CONTRACTS
from consumer.mapping.links import LinkCache
from consumer.mapping.plan import Plan
from consumer.mapping.recipients import Recipients
from consumer.mapping.router import Router
from consumer.mapping.surroundings import Cell, Surroundings
from consumer.records import Mapped, Partition, Record
from tests.mapping.bench_mapping import microseconds
from tests.mapping.support import EMAIL, NOW_MS, PROFILE, TOKEN, route
from tests.mapping.test_any_record import EVERYTHING, FIELDS, ORDER, SOURCES, any_options, any_record

TOKENS = {"": TOKEN, "outlet": "outlet-namespace"}
TABLES = {"stores": {"1": "Utrecht"}}
PRODUCTS = [{"product_id": "p1", "price": Decimal("9.90"), "note": " "}, {"sku": 7, "quantity": 2}]
SHOWS: dict[str, Any] = {
    **PROFILE,
    "birthday": date(1990, 5, 17),
    "order_id": "O-1",
    "total": 12.5,
    "search_term": "shoes",
    "client": "web 4.2",
    "products": PRODUCTS[:1],
}
"""A record with nothing wrong, of whichever event."""


def compiled(config: RouteConfig) -> Route:
    return compile_route(config, TOKENS, TABLES, Cell())


def plan(config: RouteConfig) -> Plan:
    (only,) = compiled(config).plans.values()
    assert isinstance(only, Plan)
    return only


def interpreted(whole: Route) -> Route:
    """The same route without straight ways."""

    def without(each: AnyPlan | None) -> AnyPlan | None:
        return replace(each, straight=None) if isinstance(each, Plan) else each

    plans = {value: without(each) for value, each in whole.plans.items()}
    return replace(whole, plans=plans, otherwise=without(whole.otherwise))


def both(
    configs: list[RouteConfig], record: dict[str, Any], only_emails: tuple[str, ...] = ()
) -> tuple[tuple[Mapped, int, int], tuple[Mapped, int, int]]:
    """What becomes of a record by the straight ways, and without; with how many are linked, and how many withheld."""

    def mapped(*, straight: bool) -> tuple[Mapped, int, int]:
        cell, links, withheld = Cell(), LinkCache(), [0]
        routes = [compile_route(each, TOKENS, TABLES, cell, number) for number, each in enumerate(configs)]
        recipients = Recipients({"": only_emails}) if only_emails else None
        if recipients is not None:
            recipients.on_withheld = withheld.append
        router = Router(routes if straight else [interpreted(each) for each in routes], cell, recipients)
        around = Surroundings(Record(Partition("shop.events", 0), 5, b"key", b"", NOW_MS))
        outcome = router.map(
            "shop.events",
            None,
            record,
            NOW_MS,
            NOW_MS,
            claim=lambda one, email: links.claim(one, email, 1),
            around=around,
        )
        return outcome, len(links), sum(withheld)

    return mapped(straight=True), mapped(straight=False)


EVENTS = st.sampled_from([*CONTRACTS, "store_visit"])
RECORDS = st.one_of(any_record(EVERYTHING), any_record(ORDER))
NESTED = st.dictionaries(st.sampled_from([*PROFILE, "customer_id"]), st.one_of(st.none(), st.text(), st.integers()))
ORDINARY = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.sampled_from([value, "", None, " ", 7]) for name, value in SHOWS.items() if name != "products"},
        "email": st.sampled_from([EMAIL, EMAIL, EMAIL, "", None, "nobody", f"{'jane' * 20}@example.com"]),
        "distinct_id": st.sampled_from([EMAIL, "d-1", "", None, 9, 1.5]),
        "device_id": st.sampled_from(["d-2", "", None, b""]),
        "customer": st.one_of(st.none(), st.just("c-1"), NESTED),
        "products": st.one_of(
            st.none(),
            st.just(""),
            st.lists(st.sampled_from([*PRODUCTS, {"id": ""}, {"sku": "", "id": "p2"}, 5, {"id": "x", "n": 2**70}])),
            st.sampled_from(PRODUCTS),
        ),
        "product_id": st.sampled_from(["p9", None]),
        "total": st.sampled_from([Decimal("1.50"), float("nan"), 3, "3", None]),
        "tier": st.sampled_from(["gold", "\ud800", 2**64, [1, {"a": date(2026, 1, 1)}], float("inf")]),
    },
)
"""Records of Bluecore's own names, of which some are odd in one place or another."""


@settings(max_examples=200)
@given(
    record=ORDINARY,
    event=EVENTS,
    data=st.data(),
    attributes=st.sampled_from(
        [{}, {"tier": "tier"}, {"tier": {"path": "tier", "as": "string"}, "city": "customer.x"}]
    ),
    fields=st.sampled_from([{}, {"distinct_id": "device_id"}, {"email": "customer.email", "products.id": "sku"}]),
    invalid_optional=st.sampled_from(["omit", "refuse"]),
    only_emails=st.sampled_from([(), ("example.com",), ("nobody.example",)]),
)
def test_of_records_that_are_nearly_as_they_should_be(  # noqa: PLR0913 - what a mapping is made of
    *,
    record: dict[str, Any],
    event: str,
    data: st.DataObject,
    attributes: dict[str, Any],
    fields: dict[str, Any],
    invalid_optional: str,
    only_emails: tuple[str, ...],
) -> None:
    options = data.draw(any_options(event)) if event in CONTRACTS else {}
    mapped = route(event, attributes=attributes, fields=fields, invalid_optional=invalid_optional, **options)
    straight, told = both([mapped], record, only_emails)
    assert straight == told


@settings(max_examples=200)
@given(
    record=RECORDS,
    event=EVENTS,
    fields=st.dictionaries(st.sampled_from(FIELDS), SOURCES, max_size=5),
    attributes=st.dictionaries(st.sampled_from(["one", "two"]), SOURCES),
    properties=st.dictionaries(st.sampled_from(["currency", "coupon"]), SOURCES),
    preset=st.sampled_from([None, None, "segment"]),
    invalid_optional=st.sampled_from(["omit", "refuse"]),
    priority=st.integers(-1, 1),
    chosen=st.booleans(),
)
def test_of_any_record_by_any_mapping(  # noqa: PLR0913 - what a mapping is made of
    *,
    record: dict[str, Any],
    event: str,
    fields: dict[str, Any],
    attributes: dict[str, Any],
    properties: dict[str, Any],
    preset: str | None,
    invalid_optional: str,
    priority: int,
    chosen: bool,
) -> None:
    sections = {"fields": fields, "attributes": attributes, "properties": properties, "preset": preset}
    by_email = {"path": "email", "values": {EMAIL: ""}, "default": "outlet"} if chosen else None
    first = route(event, destination=by_email, invalid_optional=invalid_optional, priority=priority, **sections)
    second = route("optin", when="total > `1`", link_identities=True, timezone="Europe/Istanbul", phone_region="US")
    straight, told = both([first, second], record)
    assert straight == told


@pytest.mark.parametrize("event", [*(each for each in CONTRACTS if each != "identify"), "store_visit"])
@pytest.mark.parametrize("products", [PRODUCTS[:1], PRODUCTS])
@pytest.mark.parametrize("fields", [{}, {"distinct_id": "order_id", "products.price": "price"}])
def test_a_record_with_nothing_wrong_goes_the_straight_way(
    event: str, products: list[dict[str, Any]], fields: dict[str, str]
) -> None:
    made = plan(route(event, fields=fields, **({"split_products": True} if event == "add_to_cart" else {})))
    record = SHOWS | {"products": products}

    assert made.straight is not None
    sent = made.straight(record, "outlet")

    assert sent
    assert sent == replace(made, straight=None).requests(record, destination="outlet")
    assert {each.destination for each in sent} == {"outlet"}


def test_an_identify_has_none() -> None:
    """Its ids are held against the e-mail, one after the other."""
    assert plan(route("identify")).straight is None


HOSTILE = [
    "x'); raise SystemExit('",
    'x"]); raise SystemExit("',
    "x\n    raise SystemExit\n",
    "c0",
    "record",
    "__import__('os')",
    "\\",
    "{x}",
]
OWN_WORDS = {"token", "distinct_id", "customer", "email", "products", "id", ""}
OWN_NAMES = {"get", "type", "str", "isspace", "isinstance", "dict", "list", "append", "len"}


@pytest.mark.parametrize("word", HOSTILE)
def test_no_word_of_a_configuration_becomes_code(word: str) -> None:
    """Not one stands in the text: names are handed in under numbers."""
    quoted = '"{}"'.format(word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n"))
    config = route(
        "store_visit",
        fields={"email": f"{quoted}.mail", "products.size": quoted, "products": quoted, "total": quoted},
        attributes={word: quoted},
        properties={word: f"{quoted}.{quoted}"},
    ).model_copy(update={"event": word})
    made = plan(config)
    assert made.straight is not None
    code = made.straight.__code__

    assert {each for each in code.co_consts if isinstance(each, str)} <= OWN_WORDS
    assert not any(isinstance(each, CodeType) for each in code.co_consts)
    assert all(name in OWN_NAMES or name[1:].isdecimal() for name in code.co_names)
    record = {word: {"mail": EMAIL, word: "inner"}, "email": EMAIL}
    assert made.requests(record, destination="") == replace(made, straight=None).requests(record, destination="")


def test_routes_of_one_shape_share_their_code() -> None:
    """A hundred routes take no longer to make than a few."""
    one, other = (
        plan(route("optin", attributes={name: name})).straight.__code__  # type: ignore[union-attr]  # as above
        for name in ("tier", "points")
    )
    assert one is other


@pytest.mark.ratio
@pytest.mark.parametrize(("event", "products"), [("add_to_cart", 1), ("purchase", 3), ("customer_patch", 0)])
def test_the_straight_way_is_worth_it(event: str, products: int) -> None:
    """0.60 to 0.72 of the plan when this was written."""
    straight = plan(route(event))
    told = replace(straight, straight=None)
    record = SHOWS | {
        "products": [{"product_id": f"p{number}", "price": Decimal("9.90")} for number in range(products)]
    }

    def ratio() -> float:
        return microseconds(lambda: straight.requests(record), 400) / microseconds(lambda: told.requests(record), 400)

    assert median(ratio() for _ in range(7)) < 0.9
