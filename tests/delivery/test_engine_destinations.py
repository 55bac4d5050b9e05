"""Several destinations: one's trouble is its own, and each keeps the order of its customers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.delivery.concurrency import ConcurrencyPolicy
from consumer.delivery.endpoint import PATIENCE_SECONDS
from consumer.delivery.marks import MOVED, mark_headers
from consumer.delivery.parking import Parked, ParkedKeys
from consumer.delivery.policy import DeliveryPolicy
from consumer.records import EventRequest, Partition, Reason, Record, Redelivery, Reject, Send, Skip, Stage
from tests.delivery.driver import ACCEPTED, POLICY, Driver
from tests.delivery.samples import ORDERS, RETRY, answer

BRANDS = replace(
    POLICY,
    rates={"": None, "acme": None, "zeta": None},
    ordered_events=frozenset({"customer_patch"}),
    buffered_records=100,
)
ACME, ZETA = Partition("shop.acme", 0), Partition("shop.zeta", 0)


def to(*destinations: str, event: str = "customer_patch") -> Send:
    """A record of which each of these gets an event."""
    return Send(tuple(EventRequest(event, b"{}", "c", destination=each) for each in destinations))


PARTLY_REFUSED = to("acme", "zeta")._replace(
    refused=(Reject(Reason.MISSING_FIELD, Stage.MAP, "email: missing", number=1, destination="zeta"),), numbers=(0, 2)
)
CONSENT_AND_PROFILE = Send((*to("acme").requests, *to("zeta", event="optin").requests, *to("zeta").requests))


class Brands(Driver):
    """One topic of both brands, and one of each."""

    def __init__(
        self, policy: DeliveryPolicy = BRANDS, *, sets_aside: bool = True, parked: ParkedKeys | None = None
    ) -> None:
        super().__init__(policy, ParkedKeys() if parked is None else parked)
        partitions = self.engine.partitions
        both = ("acme", "zeta")
        partitions.assign(ORDERS, None, "", destinations=both, sets_aside=sets_aside)
        partitions.assign(ACME, None, "", destinations=("acme",))
        partitions.assign(ZETA, None, "", destinations=("zeta",))
        partitions.assign(RETRY, None, "")

    def put_down(self, destination: str, status: int = 401) -> None:
        """It answers so, and the breaker or the throttle holds it back."""
        self.take("first", to(destination), partition=ACME if destination == "acme" else ZETA)
        self.reply(self.in_flight[-1], answer(status, retry_after="600"))


@pytest.fixture
def driver() -> Brands:
    return Brands()


@pytest.mark.parametrize("status", [401, 429])
def test_what_holds_one_back_holds_no_other(driver: Brands, status: int) -> None:
    driver.put_down("acme", status)

    driver.take("jane", to("acme"), partition=ACME)
    driver.take("jane", to("zeta"), partition=ZETA)

    assert driver.in_flight == ["shop.zeta:0:0@zeta"]


def test_the_key_of_a_request_names_its_destination_and_of_the_unnamed_one_is_as_ever(driver: Brands) -> None:
    driver.take("jane", to("", "acme", "acme"))

    driver.run(lambda _: ACCEPTED)

    assert sorted(driver.log) == ["shop.orders:0:0", "shop.orders:0:0:1@acme", "shop.orders:0:0:2@acme"]


def test_a_section_that_is_not_configured_asks_for_no_records() -> None:
    driver = Brands(replace(BRANDS, rates={"acme": None, "zeta": None}, buffered_records=10_000))
    a_round = BRANDS.concurrency.maximum
    for number in range(4 * a_round):
        driver.take(f"jane {number}", to("acme" if number % 2 else "zeta"))

    assert driver.engine.fetch_demand == 0, "a round is ready for each that there is"


class TestReading:
    """Records are read for those that take some; here enough is ready for `zeta`."""

    @pytest.fixture
    def driver(self) -> Brands:
        driver = Brands(replace(BRANDS, rates={"acme": None, "zeta": None}, concurrency=ConcurrencyPolicy(maximum=2)))
        for number in range(10):
            driver.take(f"customer {number}", to("zeta"), partition=ZETA)
        assert driver.engine.fetch_demand == 4, "two rounds, for acme"
        return driver

    def test_for_none_that_is_away(self, driver: Brands) -> None:
        driver.put_down("acme")
        assert driver.engine.fetch_demand == 0

    def test_for_none_that_fills_its_share_of_the_memory(self, driver: Brands) -> None:
        for _ in range(40):
            driver.take("jane", to("acme"), partition=ACME)
        assert driver.engine.fetch_demand == 0


def test_each_has_a_rate_of_its_own() -> None:
    driver = Brands(replace(BRANDS, rates={"": None, "acme": 1, "zeta": 3}))
    for number in range(5):
        driver.take(f"jane {number}", to("acme"), partition=ACME)
        driver.take(f"jane {number}", to("zeta"), partition=ZETA)
    for _ in range(9):
        driver.wait(0.1)

    sent = [key.partition("@")[2] for key in driver.in_flight]

    assert (sent.count("acme"), sent.count("zeta")) == (1, 3)


def test_a_record_for_two_is_settled_when_both_have_it(driver: Brands) -> None:
    driver.take("jane", to("acme", "zeta"))

    driver.reply("shop.orders:0:0@acme")
    assert not driver.outcomes.get(1)
    assert driver.commit()[ORDERS].offset == 0

    driver.reply("shop.orders:0:0:1@zeta")
    assert driver.commit()[ORDERS].offset == 1
    assert driver.at_rest()


def test_the_place_of_a_record_for_two_is_kept_until_both_have_it(driver: Brands) -> None:
    """A crash repeats the whole record: a newer event of either must not have gone before."""
    driver.take("jane", to("acme", "zeta"))
    driver.take("jane", to("acme"))
    driver.reply("shop.orders:0:0@acme")
    assert "shop.orders:0:1@acme" not in driver.log

    driver.reply("shop.orders:0:0:1@zeta")

    assert "shop.orders:0:1@acme" in driver.log


def test_the_place_of_a_consent_is_kept_until_all_of_its_record_has_ended(driver: Brands) -> None:
    """A crash sends all of it again: behind no newer consent."""
    driver.take("jane", CONSENT_AND_PROFILE)
    driver.reply("shop.orders:0:0:1@zeta")
    driver.take("jane", to("zeta", event="unsubscribe"))
    driver.reply("shop.orders:0:0:2@zeta")
    assert driver.in_flight == ["shop.orders:0:0@acme"]

    driver.reply("shop.orders:0:0@acme")
    assert driver.in_flight == ["shop.orders:0:1@zeta"]


def test_each_share_fails_by_itself_and_says_where_it_goes(driver: Brands) -> None:
    driver.take("jane", to("acme", "zeta"))
    driver.reply("shop.orders:0:0@acme", 400)
    driver.reply("shop.orders:0:0:1@zeta")

    (letter,) = driver.acknowledge()

    assert (letter.addressee, letter.failure and letter.failure.reason) == ("acme", Reason.REJECTED)
    assert driver.commit()[ORDERS].offset == 1


def test_a_redelivery_of_one_share_sends_that_share_alone(driver: Brands) -> None:
    past = Redelivery(ORDERS, 7, destination="zeta")
    driver.take("jane", to("acme", "zeta"), partition=RETRY, past=past)

    driver.run(lambda _: ACCEPTED)

    assert driver.log == ["shop.orders:0:7:1@zeta"]
    assert driver.at_rest()


@pytest.mark.parametrize("policy", [BRANDS, replace(BRANDS, rates={"": None}, sets_aside=True)])
def test_what_was_only_set_aside_is_no_suspect_wherever_it_goes(policy: DeliveryPolicy) -> None:
    """Else the next outage would be its own fault, and after some of them it would be a dead letter."""
    driver = Brands(policy)
    for number in range(policy.breaker.failures):
        driver.take(f"jane {number}", to(""), partition=RETRY, past=Redelivery(ORDERS, number))

    driver.reply_all(503)

    assert driver.engine.gates.breaker.open


def test_what_is_refused_of_an_unknown_brand_takes_no_share_along(driver: Brands) -> None:
    unknown = Reject(Reason.UNROUTABLE, Stage.MAP, "no destination", number=1)
    driver.take("jane", to("acme", "zeta")._replace(refused=(unknown,), numbers=(0, 2)))
    driver.reply_all()

    (letter,) = driver.acknowledge()

    assert letter.addressee is None, "a replay asks the routes anew"
    assert letter.which == ((0, "customer_patch"), (2, "customer_patch")), "and sends nothing twice"
    assert driver.commit()[ORDERS].offset == 1


def test_a_replay_of_that_sends_what_was_refused_alone(driver: Brands) -> None:
    past = Redelivery(ORDERS, 7, which=((0, "customer_patch"), (2, "customer_patch")))
    driver.take("jane", to("acme", "zeta", "zeta"), partition=RETRY, past=past)

    driver.run(lambda _: ACCEPTED)

    assert driver.log == ["shop.orders:0:7:1@zeta"]


def test_what_is_not_set_aside_goes_on_when_its_destination_is_back(driver: Brands) -> None:
    """Records of a topic of one brand are passed over while those of a mixed topic are set aside."""
    driver.put_down("acme")
    for number in range(3):
        driver.take(f"joe {number}", to("acme"), partition=ACME)
        driver.take(f"jane {number}", to("acme"))
    driver.wait(PATIENCE_SECONDS + 1)
    assert len(driver.acknowledge()) == 3

    driver.run(lambda _: ACCEPTED)

    assert set(driver.log) == {f"shop.acme:0:{number}@acme" for number in range(4)}
    assert driver.at_rest()


@pytest.mark.parametrize("records", [1, 2])
def test_the_loop_rests_until_the_brokers_have_what_is_set_aside(driver: Brands, records: int) -> None:
    """There may be more of the customer behind it, which cannot go before."""
    driver.put_down("acme", 429)
    for _ in range(records):
        driver.take("jane", to("acme"))
    driver.wait(PATIENCE_SECONDS + 1)

    assert len(driver.writes) == 1
    assert driver.wake_at > driver.now + 1


def test_records_of_a_destination_that_is_gone_are_left_where_they_are(driver: Brands) -> None:
    driver.take("jane", to("acme"), partition=RETRY, past=Redelivery(ORDERS, 7, destination="sold"))
    driver.take("joe", to("acme"), partition=RETRY, past=Redelivery(ORDERS, 8, destination="acme"))

    driver.run(lambda _: ACCEPTED)

    assert driver.log == ["shop.orders:0:8@acme"]
    assert driver.commit()[RETRY].offset == 0
    assert driver.engine.removed == {"sold": 1}


def test_what_was_moved_of_them_is_gone_past(driver: Brands) -> None:
    """By the mark that `dead-letters move` writes behind them; what is on its way still is waited for."""
    for offset, destination in enumerate(("sold", "acme", "sold")):
        past = Redelivery(ORDERS, offset, destination=destination)
        driver.take("jane", to("acme"), partition=RETRY, past=past)
    mark = Record(RETRY, 3, None, None, headers=mark_headers(MOVED, (0, 1, 2)))

    driver.engine.take(mark, Skip("tombstone"), driver.now)
    driver.decide()

    assert driver.engine.removed == {}
    assert driver.commit()[RETRY].offset == 1, "no mark settles what Bluecore has not answered"
    driver.run(lambda _: ACCEPTED)
    assert driver.commit()[RETRY].offset == 4


class TestWhileOneIsAway:
    """Its share of the memory fills, then its topics are held, or its records set aside."""

    def test_its_topics_are_held_once_its_share_is_full_and_the_others_are_read(self, driver: Brands) -> None:
        driver.put_down("acme")

        for number in range(30):
            driver.take(f"jane {number}", to("acme"), partition=ACME)

        assert driver.paused == {ACME}
        assert driver.engine.fetch_demand > 0

    def test_its_topics_go_on_once_it_is_back(self, driver: Brands) -> None:
        driver.put_down("acme")
        for number in range(30):
            driver.take(f"jane {number}", to("acme"), partition=ACME)

        driver.run(lambda _: ACCEPTED)

        assert driver.paused == set()

    def test_what_others_wait_behind_is_set_aside_in_its_order(self, driver: Brands) -> None:
        driver.put_down("acme")
        for _ in range(3):
            driver.take("jane", to("acme"))
        assert not driver.writes, "most are back before long"

        driver.wait(PATIENCE_SECONDS)
        written = [task for _ in range(3) for task in driver.acknowledge()]

        assert [task.record.offset for task in written] == [0, 1, 2]
        assert {task.addressee for task in written} == {"acme"}
        assert {task.failure.attempts for task in written if task.failure} == {0}
        assert [task.failure.message.partition(":")[0] for task in written if task.failure] == [
            "its destination does not keep up",
            "an earlier record of this key is in the retry topic",
            "an earlier record of this key is in the retry topic",
        ]
        assert driver.commit()[ORDERS].offset == 3

    def test_it_is_looked_at_when_it_has_been_away_for_long_enough(self, driver: Brands) -> None:
        """Nothing else may happen until then."""
        driver.put_down("acme", 429)
        driver.take("jane", to("acme"))
        assert driver.wake_at == driver.now + PATIENCE_SECONDS

    def test_many_are_set_aside_in_several_rounds_one_at_once_after_the_other(self) -> None:
        driver = Brands(replace(BRANDS, buffered_records=10_000))
        driver.put_down("acme", 429)
        for number in range(301):
            driver.take(f"jane {number}", to("acme"))
        driver.wait(PATIENCE_SECONDS)
        assert len(driver.writes) < 301, "others have their turn between"

        assert driver.wake_at < driver.now + 0.1
        driver.wait(driver.wake_at - driver.now)
        assert len(driver.writes) == 301

    def test_a_redelivery_is_not_set_aside_again(self, driver: Brands) -> None:
        """Also where a pattern of a route takes the retry topic in: it would go round and round."""
        driver.engine.partitions.assign(RETRY, None, "", destinations=("acme", "zeta"), sets_aside=True)
        driver.put_down("acme")
        driver.take("jane", to("acme"), partition=RETRY, past=Redelivery(ORDERS, 7, destination="acme"))
        driver.take("joe", to("acme"))

        driver.wait(PATIENCE_SECONDS + 1)

        assert [task.record.partition for task in driver.acknowledge()] == [ORDERS]

    def test_what_comes_later_of_a_customer_follows_though_it_is_back(self, driver: Brands) -> None:
        driver.put_down("acme")
        driver.take("jane", to("acme"))
        driver.wait(PATIENCE_SECONDS)
        (aside,) = driver.acknowledge()
        driver.run(lambda _: ACCEPTED, seconds=60)

        driver.take("jane", to("acme"))
        (behind,) = driver.acknowledge()
        for each in (aside, behind):
            driver.retake(each, to("acme"))
        driver.run(lambda _: ACCEPTED)

        assert [key for key in driver.log if key.startswith("shop.orders")] == [
            "shop.orders:0:0@acme",
            "shop.orders:0:1@acme",
        ]

    def test_a_customer_is_parked_for_that_destination_alone(self, driver: Brands) -> None:
        driver.put_down("acme")
        driver.take("jane", to("acme"))
        driver.wait(PATIENCE_SECONDS)
        driver.acknowledge()

        driver.take("jane", to("zeta"))

        assert driver.in_flight == ["shop.orders:0:1@zeta"]

    def test_of_a_record_for_both_the_other_gets_its_share(self, driver: Brands) -> None:
        driver.put_down("acme")
        driver.take("jane", to("acme", "zeta"))
        driver.reply("shop.orders:0:0:1@zeta")

        driver.wait(PATIENCE_SECONDS)
        (aside,) = driver.acknowledge()

        assert aside.addressee == "acme"
        assert driver.commit()[ORDERS].offset == 1

    def test_where_it_is_to_be_held_nothing_is_set_aside(self) -> None:
        driver = Brands(sets_aside=False)
        driver.put_down("acme")
        for number in range(30):
            driver.take(f"jane {number}", to("acme"))

        driver.wait(PATIENCE_SECONDS)

        assert not driver.writes
        assert driver.paused >= {ORDERS}

    def test_a_slow_one_is_no_drag_on_the_others_either(self, driver: Brands) -> None:
        """It answers, but takes fewer than come: what it is behind with goes to the retry topic."""
        for number in range(80):
            driver.take(f"jane {number}", to("acme", event="search"))

        assert driver.writes
        assert ORDERS not in driver.paused

    def test_what_a_slow_one_can_take_soon_is_left_to_it(self) -> None:
        driver = Brands(replace(BRANDS, buffered_records=1000))
        for number in range(210):
            driver.take(f"jane {number}", to("acme", event="search"))

        assert 50 < len(driver.writes) < 170

    def test_one_that_keeps_up_has_all_of_its_records_however_many_they_were(self) -> None:
        driver = Brands(replace(BRANDS, buffered_records=10_000))
        for number in range(700):
            driver.take(f"jane {number}", to("acme"))
            driver.reply_all()

        driver.take("jane", to("acme"))
        driver.take("jane", to("acme"))

        assert not driver.writes

    def test_before_too_much_is_parked_what_is_set_aside_is_held_and_no_other(self) -> None:
        """Beyond the bound nothing is known of any key, and no record that order matters for goes anywhere."""
        driver = Brands(parked=ParkedKeys(most=20))
        driver.put_down("zeta")
        driver.wait(PATIENCE_SECONDS)
        for number in range(10):
            driver.take(f"jane {number}", to("zeta"))
        aside = driver.acknowledge()

        assert driver.paused == {ORDERS}

        for each in aside[:2]:
            driver.retake(each, to("zeta"))
        driver.run(lambda _: ACCEPTED)

        assert not driver.paused

    def test_many_that_are_away_leave_room_for_one_that_is_well(self) -> None:
        names = [f"brand{number}" for number in range(20)]
        rates: dict[str, float | None] = dict.fromkeys(("", *names, "well"))
        driver = Driver(replace(BRANDS, rates=rates, buffered_records=1000))
        topics = {name: Partition(f"shop.{name}", 0) for name in (*names, "well")}
        for name, partition in topics.items():
            driver.engine.partitions.assign(partition, None, "", destinations=(name,))
        for number in range(60):
            for name, partition in topics.items():
                if partition not in driver.paused and name != "well":
                    driver.take(f"jane {number}", to(name), partition=partition)

        assert topics["well"] not in driver.paused
        assert driver.engine.partitions.buffer.memory.level < 0.9


def test_a_flood_of_one_holds_its_route_alone() -> None:
    flood = replace(BRANDS.flood, minimum=4)
    driver = Brands(replace(BRANDS, flood=flood))
    for number in range(8):
        driver.take(f"jane {number}", to("acme", event="search"), partition=ORDERS)
        driver.reply_all(400)
        driver.acknowledge()

    driver.take("joe", to("zeta", event="search"), partition=ORDERS)

    assert [route.destination for route in driver.engine.partitions.held_routes.holding] == ["acme"]
    assert driver.in_flight[-1].endswith("@zeta")


class TestWhilePartitionsMove:
    """A record for two whose partition leaves while one of its shares is on its way."""

    def test_what_has_ended_is_not_sent_again_when_it_comes_back(self, driver: Brands) -> None:
        driver.take("jane", to("acme", "zeta"), offset=5)
        driver.reply("shop.orders:0:5@acme")

        self._come_back(driver)
        driver.take("jane", to("acme", "zeta"), offset=5)
        driver.run(lambda _: ACCEPTED)

        assert driver.log.count("shop.orders:0:5@acme") == 1
        assert driver.log.count("shop.orders:0:5:1@zeta") == 1, "its answer is waited for"
        assert driver.commit()[ORDERS].offset == 6
        assert driver.at_rest()

    def test_what_has_ended_keeps_the_place_of_its_record(self, driver: Brands) -> None:
        """A crash sends all of the record again, behind nothing newer of its key."""
        driver.take("jane", to("acme", "zeta"), offset=5)
        driver.reply("shop.orders:0:5@acme")

        self._come_back(driver)
        driver.take("jane", to("acme", "zeta"), offset=5)
        driver.take("jane", to("acme"), offset=6)
        assert "shop.orders:0:6@acme" not in driver.in_flight

        driver.reply("shop.orders:0:5:1@zeta")
        assert driver.in_flight == ["shop.orders:0:6@acme"]
        driver.run(lambda _: ACCEPTED)
        assert driver.at_rest()

    def test_so_does_it_where_the_other_share_was_not_on_its_way(self, driver: Brands) -> None:
        driver.put_down("zeta")
        driver.take("jane", to("acme", "zeta"), offset=5)
        driver.reply("shop.orders:0:5@acme")

        self._come_back(driver)
        driver.take("jane", to("acme", "zeta"), offset=5)
        driver.take("jane", to("acme"), offset=6)

        assert driver.in_flight == []

    def test_so_does_a_consent_whose_share_has_more_to_send(self, driver: Brands) -> None:
        driver.take("jane", CONSENT_AND_PROFILE, offset=5)
        driver.reply("shop.orders:0:5:1@zeta")

        self._come_back(driver)
        driver.take("jane", CONSENT_AND_PROFILE, offset=5)
        driver.take("jane", to("zeta", event="unsubscribe"), offset=6)
        driver.reply("shop.orders:0:5@acme")
        assert "shop.orders:0:6@zeta" not in driver.in_flight

        driver.reply("shop.orders:0:5:2@zeta")
        assert driver.in_flight == ["shop.orders:0:6@zeta"]
        driver.run(lambda _: ACCEPTED)
        assert driver.at_rest()

    def test_an_answer_that_comes_meanwhile_counts(self, driver: Brands) -> None:
        driver.take("jane", to("acme", "zeta"), offset=5)
        driver.engine.partitions.forget([ORDERS])
        driver.reply("shop.orders:0:5@acme")
        driver.reply("shop.orders:0:5:1@zeta")

        driver.engine.partitions.assign(ORDERS, None, "", destinations=("acme", "zeta"), sets_aside=True)
        driver.take("jane", to("acme", "zeta"), offset=5)
        driver.run(lambda _: ACCEPTED)

        assert len(driver.log) == 2
        assert driver.commit()[ORDERS].offset == 6
        assert driver.at_rest()

    def test_the_letter_of_what_was_refused_says_what_was_sent_before(self, driver: Brands) -> None:
        """A replay would send it again."""
        driver.take("jane", PARTLY_REFUSED, offset=5)
        driver.reply("shop.orders:0:5:2@zeta")
        driver.engine.partitions.forget([ORDERS])
        driver.acknowledge("the brokers are away")

        self._come_back(driver)
        driver.take("jane", PARTLY_REFUSED, offset=5)
        (letter,) = driver.acknowledge()

        assert letter.which == ((2, "customer_patch"),)

    def test_what_went_to_the_retry_topic_has_taken_what_is_refused_along(self, driver: Brands) -> None:
        driver.put_down("zeta")
        driver.wait(PATIENCE_SECONDS)
        driver.take("jane", PARTLY_REFUSED, offset=5)
        driver.acknowledge()

        self._come_back(driver)
        driver.take("jane", PARTLY_REFUSED, offset=5)
        driver.reply("shop.orders:0:5@acme")

        assert not driver.writes, "that is told once"
        assert driver.commit()[ORDERS].offset == 6

    def test_what_is_set_aside_then_says_what_was_sent_before(self, driver: Brands) -> None:
        """Else an older consent would go again with the profile."""
        driver.take("jane", CONSENT_AND_PROFILE, offset=5)
        driver.reply("shop.orders:0:5:1@zeta")
        driver.engine.partitions.forget([ORDERS])
        driver.reply("shop.orders:0:5:2@zeta", 500)

        self._come_back(driver)
        driver.engine.parked.apply(Parked(b"zeta\0jane", ORDERS, 1))
        driver.take("jane", CONSENT_AND_PROFILE, offset=5)
        (aside,) = driver.acknowledge()

        assert aside.failure
        assert aside.failure.which == ((1, "optin"),)

    def test_a_consent_is_remembered_however_often_the_partition_leaves(self, driver: Brands) -> None:
        driver.take("jane", CONSENT_AND_PROFILE, offset=5)
        driver.reply("shop.orders:0:5:1@zeta")
        self._come_back(driver)
        driver.take("jane", CONSENT_AND_PROFILE, offset=5)
        driver.engine.partitions.forget([ORDERS])
        driver.reply("shop.orders:0:5:2@zeta", 500)

        self._come_back(driver)
        driver.take("jane", CONSENT_AND_PROFILE, offset=5)
        driver.run(lambda _: ACCEPTED)

        assert driver.log.count("shop.orders:0:5:1@zeta") == 1

    def test_what_ends_while_the_partition_leaves_is_settled_and_out_of_the_memory(self, driver: Brands) -> None:
        driver.take("jane", to("acme", "zeta"), offset=5)
        driver.engine.partitions.drain([ORDERS])
        driver.reply("shop.orders:0:5@acme")
        driver.reply("shop.orders:0:5:1@zeta")

        assert driver.commit()[ORDERS].offset == 6
        assert driver.at_rest()

    def test_what_ends_while_the_partition_leaves_is_remembered_before_its_receipt_is_there(self) -> None:
        driver = Brands(replace(BRANDS, receipts=True))
        driver.take("jane", to("acme", "zeta"), offset=5)
        driver.engine.partitions.drain([ORDERS])
        driver.reply("shop.orders:0:5@acme")

        self._come_back(driver)
        driver.take("jane", to("acme", "zeta"), offset=5)

        assert driver.log.count("shop.orders:0:5@acme") == 1

    @staticmethod
    def _come_back(driver: Brands) -> None:
        driver.engine.partitions.forget([ORDERS])
        driver.engine.partitions.assign(ORDERS, None, "", destinations=("acme", "zeta"), sets_aside=True)
