"""Several APIs of one destination: each with limits of its own, and a customer's order over all of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.delivery.endpoint import PATIENCE_SECONDS
from consumer.delivery.verdict import VerdictPolicy
from consumer.records import EventRequest, NoAnswer, Outcome, Partition, Reason, Send
from tests.delivery.driver import POLICY, Driver
from tests.delivery.samples import ORDERS, answer, silence

APIS = replace(
    POLICY,
    rates={"": None, "/eligibility": None, "/customers": None},
    ordered_events=frozenset({"customer_patch", "optin", "unsubscribe"}),
    receipts=False,
)
NOT_APPLIED = answer(200)._replace(unapplied="Bluecore has UNSUBSCRIBED for MARKETING", request_id="req-1")
CARTS = Partition("shop.carts", 0)


def by(*apis: str, event: str = "optin", customer: str = "c") -> Send:
    """A record that makes an event for each of these APIs; empty is the Events API."""
    return Send(tuple(EventRequest(event, b"{}", customer, api=each) for each in apis))


class Apis(Driver):
    """A topic of consents by two APIs, and one of carts."""

    def __init__(self, *, sets_aside: bool = False) -> None:
        super().__init__(APIS)
        partitions = self.engine.partitions
        partitions.assign(ORDERS, None, "", destinations=("", "/eligibility"), sets_aside=sets_aside)
        partitions.assign(CARTS, None, "", destinations=("",))

    @property
    def sent(self) -> list[tuple[str, str]]:
        """What is in flight: its key, and where it goes."""
        return [(task.idempotency_key, task.endpoint) for task in self.sends.values()]


@pytest.fixture
def driver() -> Apis:
    return Apis()


def test_a_consent_goes_by_both_apis_one_after_the_other(driver: Apis) -> None:
    driver.take("jane", by("", "eligibility"))
    assert driver.sent == [("shop.orders:0:0", "")]
    driver.reply_all()
    assert driver.sent == [("shop.orders:0:0:1", "/eligibility")]
    driver.reply_all(200)
    assert [(each.outcome, each.delivered) for each in driver.settled] == [(Outcome.DELIVERED, 2)]


def test_a_customers_next_consent_waits_for_the_last_one_by_every_api(driver: Apis) -> None:
    """Else an opt-in by the one would come after the withdrawal by the other."""
    driver.take("jane", by("", "eligibility"))
    driver.take("jane", by("eligibility", event="unsubscribe"))
    driver.take("joe", by("eligibility"))
    assert driver.sent == [("shop.orders:0:0", ""), ("shop.orders:0:2", "/eligibility")]
    driver.reply("shop.orders:0:0")
    driver.reply("shop.orders:0:0:1", 500)
    assert driver.sent == [("shop.orders:0:2", "/eligibility")]
    driver.wait(60)
    assert ("shop.orders:0:0:1", "/eligibility") in driver.sent
    driver.reply("shop.orders:0:0:1", 200)
    assert ("shop.orders:0:1", "/eligibility") in driver.sent


@pytest.mark.parametrize("down", [401, 403, 404, 503])
def test_an_api_that_is_away_leaves_the_others_alone(driver: Apis, down: int) -> None:
    for number in range(5):
        driver.take(f"jane{number}", by("eligibility"))
    driver.reply_all(down)
    gates = {name: each.gates for name, each in driver.engine.endpoints.items()}
    assert {name: each.breaker.open for name, each in gates.items()} == {
        "": False,
        "/eligibility": True,
        "/customers": False,
    }
    driver.take("joe", by(""))
    assert ("shop.orders:0:5", "") in driver.sent


def test_a_push_back_of_one_holds_back_that_one(driver: Apis) -> None:
    driver.take("jane", by("eligibility"))
    driver.reply_all(answer(429, retry_after="30"))
    driver.take("joe", by("eligibility"))
    driver.take("jim", by("customers", event="customer_patch"))
    assert driver.sent == [("shop.orders:0:2", "/customers")]


def test_a_token_service_that_is_away_is_an_outage_and_no_events_fault(driver: Apis) -> None:
    driver.take("jane", by("eligibility"))
    driver.reply_all(silence(NoAnswer.TOKEN))
    breaker = driver.engine.endpoints["/eligibility"].gates.breaker
    assert (breaker.open, breaker.cause) == (True, "token")
    driver.wait(70)
    driver.reply_all(200)
    assert [each.outcome for each in driver.settled] == [Outcome.DELIVERED]


def test_an_api_is_probed_as_soon_as_there_is_a_token_for_it_again(driver: Apis) -> None:
    """By a record that it has turned away, though that was to wait; and by one alone."""
    for customer in ("jane", "joe", "jim"):
        driver.take(customer, by("eligibility"))
    driver.reply_all(silence(NoAnswer.TOKEN))
    driver.decide()
    assert driver.sent == []

    driver.engine.recovered("/eligibility", driver.now)
    driver.decide()
    ((probe, _),) = driver.sent
    driver.reply(probe)
    assert len(driver.sent) == 2
    driver.reply_all()
    assert {each.outcome for each in driver.settled} == {Outcome.DELIVERED}


def test_what_had_begun_to_wait_for_the_next_probe_goes_too(driver: Apis) -> None:
    driver.take("jane", by("eligibility"))
    for _ in range(6):
        driver.reply_all(silence(NoAnswer.TOKEN))
        driver.now = driver.engine.endpoints["/eligibility"].gates.probe_at
        driver.decide()  # the record is due a little later than the probe
        if not driver.sent:
            driver.engine.recovered("/eligibility", driver.now)
            driver.decide()
        assert driver.sent == [("shop.orders:0:0", "/eligibility")]


def test_what_bluecore_has_stored_otherwise_is_told_and_never_delivered(driver: Apis) -> None:
    driver.take("jane", by("eligibility"))
    driver.reply_all(NOT_APPLIED)
    (written,) = driver.acknowledge()
    failure = written.failure
    assert failure is not None
    assert (failure.outcome, failure.reason, failure.status) == (Outcome.DEAD_LETTER, Reason.NOT_APPLIED, 200)
    assert (failure.message, failure.request_id) == ("Bluecore has UNSUBSCRIBED for MARKETING", "req-1")


def test_what_one_api_has_not_applied_takes_nothing_from_the_other(driver: Apis) -> None:
    driver.take("jane", by("eligibility", ""))
    driver.reply_all(NOT_APPLIED)
    assert driver.sent == [("shop.orders:0:0:1", "")]
    driver.reply_all()
    (written,) = driver.acknowledge()
    assert written.failure is not None
    assert (written.failure.reason, written.failure.which) == (Reason.NOT_APPLIED, ((1, "optin"),))


@pytest.mark.parametrize(("api", "reasons"), [("eligibility", [Reason.REJECTED]), ("", [])])
def test_406_is_the_events_fault_where_the_api_says_it_of_the_content(
    driver: Apis, api: str, reasons: list[Reason]
) -> None:
    driver.take("joe", by(api))
    driver.reply_all(406)
    assert [task.failure.reason for task in driver.writes.values() if task.failure] == reasons


def test_a_list_that_names_406_decides_for_every_api() -> None:
    policy = VerdictPolicy(retry=frozenset({406}))
    assert policy.of_rest() is policy


def test_what_waits_for_one_api_is_set_aside_where_others_wait_behind_it() -> None:
    """As of several destinations: the topic flows, and the customer's later consents follow in their order."""
    driver = Apis(sets_aside=True)
    driver.take("jane", by("eligibility"))
    driver.reply_all(answer(404, retry_after="600"))
    driver.take("jane", by("", event="unsubscribe"))
    driver.wait(PATIENCE_SECONDS + 0.5)
    driver.wait(PATIENCE_SECONDS + 0.5)
    written = [(task.record.offset, task.failure.outcome) for task in driver.writes.values() if task.failure]
    assert written[:1] == [(0, Outcome.RETRY)]
    driver.acknowledge()
    driver.decide()
    assert [task.record.offset for task in driver.writes.values()] == [1]


def test_memory_is_counted_where_a_record_goes_next(driver: Apis) -> None:
    driver.take("jane", by("", "eligibility"))
    memory = {name: each.memory for name, each in driver.engine.endpoints.items()}
    assert (memory[""].records, memory["/eligibility"].records) == (1, 0)
    driver.reply_all()
    assert (memory[""].records, memory["/eligibility"].records) == (0, 1)
    driver.reply_all(200)
    assert [each.records for each in memory.values()] == [0, 0, 0]
