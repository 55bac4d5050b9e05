"""The examples are whole configurations: `check` accepts each, and their records become what is meant."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.docs.shell import Shell, installed, run
from tests.support.pages import ROOT, page

README = page("examples/README.md")
SCRIPT = README.blocks[0].text
SCHEMAS = {
    "first-event": "schemas",
    "shop": "examples/shop",
    "secure-cluster": "schemas",
    "segment": "examples/segment",
    "group": "examples/group",
    "consent": "examples/consent",
}
SERVICES = sorted((ROOT / "examples" / "services").glob("*.yaml"))
VARIABLES = re.compile(r"\$\{(\w+)\}")
JANE = "jane@example.com"


def test_every_example_has_its_schemas() -> None:
    assert {file.stem for file in (ROOT / "examples").glob("*.yaml")} == set(SCHEMAS)


def test_the_commands_of_the_page_work() -> None:
    """In the repository's folder, with nothing in the environment but what they set."""
    done = run(SCRIPT, ROOT, installed())
    assert done.returncode == 0, done.stderr
    assert all(f"examples/{name}.yaml --schemas {folder}\n" in SCRIPT for name, folder in SCHEMAS.items())


@pytest.mark.parametrize("file", SERVICES, ids=lambda file: file.stem)
def test_check_accepts_the_file_of_each_service(shell: Shell, file: Path) -> None:
    """Its certificates are elsewhere, and nothing is asked."""
    shell.environment |= dict.fromkeys(VARIABLES.findall(file.read_text()), "-")
    output = shell.run(f"bluecore-consumer check --config {file} --schemas {ROOT}/schemas --offline")
    summary = json.loads(output.splitlines()[-1])
    assert summary["summary"] == "the configuration and its mapping are right"
    assert (summary["checked"], summary["error"], summary["warning"]) == (2, 0, 0)


def test_each_service_of_getting_started_has_its_file() -> None:
    """And none has a file that the table does not name."""
    linked = re.findall(r"\(\.\./examples/services/([\w-]+)\.yaml\)", page("docs/getting-started.md").text)
    assert sorted(linked) == sorted(file.stem for file in SERVICES)


@pytest.mark.parametrize("name", sorted(set(SCHEMAS) - {"segment"}))
def test_check_finds_nothing_to_warn_of(shell: Shell, name: str) -> None:
    """Each route is checked against schemas, and no record would be refused for its type."""
    output = shell.run(
        f"cd {ROOT} && bluecore-consumer check --config examples/{name}.yaml --schemas {SCHEMAS[name]}"
    )
    summary = json.loads(output.splitlines()[-1])
    assert summary["summary"] == "the configuration and its mapping are right"
    assert (summary["checked"], summary["error"], summary["warning"]) == (summary["routes"], 0, 0)


def test_check_warns_of_what_an_event_of_segment_may_lack(shell: Shell) -> None:
    """One record type is for all events: what a purchase needs may be null, and nothing else is found."""
    output = shell.run(
        f"cd {ROOT} && bluecore-consumer check --config examples/segment.yaml --schemas examples/segment"
    )
    *findings, summary = map(json.loads, output.splitlines())
    assert (summary["checked"], summary["error"]) == (2, 0)
    warned = {each["key"] for each in findings if each["severity"] == "warning"}
    assert warned == {
        f"routes[0].fields.{name}" for name in ("email", "order_id", "total", "search_term", "products.id")
    }
    assert all(
        each["message"]
        == f"may{' all' if ', ' in each['path'] else ''} be null: such a record is refused as missing_field"
        for each in findings
        if each["severity"] == "warning"
    )


def test_the_events_of_segment_are_bluecores(shell: Shell) -> None:
    lines = preview(shell, "segment", "web.track", "examples/segment/web.track.json").splitlines()
    outcomes = [json.loads(line) for line in lines]
    assert [each["outcome"] for each in outcomes] == ["send", "send", "send", "send", "skip"]
    made = [[request["event"] for request in each.get("requests", ())] for each in outcomes]
    assert made[0] == ["identify", "identify", "purchase"]
    assert made[1:] == [["add_to_cart"], ["viewed_product"], ["search"], []]
    (patch,) = previewed(shell, "segment", "web.identify", "examples/segment/web.identify.json")
    assert (patch["event"], patch["properties"]["customer"]["city"]) == ("customer_patch", "Boston")


def test_the_first_event_is_sent(shell: Shell) -> None:
    (request,) = previewed(shell, "first-event", "shop.cart", "examples/first-event.json")
    assert (request["event"], request["properties"]["distinct_id"]) == ("add_to_cart", JANE)


@pytest.mark.parametrize(
    ("topic", "events"),
    [
        ("crm.customers", ["customer_patch"]),
        ("crm.consents", ["unsubscribe"]),
        ("web.baskets", ["add_to_cart", "add_to_cart"]),
        ("erp.orders", ["purchase"]),
    ],
)
def test_the_shops_records_become_events(shell: Shell, topic: str, events: list[str]) -> None:
    requests = previewed(shell, "shop", topic, f"examples/shop/{topic}.json")
    assert [request["event"] for request in requests] == events
    assert {request["properties"]["distinct_id"] for request in requests} == {JANE}


def test_who_joins_by_text_message_is_asked_to_confirm_and_linked(shell: Shell) -> None:
    record = "examples/consent/crm.sms-consents.json"
    signup, identify = previewed(shell, "consent", "crm.sms-consents", record)
    assert (signup["event"], signup["api"], signup["body"]["id"]) == (
        "signup",
        "eligibility",
        {"phone_number": "+15556667777"},
    )
    assert identify["body"] == {"id": {"email": JANE}, "link_ids": [{"phone_number": "+15556667777"}]}


def test_a_profile_is_mapped_in_full(shell: Shell) -> None:
    """Every field and attribute of the route arrives, and nothing that is not mapped."""
    (request,) = previewed(shell, "shop", "crm.customers", "examples/shop/crm.customers.json")
    assert request["properties"]["customer"] == {
        "email": JANE,
        "first_name": "Jane",
        "last_name": "Doe",
        "phone": "+12125550142",
        "zip": "10001",
        "birthday": "1985-05-20",
        "loyalty_tier": "gold",
        "loyalty_points": 1250,
        "newsletter_topics": "shoes,sale",
        "vip": True,
    }


def test_an_order_is_a_purchase_when_it_is_paid(shell: Shell) -> None:
    """Two lines of one article are one product; a cancelled order is another event; an open one is skipped."""
    (purchase,) = previewed(shell, "shop", "erp.orders", "examples/shop/erp.orders.json")
    assert [each["quantity"] for each in purchase["properties"]["products"]] == [2, 1]
    paid = (ROOT / "examples/shop/erp.orders.json").read_text()
    order = shell.folder / "order.json"

    order.write_text(paid.replace("PAID", "CANCELLED"))
    (cancelled,) = previewed(shell, "shop", "erp.orders", str(order))
    assert cancelled["event"] == "order_cancelled"
    order.write_text(paid.replace("PAID", "OPEN"))
    assert json.loads(preview(shell, "shop", "erp.orders", str(order)))["outcome"] == "skip"


def test_a_receipt_is_a_purchase(shell: Shell) -> None:
    (purchase,) = previewed(shell, "secure-cluster", "pos.receipts", "examples/secure-cluster/pos.receipts.json")
    assert purchase["properties"]["customer"] == {"email": JANE, "last_store": "Kadikoy"}


def preview(shell: Shell, name: str, topic: str, file: str) -> str:
    return shell.run(f"cd {ROOT} && bluecore-consumer preview --config examples/{name}.yaml --topic {topic} {file}")


def previewed(shell: Shell, name: str, topic: str, file: str) -> list[Any]:
    """The requests of the one record in the file."""
    line = json.loads(preview(shell, name, topic, file))
    assert line["outcome"] == "send", line
    requests: list[Any] = line["requests"]
    return requests
