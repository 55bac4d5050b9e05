"""The command as its users type it, on real topics."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from consumer.avro.registry import RegistryClient
from consumer.cli import main
from tests.support.avro import encode
from tests.support.brokers import Broker, Message
from tests.support.settings import service_settings, write_settings
from tests.support.shop import Shop, usual

pytestmark = pytest.mark.kafka

DAY_MS = 86_400_000


@pytest.fixture
def topic(broker: Broker, shop: Shop) -> str:
    """Ten searches that are sent, two that are refused, of which one is no Avro at all, and one tombstone."""
    name = broker.topic(4)
    good = [shop.event("search", f"customer-{number}@example.com") for number in range(10)]
    bad = [shop.event("search", "no-address"), b"no Avro"]
    broker.produce(name, [Message(b"key", value) for value in (*good, *bad, None)])
    return name


def settings(folder: Path, broker: Broker, shop: Shop, routes: list[dict[str, Any]], **sections: Any) -> Path:
    whole = service_settings(
        broker.bootstrap, routes, bluecore_url="http://127.0.0.1:1", registry_url=shop.registry_url, **sections
    )
    return write_settings(folder, whole)


def command(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["rehearse", *map(str, arguments)])


def lines(result: Result) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    *rows, last = map(json.loads, result.stdout.splitlines())
    return rows, last["summary"]


def test_each_route_and_event_is_a_line_and_the_whole_the_last(
    broker: Broker, shop: Shop, topic: str, tmp_path: Path
) -> None:
    result = command("--config", settings(tmp_path, broker, shop, [{"topic": topic, "event": "search"}]))

    assert result.exit_code == 0, result.output
    (row,), summary = lines(result)
    commonest = {each["message"]: each for each in row.pop("commonest")}
    assert row == {
        "route": 0,
        "topic": topic,
        "event": "search",
        "read": 13,
        "send": 10,
        "skip": 1,
        "requests": 10,
        "reject": {"invalid_field": 1, "undecodable": 1},
        "skip_reasons": {"tombstone": 1},
    }
    assert "email: is no e-mail address (looked for email, customer.email)" in commonest
    assert all(each["place"].startswith(f"{topic}[") for each in commonest.values())
    assert (summary["read"], summary["send"], summary["skip"], summary["reject"]) == (13, 10, 1, 2)


def test_what_is_left_out_of_events_is_counted_by_field(
    broker: Broker, shop: Shop, topic: str, tmp_path: Path
) -> None:
    """It is sent without: no refusal, and worth a look."""
    properties = {"channel": {"path": "search_term", "as": "boolean"}}
    page = tmp_path / "page.html"
    file = settings(tmp_path, broker, shop, [{"topic": topic, "event": "search", "properties": properties}])
    (row,), _ = lines(command("--config", file, "--html", page))
    assert (row["send"], row["omitted"]) == (10, {"channel": 10})
    assert "Sent without what could not be read: channel of 10" in page.read_text()


def test_nothing_is_committed_and_nothing_is_sent(broker: Broker, shop: Shop, topic: str, tmp_path: Path) -> None:
    """Bluecore's address answers nobody; the group has no offset."""
    file = settings(tmp_path, broker, shop, [{"topic": topic, "event": "search"}], kafka={"group_id": broker.group()})
    assert command("--config", file).exit_code == 0
    assert broker.committed("bluecore-consumer", topic) == {}


def test_no_customer_data_is_shown_unless_it_is_asked_for(
    broker: Broker, shop: Shop, topic: str, tmp_path: Path
) -> None:
    file = settings(tmp_path, broker, shop, [{"topic": topic, "event": "search"}])
    assert "no-address" not in command("--config", file).stdout
    assert "no-address" in command("--config", file, "--show-values").stdout


def test_too_much_that_is_refused_fails_a_pipeline(broker: Broker, shop: Shop, topic: str, tmp_path: Path) -> None:
    file = settings(tmp_path, broker, shop, [{"topic": topic, "event": "search"}])
    assert command("--config", file, "--fail-above", "17%").exit_code == 0
    refused = command("--config", file, "--fail-above", "0.16")
    assert refused.exit_code == 1
    assert "16.67% would be refused, more than 16.00%" in refused.stderr
    for unclear in ("much", "1", "2"):
        assert "is no share: give 1%, or 0.01" in command("--config", file, "--fail-above", unclear).stderr


def test_what_a_value_skips_by_name_is_a_row_of_that_name(
    broker: Broker, shop: Shop, topic: str, tmp_path: Path
) -> None:
    chosen = {"path": "search_term", "values": {"unheard of": "search"}, "default": "skip"}
    rows, _ = lines(command("--config", settings(tmp_path, broker, shop, [{"topic": topic, "event": chosen}])))
    (skipped,) = [row for row in rows if "event" in row["skip_reasons"]]
    assert skipped["event"] == "skip"


def test_a_page_that_cannot_be_written_is_told_before_the_run(tmp_path: Path) -> None:
    """No broker is asked, and what a page holds stays until the next is there."""
    whole = service_settings(
        "127.0.0.1:1", [{"topic": "a", "event": "search"}], bluecore_url="http://b", registry_url="http://r"
    )
    page = tmp_path / "nowhere" / "page.html"
    refused = command("--config", write_settings(tmp_path, whole), "--html", page)
    assert refused.exit_code == 1
    assert refused.stderr.strip() == f"{page} cannot be written: No such file or directory"


def test_what_is_old_is_told_apart_from_what_is_broken(broker: Broker, shop: Shop, tmp_path: Path) -> None:
    """And it counts for the pace: it was not old when it was written."""
    topic = broker.topic(1)
    now = int(time.time() * 1000)
    good, bad = shop.event("search", "jane@example.com"), shop.event("search", "no-address")
    broker.produce(topic, [Message(b"k", value, timestamp_ms=now - 2 * DAY_MS) for value in (good, bad)])
    broker.produce(topic, [Message(b"k", good, timestamp_ms=now - 1_000)])
    delivery = {"max_event_age_seconds": 86_400}
    file = settings(tmp_path, broker, shop, [{"topic": topic, "event": "search"}], delivery=delivery)

    (row,), summary = lines(command("--config", file))

    assert row["reject"] == {"too_old": 1, "invalid_field": 1}
    assert row["send"] == 1
    assert summary["requests_per_day"] == pytest.approx(1, abs=0.1)


def test_age_is_that_of_the_event_s_own_time(broker: Broker, shop: Shop, tmp_path: Path) -> None:
    """An order that is old in a record of now, and one that is a day ahead; the limit is the route's."""
    topic = broker.topic(1)
    now = int(time.time())
    for at in (now - 90_000, now - 30, now + 86_400):
        event = shop.encode("search", usual("jane@example.com") | {"search_term": str(at)})
        broker.produce(topic, [Message(b"k", event)])
    timed = {"event_time": {"path": "search_term", "unit": "seconds"}, "max_event_age_seconds": 60}
    file = settings(tmp_path, broker, shop, [{"topic": topic, "event": "search"} | timed])

    (row,), summary = lines(command("--config", file))

    assert (row["send"], row["reject"], summary["from_the_future"]) == (2, {"too_old": 1}, 1)

    del timed["max_event_age_seconds"]
    for limit, sent in (60, 2), (100_000, 3), (0, 3):
        delivery = {"max_event_age_seconds": limit}
        file = settings(tmp_path, broker, shop, [{"topic": topic, "event": "search"} | timed], delivery=delivery)
        (row,), _ = lines(command("--config", file))
        assert row["send"] == sent, "without a limit of its own it is the general one"


def test_a_consent_of_the_future_is_refused_and_the_quota_of_its_api_told(
    broker: Broker, shop: Shop, tmp_path: Path
) -> None:
    name = broker.topic()
    broker.produce(name, [Message(b"key", shop.event("optin", f"c{number}@example.com")) for number in range(4)])
    route = {
        "topic": name,
        "event": "optin",
        "api": "eligibility",
        "fields": {"consented_at": '`"2999-01-01T00:00Z"`'},
    }
    client = {"rest_api": {"client_id": "c", "client_secret": "s"}}
    path = settings(tmp_path, broker, shop, [route, {"topic": name, "event": "optin"}], bluecore=client)

    result = command("--config", path)
    assert result.exit_code == 0, result.output
    (future, present), summary = lines(result)

    assert (future["send"], future["reject"]) == (0, {"invalid_field": 4})
    assert future["commonest"][0]["message"].startswith("consented_at: is in the future, by more than the 5 minutes")
    assert (present["send"], present["reject"]) == (4, {})
    assert summary["rest_apis"]["/eligibility"]["first_load_seconds"] > 0


def test_what_is_paused_is_not_sent_and_what_it_would_be_is_told(
    broker: Broker, shop: Shop, topic: str, tmp_path: Path
) -> None:
    file = settings(tmp_path, broker, shop, [{"topic": topic, "event": "search", "paused": True}])
    result = command("--config", file, "--fail-above", "0")
    assert result.exit_code == 0, "nothing is refused now"
    (row,), summary = lines(result)
    assert (row["read"], row["send"], row["skip"], row["skip_reasons"]) == (13, 0, 13, {"paused": 13})
    assert row["once_resumed"] == {
        "send": 10,
        "skip": 1,
        "requests": 10,
        "reject": {"invalid_field": 1, "undecodable": 1},
        "skip_reasons": {"tombstone": 1},
    }
    assert (summary["send"], summary["skip"], summary["reject"]) == (0, 13, 0)


def test_how_often_a_new_attribute_is_filled_is_told(broker: Broker, shop: Shop, tmp_path: Path) -> None:
    topic = broker.topic(1)
    for term in ("hat", "", "", "cap"):
        event = shop.encode("search", usual("jane@example.com") | {"search_term": term})
        broker.produce(topic, [Message(b"k", event)])
    route = {"topic": topic, "event": "customer_patch", "attributes": {"last_search": "search_term"}}
    _, summary = lines(command("--config", settings(tmp_path, broker, shop, [route])))
    assert summary["new_attributes"] == {"last_search": {"filled": 2, "share": 0.5, "types": ["text"]}}


def test_values_that_look_like_times_are_told(broker: Broker, shop: Shop, tmp_path: Path) -> None:
    """By the first records of the route, which no schema could say."""
    topic = broker.topic(1)
    event = shop.encode("search", usual("jane@example.com") | {"search_term": "1700000000"})
    broker.produce(topic, [Message(b"k", event)] * 2)
    attributes = {"seen": {"path": "search_term", "as": "number"}, "term": "search_term"}
    route = {"topic": topic, "event": "customer_patch", "attributes": attributes}
    _, summary = lines(command("--config", settings(tmp_path, broker, shop, [route])))
    (hint,) = summary["hints"]
    assert (hint["route"], hint["topic"]) == (0, topic)
    assert hint["message"].startswith("attributes.seen: its values may be seconds since 1970: if they are, write")


def test_a_schema_of_another_topic_s_subject_is_told(broker: Broker, shop: Shop, tmp_path: Path) -> None:
    """By the sentence that the service logs."""
    topic = broker.topic(1)
    fields = [{"name": name, "type": "string"} for name in ("email", "search_term")]
    schema = {"type": "record", "name": f"com.shop.Of{topic.replace('-', '')}", "fields": fields}
    with RegistryClient(shop.registry_url) as registry:
        schema_id = registry.register("another-topic-value", json.dumps(schema))
    value = encode(schema_id, schema, {"email": "jane@example.com", "search_term": "hat"})
    broker.produce(topic, [Message(b"k", value)])
    result = command("--config", settings(tmp_path, broker, shop, [{"topic": topic, "event": "search"}]))
    (sentence,) = lines(result)[1]["foreign_schemas"][topic]
    assert f"which is no subject of topic {topic}" in sentence


def test_routes_of_one_topic_are_counted_each_for_itself(
    broker: Broker, shop: Shop, topic: str, tmp_path: Path
) -> None:
    routes = [{"topic": topic, "event": "search"}, {"topic": topic, "event": "looked", "when": "channel == 'STORE'"}]
    rows, _ = lines(command("--config", settings(tmp_path, broker, shop, routes)))
    assert [(row["route"], row["event"], row["send"], row["skip"]) for row in rows] == [
        (0, "search", 10, 1),
        (1, "looked", 0, 12),
    ]


def test_records_that_no_route_takes_have_a_line_of_their_own(
    broker: Broker, shop: Shop, topic: str, tmp_path: Path
) -> None:
    broker.produce(topic, [Message(b"key", shop.event("wishlist", "jane@example.com"))])
    routes = [{"topic": topic, "record": "com.shop.events.Search", "event": "search"}]
    *_, row = lines(command("--config", settings(tmp_path, broker, shop, routes)))[0]
    assert (row["route"], row["event"], row["reject"]) == (None, "", {"unroutable": 1})


def test_each_row_names_its_destination_and_each_destination_its_pace(
    broker: Broker, shop: Shop, tmp_path: Path
) -> None:
    """By a value of the record: two brands, one to skip, and one that nobody knows."""
    topic = broker.topic(1)
    now = int(time.time() * 1000)
    for number, brand in enumerate(["acme"] * 6 + ["zeta", "gone", "unknown"]):
        event = shop.encode("search", usual("jane@example.com") | {"search_term": brand})
        broker.produce(topic, [Message(b"k", event, timestamp_ms=now - 100_000 + 12_500 * number)])
    by_brand = {"path": "search_term", "values": {"acme": "acme", "zeta": "zeta", "gone": "skip"}}
    search: dict[str, Any] = {"topic": topic, "event": "search", "destination": by_brand}
    routes = [search, {"topic": topic, "event": "looked"}]
    destinations = {"acme": {"namespace": "a", "rate_limit_per_second": 0.05}, "zeta": {"namespace": "z"}}
    file = settings(tmp_path, broker, shop, routes, destinations=destinations)

    rows, summary = lines(command("--config", file))

    assert [(row["route"], row["destination"], row["send"], row["skip_reasons"], row["reject"]) for row in rows] == [
        (0, None, 0, {"destination": 1}, {"unroutable": 1}),
        (0, "acme", 6, {}, {}),
        (0, "zeta", 1, {}, {}),
        (1, "", 9, {}, {}),
    ]
    assert "unknown" not in json.dumps(rows), "whose brand it is stays masked"
    paces = summary["destinations"]
    assert {name: (each["requests_per_second"], each["exceeds_rate_limit"]) for name, each in paces.items()} == {
        "": (0.09, False),
        "acme": (0.06, True),
        "zeta": (0.01, False),
    }
    assert paces["acme"]["rate_limit_per_second"] == 0.05


def test_a_topic_that_is_missing_fails_and_the_others_are_shown(
    broker: Broker, shop: Shop, topic: str, tmp_path: Path
) -> None:
    routes = [{"topic": topic, "event": "search"}, {"topic": f"{topic}x", "event": "optin"}]
    result = command("--config", settings(tmp_path, broker, shop, routes))
    assert result.exit_code == 1
    (row,), summary = lines(result)
    assert row["send"] == 10
    assert f"did you mean {topic}?" in summary["problems"][f"{topic}x"]


def test_a_page_is_written_for_those_who_would_rather_look(
    broker: Broker, shop: Shop, topic: str, tmp_path: Path
) -> None:
    file = settings(tmp_path, broker, shop, [{"topic": topic, "event": "search"}])
    page = tmp_path / "report.html"
    assert command("--config", file, "--html", page).exit_code == 0
    assert "What Bluecore would get" in page.read_text()

    refused = command("--config", file, "--html", tmp_path / "nowhere" / "report.html")
    assert refused.exit_code == 1
    assert "report.html cannot be written" in refused.stderr


def test_a_window_is_given_in_one_way(broker: Broker, shop: Shop, topic: str, tmp_path: Path) -> None:
    file = settings(tmp_path, broker, shop, [{"topic": topic, "event": "search"}])
    assert command("--config", file, "--last", "4", "--since", "1h").exit_code == 2
    (row,), _ = lines(command("--config", file, "--last", "4"))
    assert row["read"] == 4
