"""What the tests of the promises share: an account at the sandbox, rows as a retailer has them, quick retries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import orjson
import pytest
import requests

from consumer.config.route import RouteConfig
from consumer.records import Send
from consumer.sandbox.sandbox import Running
from tests.mapping.support import EMAIL, map_one

DEVICE: Final = "device-7"
PRODUCT: Final = {"product_id": "SKU-1", "name": "Scarf", "price": 19.9, "quantity": 1}
ROWS: Final[dict[str, dict[str, Any]]] = {
    "customer_patch": {"email": EMAIL, "first_name": "Jane", "last_name": "Doe"},
    "identify": {"email": EMAIL, "device_id": DEVICE},
    "optin": {"email": EMAIL},
    "unsubscribe": {"email": EMAIL},
    "viewed_product": {"email": EMAIL, **PRODUCT},
    "search": {"email": EMAIL, "search_term": "scarves"},
    "add_to_cart": {"email": EMAIL, **PRODUCT},
    "remove_from_cart": {"email": EMAIL, **PRODUCT},
    "wishlist": {"email": EMAIL, **PRODUCT},
    "purchase": {"email": EMAIL, "order_id": "O-1", "total": 19.9, **PRODUCT},
}
"""A row of each event type, flat as a warehouse has it."""
COMMERCE: Final = ("viewed_product", "add_to_cart", "remove_from_cart", "wishlist", "purchase")
"""The event types with products."""

embedded = pytest.mark.parametrize("broker", ["embedded"], indirect=True)
"""What is promised here does not depend on the broker; the tests of the pipeline run on both."""


@dataclass(frozen=True)
class Account:
    """An account at Bluecore that takes what the routes make of rows, strictly."""

    running: Running

    def sync(self, config: RouteConfig, *rows: dict[str, Any]) -> list[dict[str, Any]]:
        """Map each row and post what it becomes; the documents, all of which were accepted.

        Raises:
            AssertionError: a row was not sent, or Bluecore would ignore a part of it.
        """
        posted = []
        for row in rows:
            outcome = map_one(config, row)
            assert isinstance(outcome, Send), outcome
            for request in outcome.requests:
                answer = self.post(request.body)
                assert answer.status_code == 202, answer.text
                posted.append(orjson.loads(request.body))
        return posted

    def post(self, body: bytes) -> requests.Response:
        """The answer to one event."""
        return requests.post(
            self.running.api_url, data=body, headers={"Content-Type": "application/json"}, timeout=10
        )

    def profile(self, identifier: str = EMAIL) -> dict[str, Any]:
        """The customer as Bluecore knows it, by e-mail or by a linked id."""
        found = self.running.sandbox.profile(identifier)
        assert found is not None, f"{identifier} is unknown"
        return found
