"""What is told of destinations that are away, and of routes that are held."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from consumer.config.model import Config
from consumer.delivery.engine import Engine
from consumer.delivery.policy import DeliveryPolicy
from consumer.records import Answer, EventRequest, Mapped, NoAnswer, Reason, Reject, Send, Stage
from tests.pipeline.desk import HOME, NOW, Desk, record, send
from tests.support.configs import SOUND


def test_an_outage_of_bluecore_is_one_line_when_it_begins_and_one_when_it_ends(desk: Desk) -> None:
    desk.engine.partitions.assign(HOME, None, "")
    desk.engine.take(record(), send("purchase"), NOW)
    ((ticket, _),) = desk.engine.decide(NOW).sends
    with capture_logs() as logs:
        desk.engine.answered(ticket, Answer(401), NOW)
        desk.reporter.state(NOW, joined=True)
        desk.reporter.state(NOW + 1, joined=True)
        assert desk.value("circuit_open") == 1
        ((ticket, _),) = desk.engine.decide(NOW + 100).sends
        desk.engine.answered(ticket, Answer(202), NOW + 100)
        desk.reporter.state(NOW + 100, joined=True)
    assert desk.value("circuit_open") == 0
    assert [line["log_level"] for line in logs] == ["error", "info"]
    assert "paused" in logs[0]["event"]


@pytest.mark.parametrize(
    ("mapped", "records", "why"),
    [
        (
            Reject(Reason.MISSING_FIELD, Stage.MAP, "email: missing", "email", "optin"),
            "not to be mapped",
            "email: missing",
        ),
        (send("optin"), "refused by Bluecore", "HTTP 422"),
    ],
)
def test_why_a_route_is_held_is_told_though_no_dead_letter_shows_it(
    desk: Desk, mapped: Mapped, records: str, why: str
) -> None:
    """All of a flood may have been read before the first of it could be written."""
    engine = desk.engine
    engine.partitions.assign(HOME, None, "")
    with capture_logs() as logs:
        for number in range(300):
            engine.take(record(number), mapped, NOW)
        while (decided := engine.decide(NOW)).sends or decided.writes:
            for ticket, _ in decided.sends:
                engine.answered(ticket, Answer(422, text="jane is no address", seconds=0.1), NOW)
            for ticket, _ in decided.writes:
                engine.written(ticket, None, NOW)
        desk.reporter.state(NOW, joined=True)
    (line,) = [each for each in logs if "held" in each["event"]]
    assert (line["log_level"], line["records"], line["why"]) == ("error", records, why)


def test_one_record_that_is_refused_among_others_is_no_outage(desk: Desk) -> None:
    """401 for one record, and the probe, another key's, passes at once."""
    breaker = desk.engine.gates.breaker
    breaker.passed(1, "other", NOW)
    with capture_logs() as logs:
        breaker.refused(2, NOW, "http_401")
        desk.reporter.state(NOW, joined=True)
        assert desk.value("circuit_open") == 1
        breaker.probing(3)
        breaker.passed(3, "another", NOW)
        desk.reporter.state(NOW + 1, joined=True)
    assert logs == []
    assert desk.value("circuit_open") == 0


def test_a_probe_that_fails_makes_it_one(desk: Desk) -> None:
    breaker = desk.engine.gates.breaker
    breaker.passed(1, "other", NOW)
    with capture_logs() as logs:
        breaker.refused(2, NOW, "http_401")
        breaker.probing(3)
        breaker.refused(3, NOW, "http_401")
        desk.reporter.state(NOW, joined=True)
        breaker.probing(4)
        breaker.passed(4, "another", NOW + 5)
        desk.reporter.state(NOW + 5, joined=True)
    said = [line["event"] for line in logs]
    assert said == ["Bluecore is unavailable: sending is paused and probed", "Bluecore accepts events again"]


def test_a_held_route_of_a_destination_is_told_with_its_name(group: Desk) -> None:
    reject = Reject(Reason.MISSING_FIELD, Stage.MAP, "total: is missing", "total", "purchase", destination="acme")
    for offset in range(300):
        group.engine.take(record(offset), reject, NOW)
    group.engine.decide(NOW)
    group.reporter.state(NOW, joined=True)
    held = {"topic": HOME.topic, "event_type": "purchase", "field": "total"}
    assert group.value("route_held", destination="acme", **held) == 1
    assert group.value("route_held", destination="zeta", **held) is None
    assert group.health.readiness().body["details"]["held"] == "shop.orders (purchase for acme): total: is missing"  # type: ignore[index]


def test_a_held_route_is_told_with_its_field(desk: Desk) -> None:
    desk.engine.partitions.assign(HOME, None, "")
    reject = Reject(Reason.MISSING_FIELD, Stage.MAP, "products[1].id: is missing", "products[1].id", "purchase")
    for offset in range(300):
        desk.engine.take(record(offset), reject, NOW)
    desk.engine.decide(NOW)
    desk.reporter.state(NOW, joined=True)
    held = {"topic": HOME.topic, "event_type": "purchase", "field": "products.id"}
    assert desk.value("route_held", **held) == 1
    assert desk.health.readiness().body["details"]["held"] == "shop.orders (purchase): products[1].id: is missing"  # type: ignore[index]
    for offset in range(300, 400):
        desk.engine.take(record(offset), send("purchase"), NOW)
    desk.reporter.state(NOW + 1, joined=True)
    assert desk.value("route_held", **held) is None
    assert desk.value("route_held", topic=HOME.topic, event_type="", field="") == 0
    assert desk.health.readiness().body["details"]["held"] == "ok"  # type: ignore[index]


def test_what_a_rest_api_says_of_its_outage_is_told_without_a_phone_number() -> None:
    desk = eligibility_desk()
    ((ticket, _),) = desk.engine.decide(NOW).sends
    with capture_logs() as logs:
        desk.engine.answered(ticket, Answer(404, text="no customer +15556667777 of this key"), NOW)
        desk.reporter.state(NOW, joined=True)
    (line,) = logs
    assert (line["destination"], line["said"]) == ("/eligibility", "no customer *** of this key")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            Answer(None, NoAnswer.TOKEN, text="no access token: it answers 401: check client_id of the client acme"),
            "/eligibility: token (no access token: it answers 401: check client_id of the client acme)",
        ),
        (Answer(403, text="no right of jane@example.com"), "/eligibility: http_403 (the key lacks a right, or"),
        (Answer(401), "/eligibility: http_401 (a new token was refused, too: check rest_api.client_id"),
    ],
)
def test_readyz_says_why_a_rest_api_is_away(answer: Answer, told: str) -> None:
    """In words, as a code tells a reader nothing; what a stranger's answer says stays in the log, which is masked."""
    desk = eligibility_desk()
    ((ticket, _),) = desk.engine.decide(NOW).sends
    desk.engine.answered(ticket, answer, NOW)
    desk.reporter.state(NOW, joined=True)
    circuit = desk.health.readiness().body["details"]["circuit"]  # type: ignore[index]
    assert circuit.startswith(told)
    assert "jane" not in circuit


def eligibility_desk() -> Desk:
    """One consent of the eligibility API waits to be sent."""
    bluecore = SOUND["bluecore"] | {"rest_api": {"client_id": "id", "client_secret": "secret"}}
    routes = [{"topic": HOME.topic, "event": "optin", "api": "eligibility"}]
    config = Config.model_validate({**SOUND, "bluecore": bluecore, "routes": routes})
    desk = Desk(engine=Engine(DeliveryPolicy.from_config(config)))
    desk.engine.partitions.assign(HOME, None, "")
    request = EventRequest("optin", b"{}", "+15556667777", api="eligibility")
    desk.engine.take(record(), Send((request,)), NOW)
    return desk


def test_records_that_wait_for_a_quota_are_shown_with_it() -> None:
    desk = eligibility_desk()
    request = EventRequest("optin", b"{}", "+15556667777", api="eligibility")
    for offset in range(1, 50):
        desk.engine.take(record(offset), Send((request._replace(customer=f"+1555666{offset:04}"),)), NOW)
    headers = {"x-ratelimit-limit": "20;w=60", "x-ratelimit-remaining": "12", "x-ratelimit-reset": "40"}
    with capture_logs() as logs:
        for second in range(20):
            while sends := desk.engine.decide(NOW + second).sends:
                for ticket, _ in sends:
                    desk.engine.answered(ticket, Answer(200, headers=headers), NOW + second)
            desk.reporter.state(NOW + second, joined=True)
    told = desk.health.readiness().body["details"]["quota"]  # type: ignore[index]
    assert told.startswith("/eligibility: 20 a minute, ")
    assert [line["event"] for line in logs if "quota" in line["event"]] == [
        "Bluecore's quota holds us back: events wait"
    ]
