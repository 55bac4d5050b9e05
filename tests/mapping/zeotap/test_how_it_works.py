"""Zeotap, How It Works: from rows to events, and from events to requests."""

from __future__ import annotations

from collections import Counter

import pytest

from consumer.config.model import Config
from tests.mapping.support import EMAIL, documents, map_one, route
from tests.mapping.zeotap.account import COMMERCE, ROWS, Account, embedded
from tests.mapping.zeotap.promises import shows
from tests.support.configs import SOUND
from tests.support.pipeline import Pipeline


@shows("Zeotap maps each row to a Bluecore customer_patch event")
def test_a_row_is_one_customer_patch() -> None:
    outcome = map_one(route("customer_patch"), ROWS["customer_patch"])
    assert [document["event"] for document in documents(outcome)] == ["customer_patch"]


@shows("Customer attributes are nested under a customer object in the event payload")
def test_attributes_are_the_customers() -> None:
    """And stand nowhere else."""
    (document,) = documents(map_one(route("customer_patch"), ROWS["customer_patch"]))
    assert document["properties"].keys() == {"token", "distinct_id", "customer"}
    assert document["properties"]["customer"] == ROWS["customer_patch"]


@shows("Bluecore creates or updates the customer profile based on the email address")
def test_the_email_tells_which_profile_it_is(account: Account) -> None:
    """Also of rows with an id of their own."""
    account.sync(route("identify"), {"email": EMAIL, "distinct_id": "C-1"})
    account.sync(
        route("customer_patch"),
        {"email": EMAIL, "distinct_id": "C-1", "first_name": "Jane"},
        {"email": "joe@example.com", "first_name": "Joe"},
        {"email": EMAIL, "city": "Boston"},
    )
    assert account.profile()["attributes"] == {"email": EMAIL, "first_name": "Jane", "city": "Boston"}
    assert account.profile("joe@example.com")["attributes"]["first_name"] == "Joe"


@pytest.mark.parametrize("event", COMMERCE)
@shows("Zeotap maps each row to the selected commerce event type")
def test_a_row_is_one_event_of_the_routes_type(event: str) -> None:
    assert [document["event"] for document in documents(map_one(route(event), ROWS[event]))] == [event]


@pytest.mark.parametrize("event", COMMERCE)
@shows("Product fields (product_id, price, quantity, name) are nested under a products array")
def test_product_fields_of_a_flat_row(event: str) -> None:
    """The id under the name that Bluecore's own examples have."""
    (document,) = documents(map_one(route(event), ROWS[event]))
    properties = document["properties"]
    assert properties["products"] == [{"id": "SKU-1", "name": "Scarf", "price": 19.9, "quantity": 1}]
    assert not properties.keys() & {"product_id", "price", "quantity", "name"}


@shows("Purchase events include order_id and total at the properties level")
def test_order_id_and_total_of_a_purchase() -> None:
    (document,) = documents(map_one(route("purchase"), ROWS["purchase"]))
    assert (document["properties"]["order_id"], document["properties"]["total"]) == ("O-1", 19.9)


@embedded
@shows(
    "Each event is sent individually to the Bluecore Events API (POST https://api.bluecore.app/api/track/mobile/v1)",
    "Each event is sent individually to the Bluecore Events API",
)
def test_one_request_an_event(pipeline: Pipeline) -> None:
    """The service as it runs: profiles and purchases, each a POST of its own to the path of the Events API."""
    assert Config.model_validate(SOUND).endpoints[""].url == "https://api.bluecore.app/api/track/mobile/v1"
    assert pipeline.bluecore_url.endswith("/api/track/mobile/v1")
    topics = {event: pipeline.broker.topic() for event in ("customer_patch", "purchase")}
    emails = [f"customer-{number}@example.com" for number in range(5)]
    routes = [{"topic": topic, "event": event} for event, topic in topics.items()]
    with pipeline.service(routes) as service:
        service.wait_ready()
        for event, topic in topics.items():
            pipeline.produce(topic, event, emails)
        pipeline.accepted(2 * len(emails))
    arrived = pipeline.sandbox.events()
    assert Counter((each.event, each.distinct_id) for each in arrived) == Counter(
        (event, email) for event in topics for email in emails
    )
    assert all(each.document.keys() == {"event", "properties"} for each in arrived)
