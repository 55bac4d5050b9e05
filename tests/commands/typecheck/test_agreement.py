"""`check` and the mapping agree: for any schema, any path and any of Bluecore's fields.

What `check` has nothing against is refused of no record; what it calls an error is sent of none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumer.avro.schema import parse
from consumer.commands.typecheck.findings import Severity
from consumer.commands.typecheck.routes import SchemaVersion, check_route
from consumer.config.route import RouteConfig
from consumer.mapping.errors import InvalidValueError
from consumer.mapping.paths import compile_path
from consumer.records import Reject, Send, Skip
from tests.commands.typecheck.any_type import record_of, schema_of, types_of
from tests.mapping.support import EMAIL, documents, map_one, route

ISO = "2026-01-31"
BY_VALUE = ("is no e-mail address", "is no phone number")
"""Refusals that no type can tell."""


@dataclass(frozen=True)
class Target:
    """A field of Bluecore's, by its key below the route.

    Attributes:
        event: one that reads it.
        words: what a text must be to pass for the field's value.
        field: what a refusal calls it.
        options: further ones of the route.
    """

    key: str
    event: str
    words: tuple[str, ...] = ("text",)
    field: str = ""
    convert: str | None = None
    unit: str | None = None
    options: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return f"{self.key} of {self.event}" + (f" as {self.unit or ''} {self.convert}" if self.convert else "")

    def route(self, path: str) -> RouteConfig:
        section, _, name = self.key.partition(".")
        source = {"path": path, "as": self.convert, "unit": self.unit} if self.convert else path
        if section == "when":
            return route(self.event, when=path)
        if section == "event":
            return route({"path": path, "values": {"A": "search", True: "search", 2: "search"}})
        return route(self.event, **{section: {name: source}}, **dict(self.options))

    def is_of(self, refused: Reject) -> bool:
        name = self.field or self.key.rpartition(".")[2]
        return refused.field is not None and refused.field.endswith(name)

    def is_in(self, sent: Send) -> bool:
        properties = documents(sent)[0]["properties"]
        name = self.key.rpartition(".")[2]
        if self.key.startswith("fields.products."):
            return name in properties["products"][0]
        return name in properties or name in properties.get("customer", {})


CONVERSIONS = {
    "string": ("text",),
    "number": ("1",),
    "integer": ("1",),
    "boolean": ("1",),
    "date": (ISO,),
    "datetime": (ISO,),
}
TARGETS = [
    Target("when", "search"),
    Target("when", "optin"),
    Target("event.path", "search", ("A",), "event"),
    Target("fields.email", "customer_patch", (EMAIL,)),
    Target("fields.distinct_id", "search"),
    Target("fields.customer_id", "identify"),
    Target("fields.search_term", "search"),
    Target("fields.order_id", "purchase"),
    Target("fields.total", "purchase"),
    Target("fields.client", "purchase"),
    Target("fields.first_name", "customer_patch"),
    Target("fields.phone", "customer_patch", ("+14155550100",), options=(("phone_region", "US"),)),
    Target("attributes.tier", "optin"),
    Target("fields.products", "wishlist", field=""),
    Target("fields.products.id", "wishlist"),
    Target("fields.products.price", "wishlist"),
    Target("fields.shop", "store_visit"),
    *(Target("attributes.own", "customer_patch", words, convert=name) for name, words in CONVERSIONS.items()),
    *(Target("fields.total", "purchase", ("1",), convert=name) for name in ("number", "integer")),
    *(
        Target("attributes.own", "optin", ("1", ISO), convert=name, unit=unit)
        for name, unit in (("date", "days"), ("datetime", "seconds"), ("datetime", "nanoseconds"))
    ),
]
PATHS = [
    "x",
    "x.y",
    "x.z",
    "x[0]",
    "x[*].y",
    "x[].y | [0]",
    "x[?y == 'A'].y | [0]",
    "x.* | [0]",
    "values(x) | [0]",
    "keys(x) | [0]",
    "x || 'A'",
    "x || y",
    "x && y",
    "x == 'A'",
    "x > `0`",
    "not_null(x, y)",
    "not_null(x, `1`)",
    "length(x)",
    "abs(x)",
    "floor(x)",
    "sum(x)",
    "avg(x)",
    "max(x)",
    "sort(x) | [0]",
    "join('-', x)",
    "to_string(x)",
    "to_number(x)",
    "to_array(x) | [0]",
    "type(x)",
    "reverse(x)",
    "contains(x, 'A')",
    "starts_with(x, 'A')",
    "map(&y, x) | [0]",
    "max_by(x, &y).y",
    "sort_by(x, &y)[0].y",
    "{id: x}",
    "{id: x}.id",
    "[x, y]",
    "[{id: x}]",
    "x + y",
    "x - `1`",
    "x / `100`",
    "x // `3`",
    "-x",
    "x.y * `2`",
    "sum(x) * `2`",
    "lower(x)",
    "trim(x.y)",
    "replace(x, 'A', y)",
    "split(x, 'A') | [0]",
    "find_first(x, 'A')",
    "substring(x, `0`, `1`)",
    "pad_left(x, `3`)",
    "matches(x, '^A')",
    "sha256(x)",
    "parse_number(x)",
    "parse_json(x)",
    "parse_date(x, '%Y-%m-%d')",
    "format_date(x, '%Y')",
    "first_present(x, y)",
    "first_present(x, 'A')",
    "let $a = x in $a",
    "let $a = x in $a || y",
    "x[?y == _kafka.topic].y | [0]",
    "_kafka.key",
    "'A'",
    "`1`",
    "`true`",
    "@",
]


def found_in(record: dict[str, Any], target: Target, path: str) -> Any:
    """The value that the path finds, None where it cannot be computed."""
    start = record["products"][0] if target.key.startswith("fields.products.") else record
    try:
        return compile_path(path).get(start)
    except InvalidValueError:
        return None


@pytest.mark.parametrize("target", TARGETS, ids=str)
@settings(max_examples=40)
@given(data=st.data(), path=st.sampled_from(PATHS))
def test_check_says_what_the_mapping_does(target: Target, data: st.DataObject, path: str) -> None:
    types = types_of(target.words)
    x, y = data.draw(types), data.draw(types)
    config = target.route(path)
    versions = [SchemaVersion("v1", parse(json.dumps(schema_of(x, y))))]
    findings = [
        finding
        for finding in check_route("routes[0]", config, versions)
        if finding.key in {f"routes[0].{target.key}", "routes[0].event.path", "routes[0].when"}
    ]
    is_error = any(finding.severity is Severity.ERROR for finding in findings)
    for _ in range(3):
        record = record_of(data.draw(x.values), data.draw(y.values))
        outcome = map_one(config, record)
        if not findings:
            refused = outcome.message if isinstance(outcome, Reject) and target.is_of(outcome) else ""
            assert not refused or refused.partition(": ")[2].startswith(BY_VALUE), refused
        found = found_in(record, target, path)
        if is_error and target.key == "when":
            assert not isinstance(outcome, Send)
        elif is_error and found not in (None, []) and isinstance(outcome, Send):
            # A comparison that is never true is an error, of which `false` is sent.
            assert found is False or not target.is_in(outcome), findings
        assert isinstance(outcome, Send | Reject | Skip)
