"""What decoding and mapping cost on one core: `python -m tests.mapping.bench_mapping`."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from itertools import cycle
from time import process_time
from typing import Any

from fastavro import schemaless_writer

from consumer.avro.files import load_file, schemas_folder
from consumer.avro.formats import SchemaSources, wire_format
from consumer.config.route import RouteConfig
from consumer.mapping.emails import email, normalised_email
from consumer.mapping.errors import InvalidValueError
from consumer.mapping.paths import compile_path
from consumer.mapping.router import compile_routes
from consumer.mapping.shared import Shared
from consumer.mapping.translate import Translator
from consumer.records import Partition, Record, Send
from tests.mapping.wide import wide

RECORDS = 20_000
NOW_MS = 1_800_000_000_000
CUSTOMER = {"email": "jane@example.com", "first_name": "Jane", "last_name": "Doe", "city": "Boston"}
ORDER: dict[str, Any] = {
    "event_id": "00000000-0000-0000-0000-000000000001",
    "occurred_at": datetime(2026, 1, 31, tzinfo=UTC),
    "channel": "WEB",
    "customer": CUSTOMER,
    "order_id": "O-1",
    "total": Decimal("59.70"),
    "currency": "USD",
    "products": [{"product_id": f"p{n}", "price": Decimal("19.90"), "quantity": 1} for n in range(3)],
    "tags": {},
}
ROUTES: dict[str, dict[str, Any]] = {
    "Bluecore's own names": {},
    "mapped fields": {
        "fields": {
            "email": "customer.email",
            "products": "products",
            "products.id": "product_id",
            "order_id": "order_id",
        },
        "attributes": {"channel": "channel"},
    },
    "with a condition": {"when": "channel == 'WEB'"},
}

FUNCTIONS = {
    "lower": "lower(text)",
    "upper": "upper(text)",
    "trim": "trim(text)",
    "trim_left": "trim_left(text)",
    "trim_right": "trim_right(text)",
    "replace": "replace(text, ' ', '')",
    "split": "split(text, ' ')",
    "find_first": "find_first(text, '@')",
    "find_last": "find_last(text, '@')",
    "pad_left": "pad_left(text, `24`, '0')",
    "pad_right": "pad_right(text, `24`, '0')",
    "substring": "substring(text, `4`)",
    "matches": "matches(text, '^[A-Z]+ [0-9]')",
    "sha256": "sha256(text)",
    "parse_json": "parse_json(json)",
    "parse_number": "parse_number(amount, `true`)",
    "parse_date": "parse_date(date, '%d-%m-%Y')",
    "format_date": "format_date(time, '%d-%m-%Y')",
    "first_present": "first_present(empty, text)",
    "lookup": "lookup('stores', number)",
    "a + b": "number + decimal",
    "a / b": "number / `100`",
    "let": "let $x = text in $x",
    "JMESPath's length": "length(text)",
    "a path": "text",
}
"""An expression for each function, and others beside them to compare with."""
VALUES: dict[str, Any] = {
    "text": "SKU 2040 jane@example.com",
    "json": '{"user": {"email": "jane@example.com"}, "total": 12.50}',
    "amount": "1.234,50",
    "date": "31-12-2025",
    "time": "2025-12-31T10:00:00Z",
    "empty": "",
    "number": 90240,
    "decimal": Decimal("59.70"),
}
EMAILS = {
    "usual": "jane.doe@example.com",
    "not ASCII": "jane@b\u00fccher.example",
    "with a display name": '"Doe, Jane" <Jane@Example.com>',
}


def microseconds(call: Callable[[], object], records: int = RECORDS) -> float:
    """CPU time of one call, the best of three rounds."""
    rounds: list[float] = []
    for _ in range(3):
        begun = process_time()
        for _ in range(records):
            call()
        rounds.append((process_time() - begun) / records * 1e6)
    return min(rounds)


def _others(address: str) -> Iterator[str]:
    """So many of its kind that none is remembered from the last time."""
    return cycle(
        [address.replace("jane", f"jane{number}").replace("Jane@", f"Jane{number}@") for number in range(9_000)]
    )


def _read(call: Callable[[str], str | None], addresses: Iterator[str]) -> object:
    try:
        return call(next(addresses))
    except InvalidValueError as rule:
        return rule


def main() -> None:
    schema = load_file(schemas_folder() / "purchase.avsc")
    decoder = wire_format("raw", SchemaSources(local=(schema,)))
    out = io.BytesIO()
    schemaless_writer(out, schema.parsed, ORDER)
    record = Record(Partition("orders", 0), 0, b"key", out.getvalue(), NOW_MS)
    decoded = decoder.decode(out.getvalue())
    decoding = microseconds(lambda: decoder.decode(out.getvalue()))
    sys.stdout.write("a purchase of three products, one core      decode     map   records/s\n")
    for name, keys in ROUTES.items():
        config = RouteConfig.model_validate({"topic": "orders", "event": "purchase"} | keys)
        router = compile_routes([config], token="namespace")
        translator = Translator(router, lambda _topic: decoder)
        assert isinstance(translator.translate(record, NOW_MS), Send)
        mapping = microseconds(lambda: router.map("orders", decoded.name, decoded.value, NOW_MS, NOW_MS))  # noqa: B023 - called in this round
        whole = microseconds(lambda: translator.translate(record, NOW_MS))  # noqa: B023 - called in this round
        sys.stdout.write(f"{name:40} {decoding:6.1f} µs {mapping:5.1f} µs {1e6 / whole:9,.0f}\n")
    shared = Shared(tables={"stores": {"90240": "Utrecht"}})
    sys.stdout.write("one function on one record\n")
    for name, expression in FUNCTIONS.items():
        cost = microseconds(partial(compile_path(expression, shared).get, VALUES), RECORDS // 4)
        sys.stdout.write(f"  {name:20} {cost:5.1f} µs   {expression}\n")
    sys.stdout.write("an e-mail as it is, and normalised\n")
    for name, address in EMAILS.items():
        each = _others(address)
        taken, clean = (microseconds(partial(_read, call, each), RECORDS // 4) for call in (email, normalised_email))
        sys.stdout.write(f"  {name:20} {taken:5.1f} µs {clean:5.1f} µs\n")
    data, narrow, of_all = wide()
    row = Record(Partition("shop.events", 0), 0, b"key", data, NOW_MS)
    spared, read = (microseconds(partial(each.translate, row, NOW_MS)) for each in (narrow, of_all))
    sys.stdout.write(
        f"80 fields of which 8 are read: {spared:.1f} µs; all of them: {read:.1f} µs; {read / spared:.1f}\n"
    )


if __name__ == "__main__":
    main()
