"""The command as its users type it: real topics, and a Bluecore whose states are known."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from starlette.responses import JSONResponse, Response

from consumer.cli import main
from consumer.sandbox.serve import serve
from consumer.telemetry.masking import customer_hash
from tests.support.brokers import Broker, Message
from tests.support.rest_api import RestApi, rest_api_section, status
from tests.support.settings import service_settings, write_settings
from tests.support.shop import Shop

pytestmark = pytest.mark.kafka

HOUR_MS = 3_600_000
NAMESPACE = "test-namespace"
CHOICE = {"path": "channel", "values": {"WEB": "optin", "APP": "unsubscribe"}}


@dataclass
class Stage:
    """A topic of consents of a group, and a Bluecore beside it."""

    broker: Broker
    shop: Shop
    api: RestApi
    url: str
    folder: Path
    topic: str
    group: str

    def say(self, *words: tuple[str, str], ago_ms: int = HOUR_MS) -> None:
        """Writes these: `optin` or `unsubscribe`, and whose."""
        at_ms = int(time.time() * 1000) - ago_ms
        messages = [Message(who.encode(), self.shop.event(event, who), timestamp_ms=at_ms) for event, who in words]
        self.broker.produce(self.topic, messages)

    def settle(self) -> None:
        """Commits all that is there, as a service does once it is delivered."""
        self.broker.commit(self.group, self.topic, self.broker.ends(self.topic))

    def file(self, routes: Sequence[Mapping[str, Any]] | None = None, **sections: Any) -> Path:
        section = rest_api_section(self.url)
        rest_api = section.model_dump(exclude={"client_secret"}) | {
            "client_secret": section.client_secret.get_secret_value()
        }
        settings = service_settings(
            self.broker.bootstrap,
            routes or [{"topic": self.topic, "event": event, "record": record} for event, record in RECORDS.items()],
            bluecore_url="http://127.0.0.1:1",
            registry_url=self.shop.registry_url,
            namespace=NAMESPACE,
            **{
                "kafka": {"group_id": self.group},
                "dead_letters": {
                    "retry_topic": f"{self.group}.retry",
                    "dead_letter_topic": f"{self.group}.dead-letter",
                },
                "bluecore": {"rest_api": rest_api},
                **sections,
            },
        )
        return write_settings(self.folder, settings)

    def there(self, states: Mapping[str, str]) -> None:
        """What Bluecore has."""
        self.api.states[NAMESPACE] |= states


RECORDS = {"optin": "com.shop.events.OptIn", "unsubscribe": "com.shop.events.Unsubscribe"}


@pytest.fixture
def stage(broker: Broker, shop: Shop, tmp_path: Path) -> Iterator[Stage]:
    api = RestApi()
    with serve(api) as url:
        yield Stage(broker, shop, api, url, tmp_path, broker.topic(4), broker.group())


def command(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["reconcile", *map(str, arguments)])


def lines(result: Result) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    assert result.stdout, result.output
    *rows, last = map(json.loads, result.stdout.splitlines())
    return rows, last["summary"]


def test_the_last_word_of_each_customer_counts_and_both_ways_are_found(stage: Stage) -> None:
    stage.say(("optin", "fits@shop.com"), ("optin", "left@shop.com"), ("unsubscribe", "back@shop.com"))
    stage.say(("unsubscribe", "left@shop.com"), ("optin", "back@shop.com"), ("unsubscribe", "gone@shop.com"))
    stage.settle()
    stage.there({"fits@shop.com": "SUBSCRIBED", "left@shop.com": "SUBSCRIBED", "back@shop.com": "UNSUBSCRIBED"})

    result = command("--config", stage.file())

    assert result.exit_code == 1, result.output
    rows, summary = lines(result)
    assert [(row["kind"], row["customer"], row["here"], row["there"]) for row in rows] == [
        ("still_subscribed", customer_hash("left@shop.com", NAMESPACE), "unsubscribed", "subscribed"),
        ("not_subscribed", customer_hash("back@shop.com", NAMESPACE), "subscribed", "unsubscribed"),
        ("not_known", customer_hash("gone@shop.com", NAMESPACE), "unsubscribed", "not_known"),
    ]
    assert summary == {
        "checked": 4,
        "differences": 3,
        "by_kind": {"still_subscribed": 1, "not_subscribed": 1, "not_known": 1},
        "on_their_way": 0,
        "unreadable": 0,
        "not_asked": 0,
        "unmapped": 0,
    }
    assert len(stage.api.reads) == 4
    assert "@shop.com" not in result.output


def test_a_difference_says_where_the_word_stands_and_what_is_there(stage: Stage) -> None:
    stage.say(("unsubscribe", "Jane@Shop.com"))
    stage.settle()
    stage.there({"jane@shop.com": "SUBSCRIBED"})
    (row,), _ = lines(command("--config", stage.file(), "--show-values"))
    assert row["topic"] == stage.topic
    assert row.pop("partition") in range(4)
    assert (row["customer"], row["destination"], row["channel"]) == ("jane@shop.com", "bluecore", "email")
    assert (row["offset"], row["bluecore_id"], row["repairable"]) == (0, "id-1", True)


def test_where_nothing_differs_it_ends_well(stage: Stage) -> None:
    stage.say(("optin", "a@shop.com"), ("unsubscribe", "b@shop.com"))
    stage.settle()
    stage.there({"a@shop.com": "SUBSCRIBED", "b@shop.com": "UNSUBSCRIBED"})
    result = command("--config", stage.file())
    rows, summary = lines(result)
    assert (result.exit_code, rows, summary["checked"], summary["differences"]) == (0, [], 2, 0)


@pytest.mark.parametrize("answer", [None, JSONResponse({"data": {"subscription": {"states": []}}})])
def test_a_withdrawal_of_which_bluecore_has_nothing_is_a_difference(stage: Stage, answer: Response | None) -> None:
    """Nothing shows that it has arrived, and an upload of the customer would subscribe: it can be sent again."""
    stage.say(("unsubscribe", "lost@shop.com"))
    stage.settle()
    stage.api.instead = answer
    result = command("--config", stage.file())
    (row,), summary = lines(result)
    assert (result.exit_code, summary["by_kind"]["not_known"], summary["differences"]) == (1, 1, 1)
    assert (row["kind"], row["there"], row["repairable"]) == ("not_known", "not_known", True)


def test_what_the_group_has_not_delivered_is_no_difference(stage: Stage) -> None:
    """A customer whose last word is on its way is not asked about."""
    stage.say(("optin", "a@shop.com"))
    stage.settle()
    stage.say(("unsubscribe", "a@shop.com"), ("unsubscribe", "b@shop.com"))
    stage.there({"a@shop.com": "SUBSCRIBED", "b@shop.com": "SUBSCRIBED"})
    result = command("--config", stage.file())
    rows, summary = lines(result)
    assert (result.exit_code, rows, summary["checked"], summary["on_their_way"]) == (0, [], 0, 2)
    assert stage.api.reads == []


def test_what_waits_in_the_retry_topic_is_on_its_way(stage: Stage) -> None:
    stage.say(("unsubscribe", "a@shop.com"))
    stage.settle()
    stage.there({"a@shop.com": "SUBSCRIBED"})
    (record,) = stage.broker.read(stage.topic)
    headers = (
        ("__connect.errors.topic", stage.topic.encode()),
        ("__connect.errors.partition", str(record.partition.number).encode()),
        ("__connect.errors.offset", b"0"),
    )
    retry = f"{stage.group}.retry"
    stage.broker.create(retry, 4)
    stage.broker.produce(retry, [Message(record.key, record.value, headers)])
    _, summary = lines(command("--config", stage.file()))
    assert (summary["on_their_way"], summary["differences"]) == (1, 0)
    stage.broker.commit(stage.group, retry, stage.broker.ends(retry))
    _, summary = lines(command("--config", stage.file()))
    assert (summary["on_their_way"], summary["differences"]) == (0, 1)


def test_what_was_delivered_just_now_may_wait_within_bluecore(stage: Stage) -> None:
    """The Events API answers before anything is stored: for a quarter of an hour an older state is no difference."""
    stage.say(("unsubscribe", "a@shop.com"), ago_ms=60_000)
    stage.settle()
    stage.there({"a@shop.com": "SUBSCRIBED"})
    _, summary = lines(command("--config", stage.file()))
    assert (summary["on_their_way"], summary["differences"]) == (1, 0)


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_older_words_are_left_out_and_a_sample_is_so_many(stage: Stage) -> None:
    stage.say(("unsubscribe", "old@shop.com"), ago_ms=5 * HOUR_MS)
    stage.say(*(("unsubscribe", f"{number}@shop.com") for number in range(20)))
    stage.settle()
    stage.there({"old@shop.com": "SUBSCRIBED"} | {f"{number}@shop.com": "UNSUBSCRIBED" for number in range(20)})
    assert lines(command("--config", stage.file(), "--since", "2h"))[1]["checked"] == 20
    assert lines(command("--config", stage.file(), "--sample", 5, "--since", "2h"))[1]["checked"] == 5
    assert lines(command("--config", stage.file()))[1]["differences"] == 1


def test_each_destination_is_asked_for_its_own_and_one_without_the_api_is_named(stage: Stage) -> None:
    stage.say(("unsubscribe", "a@shop.com"))
    stage.settle()
    stage.there({"a@shop.com": "SUBSCRIBED"})
    stage.api.states["outlet"]["a@shop.com"] = "UNSUBSCRIBED"
    section = rest_api_section(stage.url)
    of_outlet = {
        "namespace": "outlet",
        "rest_api": section.model_dump(exclude={"client_secret"})
        | {"client_secret": section.client_secret.get_secret_value()},
    }
    routes = [{"topic": stage.topic, "event": "unsubscribe"}] + [
        {"topic": stage.topic, "event": "unsubscribe", "destination": name} for name in ("outlet", "plain")
    ]
    destinations = {"outlet": of_outlet, "plain": {"namespace": "plain"}}
    base = {"bluecore": {"rest_api": None}}
    result = command("--config", stage.file(routes, destinations=destinations, **base))
    rows, summary = lines(result)
    assert (rows, summary["checked"]) == ([], 1)
    assert "bluecore.rest_api is not set: its consents are not compared" in result.stderr
    assert "destinations.plain.rest_api is not set: its consents are not compared" in result.stderr
    assert stage.api.reads == [("outlet", "a@shop.com")]


@pytest.mark.parametrize(
    ("token", "answer", "says"),
    [
        (Response("no", 503), None, "no access token for Bluecore's REST APIs"),
        (None, status(403, 7, "no"), "was not asked about 1 customer: Bluecore's eligibility API"),
        (
            None,
            JSONResponse({"moved": True}),
            "1 consent could not be compared, such as: Bluecore's eligibility API",
        ),
    ],
)
def test_what_cannot_be_compared_is_said_and_is_no_success(
    stage: Stage, token: Response | None, answer: Response | None, says: str
) -> None:
    stage.say(("unsubscribe", "a@shop.com"))
    stage.settle()
    stage.api.instead_of_token, stage.api.instead = token, answer
    result = command("--config", stage.file())
    assert result.exit_code == 1
    assert says in result.stderr


def test_a_consent_of_the_future_is_a_dead_letter_and_no_difference(stage: Stage) -> None:
    """It would be refused again: nobody need be asked, and its reason is said."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    values = stage.shop.event("unsubscribe", "a@shop.com", occurred_at=tomorrow)
    stage.broker.produce(stage.topic, [Message(b"a", values)])
    stage.settle()
    route = {"topic": stage.topic, "event": "unsubscribe", "api": "eligibility", "max_event_age_seconds": 60}
    result = command("--config", stage.file([{**route, "fields": {"consented_at": "occurred_at"}}]))
    rows, summary = lines(result)
    assert (rows, summary["checked"], summary["unmapped"], stage.api.reads) == ([], 0, 1, [])
    assert "1 record cannot be made a consent, such as: invalid_field: " in result.stderr
    assert "is in the future" in result.stderr


def test_a_limit_of_its_route_leaves_no_word_out(stage: Stage) -> None:
    """By now it may be older than the service would send it, which does not unsay it."""
    stage.say(("unsubscribe", "a@shop.com"))
    stage.settle()
    route = {"topic": stage.topic, "event": "unsubscribe", "max_event_age_seconds": 60}
    assert lines(command("--config", stage.file([route])))[1]["differences"] == 1


def test_a_time_in_the_future_is_refused(stage: Stage) -> None:
    result = command("--config", stage.file(), "--since", "2999-01-01")
    assert result.exit_code == 2
    assert "'2999-01-01' is in the future: nothing was written since then" in result.stderr


def test_a_topic_that_is_not_there_is_no_success(stage: Stage) -> None:
    stage.say(("optin", "a@shop.com"))
    stage.settle()
    stage.there({"a@shop.com": "SUBSCRIBED"})
    routes = [{"topic": name, "event": "optin"} for name in (stage.topic, f"{stage.topic}x")]
    result = command("--config", stage.file(routes))
    assert (result.exit_code, lines(result)[1]["checked"]) == (1, 1)
    assert f"{stage.topic}x: {stage.broker.bootstrap} has no such topic" in result.stderr


def test_a_key_that_may_not_read_is_refused_before_anything_is_read(stage: Stage) -> None:
    stage.api.scope = "eligibility:write"
    result = command("--config", stage.file())
    assert result.exit_code == 1
    assert "bluecore: the key of bluecore.rest_api does not allow eligibility:read: add it in" in result.stderr


@pytest.mark.parametrize(
    ("routes", "sections", "arguments", "says"),
    [
        ([{"event": "search"}], {}, (), "no route makes optin, unsubscribe or signup"),
        (None, {"bluecore": {"rest_api": None}}, (), "bluecore.rest_api is not set: consents are read back by"),
        (None, {"dead_letters": {"delays_seconds": []}}, ("--repair",), "dead_letters.delays_seconds is empty"),
        (None, {}, ("--repair",), "nobody can be asked here"),
    ],
)
def test_what_cannot_be_done_is_refused(
    stage: Stage,
    routes: list[dict[str, Any]] | None,
    sections: dict[str, Any],
    arguments: tuple[str, ...],
    says: str,
) -> None:
    routes = None if routes is None else [{"topic": stage.topic, **route} for route in routes]
    result = command("--config", stage.file(routes, **sections), *arguments)
    assert result.exit_code == 2
    assert says in result.stderr
