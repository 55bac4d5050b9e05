"""A field that is encrypted and cannot be decrypted refuses whoever reads it, by that reason, and nobody else."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from consumer.avro.errors import KeyPending
from consumer.avro.unreadable import Unreadable
from consumer.mapping.router import compile_routes
from consumer.mapping.translate import Translator
from consumer.records import Reason, Reject, Send, Stage
from tests.mapping.support import NOW_MS, TOKEN, route
from tests.mapping.test_translate import Answering, record

HIDDEN = Unreadable("is encrypted (com.shop.Customer.mail), and its key cannot be had", encrypted=True)
WAITING = Unreadable("is encrypted, and its key is being fetched", encrypted=True, pending="shop-key")
MAIL = {"email": "mail"}
READING: dict[str, tuple[str, dict[str, Any]]] = {
    "a field": ("customer_patch", {"fields": {"email": "it"}}),
    "a default attribute by its own name": ("customer_patch", {"fields": MAIL | {"first_name": "it"}}),
    "an attribute": ("customer_patch", {"fields": MAIL, "attributes": {"tier": "it"}}),
    "an attribute that is converted": (
        "customer_patch",
        {"fields": MAIL, "attributes": {"tier": {"path": "it", "as": "string"}}},
    ),
    "an expression": ("customer_patch", {"fields": MAIL, "attributes": {"tier": "join('-', [it, mail])"}}),
    "a condition": ("customer_patch", {"fields": MAIL, "when": "it == 'a'"}),
    "the event's choice": ({"path": "it", "values": {"a": "optin"}}, {"fields": MAIL}),  # type: ignore[dict-item]
    "a product's id": ("wishlist", {"fields": MAIL | {"products": "lines", "products.id": "it"}}),
    "a product's field": (
        "wishlist",
        {"fields": MAIL | {"products": "lines", "products.id": "id", "products.x": "it"}},
    ),
}


def outcome(value: Any, event: Any, settings: dict[str, Any]) -> Any:
    record_value = {"mail": "jane@example.com", "it": value, "lines": [{"id": "SKU-1", "it": value}]}
    router = compile_routes([route(event, **settings)], token=TOKEN)
    return Translator(router, lambda _topic: Answering(lambda: record_value)).translate(record(), NOW_MS)


@pytest.mark.parametrize("name", READING)
def test_who_reads_it_is_refused_by_that_reason(name: str) -> None:
    found = outcome(HIDDEN, *READING[name])
    assert isinstance(found, Reject)
    assert (found.reason, found.stage) == (Reason.ENCRYPTED, Stage.MAP)
    assert "is encrypted (com.shop.Customer.mail), and its key cannot be had" in found.message
    assert found.field


@pytest.mark.parametrize("name", READING)
def test_who_reads_it_waits_while_its_key_is_fetched(name: str) -> None:
    with pytest.raises(KeyPending, match="the key shop-key is being fetched"):
        outcome(WAITING, *READING[name])


@pytest.mark.parametrize("value", [HIDDEN, WAITING])
def test_who_does_not_read_it_goes_on(value: Unreadable) -> None:
    found = outcome(value, "customer_patch", {"fields": MAIL})
    assert isinstance(found, Send)


def test_what_a_product_only_takes_along_is_left_out() -> None:
    found = outcome(HIDDEN, "wishlist", {"fields": MAIL | {"products": "lines"}})
    assert isinstance(found, Send)
    (request,) = found.requests
    assert orjson.loads(request.body)["properties"]["products"] == [{"id": "SKU-1"}]
