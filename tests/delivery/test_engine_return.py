"""Partitions that come back, and topics that are gone: a living process repeats nothing and drops nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.delivery.offset_map import encode
from consumer.delivery.offset_ranges import NOTHING, OffsetRanges
from consumer.records import Outcome
from tests.delivery.driver import ACCEPTED, POLICY, Driver
from tests.delivery.samples import ORDERS, answer, send

ORDERED = replace(POLICY, ordered_events=frozenset({"customer_patch", "optin", "unsubscribe"}))


@pytest.fixture
def driver() -> Driver:
    return Driver().assign()


def come_back(driver: Driver, committed: int | None = None) -> None:
    """The partition is lost and assigned again; its commit is where it was, unless told otherwise."""
    driver.engine.partitions.forget([ORDERS])
    driver.engine.partitions.assign(ORDERS, committed, "")
    driver.decide()


def read_again(driver: Driver, *keys: str, first: int = 0) -> None:
    for offset, key in enumerate(keys, first):
        driver.take(key, offset=offset)


def test_what_was_delivered_before_an_outage_of_the_brokers_is_not_sent_again(driver: Driver) -> None:
    """Its commits could not be sent: the group knows nothing of it, and this process does."""
    for key in "abcd":
        driver.take(key)
    driver.reply("shop.orders:0:0")
    driver.reply("shop.orders:0:2")
    driver.reply("shop.orders:0:3")

    come_back(driver)
    read_again(driver, *"abcd")
    driver.reply_all()

    assert driver.log == [f"shop.orders:0:{offset}" for offset in range(4)]
    assert driver.commit()[ORDERS].offset == 4


def test_an_answer_that_comes_while_the_partition_is_away_counts(driver: Driver) -> None:
    driver.take("a")
    driver.engine.partitions.forget([ORDERS])
    driver.reply("shop.orders:0:0")
    driver.engine.partitions.assign(ORDERS, None, "")

    read_again(driver, "a")

    assert driver.log == ["shop.orders:0:0"]
    assert driver.commit()[ORDERS].offset == 1
    assert driver.at_rest()


def test_an_answer_that_comes_before_the_record_is_read_again_counts(driver: Driver) -> None:
    driver.take("a")
    come_back(driver)
    driver.reply("shop.orders:0:0")

    read_again(driver, "a")

    assert driver.log == ["shop.orders:0:0"]
    assert driver.commit()[ORDERS].offset == 1
    assert driver.at_rest()


@pytest.mark.parametrize(("status", "outcome"), [(202, Outcome.DELIVERED), (400, Outcome.DEAD_LETTER)])
def test_an_answer_that_comes_after_the_partition_is_back_counts(
    driver: Driver, status: int, outcome: Outcome
) -> None:
    """The record is read again meanwhile: it is not sent beside the request that is on its way."""
    driver.take("a")
    driver.take("a")
    come_back(driver)
    read_again(driver, "a", "a")
    assert driver.log == ["shop.orders:0:0"]

    driver.reply("shop.orders:0:0", status)
    driver.run(lambda _: ACCEPTED)

    assert driver.log == ["shop.orders:0:0", "shop.orders:0:1"]
    assert driver.outcomes == {0: outcome, 1: Outcome.DELIVERED}
    assert driver.commit()[ORDERS].offset == 2
    assert driver.at_rest()


def test_what_is_behind_another_of_its_key_now_is_sent_again_after_that(driver: Driver) -> None:
    """The commit was set back meanwhile: order counts more than a repetition. The old answer says nothing."""
    driver.take("a", offset=5)
    come_back(driver, committed=3)
    read_again(driver, "a", first=3)
    read_again(driver, "a", first=5)
    assert driver.log == ["shop.orders:0:5", "shop.orders:0:3"]

    driver.reply("shop.orders:0:5")
    assert driver.settled == []
    driver.run(lambda _: ACCEPTED)

    assert driver.log == ["shop.orders:0:5", "shop.orders:0:3", "shop.orders:0:5"]
    assert driver.commit()[ORDERS].offset == 6
    assert driver.at_rest()


def test_a_send_that_fails_after_the_partition_is_back_is_tried_again(driver: Driver) -> None:
    driver.take("a")
    come_back(driver)
    read_again(driver, "a")
    driver.reply("shop.orders:0:0", 503)

    driver.run(lambda _: ACCEPTED)

    assert driver.outcomes == {0: Outcome.DELIVERED}
    assert driver.at_rest()


def test_a_record_that_was_delivered_in_part_goes_on_where_it_was(driver: Driver) -> None:
    driver.take("a", send("optin", "purchase"))
    driver.reply("shop.orders:0:0")
    driver.reply("shop.orders:0:0:1", 503)

    come_back(driver)
    driver.take("a", send("optin", "purchase"), offset=0)
    driver.run(lambda _: ACCEPTED)

    assert driver.log == ["shop.orders:0:0", "shop.orders:0:0:1", "shop.orders:0:0:1"]
    assert driver.at_rest()


def test_a_dead_letter_that_is_written_while_the_partition_is_away_is_written_once(driver: Driver) -> None:
    driver.take("a")
    driver.reply("shop.orders:0:0", 400)
    driver.engine.partitions.forget([ORDERS])
    assert len(driver.acknowledge()) == 1
    driver.engine.partitions.assign(ORDERS, None, "")

    read_again(driver, "a")

    assert driver.writes == {}
    assert driver.commit()[ORDERS].offset == 1


@pytest.mark.parametrize("status", [400, 500], ids=["dead-letter topic", "retry topic"])
def test_what_is_on_its_way_to_a_topic_is_ahead_of_its_key_when_the_partition_is_back(status: int) -> None:
    """Else the next of its key would overtake it, and go twice when the partition leaves and comes back again."""
    driver = Driver(replace(POLICY, attempts=1, ordered_events=frozenset({"customer_patch"}))).assign()
    mapped = send("customer_patch")
    for key in "baa":
        driver.take(key, mapped)
    driver.reply("shop.orders:0:0")
    driver.reply("shop.orders:0:1", status)
    assert len(driver.writes) == 1

    come_back(driver)
    for offset, key in enumerate("baa"):
        driver.take(key, mapped, offset=offset)

    assert driver.in_flight == []
    driver.acknowledge()
    assert driver.in_flight == (["shop.orders:0:2"] if status == 400 else [])


def test_what_another_member_has_committed_beyond_ours_holds(driver: Driver) -> None:
    for key in "abcdef":
        driver.take(key)
    driver.reply_all()

    come_back(driver, committed=4)
    read_again(driver, "e", "f", "g", first=4)

    assert driver.log[6:] == ["shop.orders:0:6"]


def test_a_commit_that_was_set_back_has_its_records_sent_again() -> None:
    """Somebody wants them once more: that is what the tools for a group's offsets are for."""
    driver = Driver().assign()
    for key in "abc":
        driver.take(key)
    driver.reply_all()
    assert driver.commit()[ORDERS].offset == 3
    driver.engine.partitions.commits.acknowledged([ORDERS])

    come_back(driver, committed=0)
    read_again(driver, *"abc")

    assert len(driver.log) == 6


def test_a_late_answer_to_a_commit_of_before_it_left_says_nothing_of_what_is_committed() -> None:
    """Else a commit that somebody sets back afterwards would look like the group's own."""
    driver = Driver()
    driver.engine.partitions.assign(ORDERS, 5, "")
    driver.engine.partitions.commits.acknowledged([ORDERS])
    driver.take("a", offset=5)
    driver.reply_all()

    come_back(driver, committed=4)
    read_again(driver, "b", "a", first=4)

    assert driver.in_flight == ["shop.orders:0:4", "shop.orders:0:5"]


def set_back_while_one_is_out(driver: Driver) -> None:
    """The first of two records of a key is delivered and committed; the second is on its way, and both are wanted."""
    driver.take("a")
    driver.reply_all()
    driver.commit()
    driver.engine.partitions.commits.acknowledged([ORDERS])
    driver.take("a")
    come_back(driver, committed=0)


def test_what_was_on_its_way_when_the_commit_was_set_back_is_sent_anew_behind_what_is_older(driver: Driver) -> None:
    """Its old answer says nothing, for an older record went after it; a newer one waits for that answer."""
    set_back_while_one_is_out(driver)
    read_again(driver, *"aaa")
    driver.reply("shop.orders:0:0")
    assert driver.log == [f"shop.orders:0:{offset}" for offset in (0, 1, 0)]

    driver.reply("shop.orders:0:1")
    driver.run(lambda _: ACCEPTED)
    assert driver.log == [f"shop.orders:0:{offset}" for offset in (0, 1, 0, 1, 2)]
    assert driver.commit()[ORDERS].offset == 3
    assert driver.at_rest()


def test_an_answer_to_what_was_sent_before_the_commit_was_set_back_settles_nothing(driver: Driver) -> None:
    set_back_while_one_is_out(driver)
    driver.reply("shop.orders:0:1")
    read_again(driver, *"aa")
    driver.run(lambda _: ACCEPTED)

    assert driver.log == [f"shop.orders:0:{offset}" for offset in (0, 1, 0, 1)]
    assert driver.at_rest()


def test_a_commit_that_is_gone_has_its_records_sent_again() -> None:
    """The topic, or the group, was made anew."""
    driver = Driver()
    driver.engine.partitions.assign(ORDERS, 0, "")
    driver.take("a")
    driver.reply_all()

    come_back(driver)
    read_again(driver, "a")

    assert len(driver.log) == 2


# Topics that are gone


def test_records_in_memory_whose_topic_is_made_anew_are_delivered(driver: Driver) -> None:
    """Bluecore is away, 40 records are in memory, and the first record of the new topic is read: none vanishes."""
    for number in range(40):
        driver.take(f"key {number}")
    driver.reply_all(401)

    driver.take("new", offset=0)
    driver.run(lambda _: ACCEPTED)

    assert sum(each.outcome is Outcome.DELIVERED for each in driver.settled) == 41
    assert driver.commit()[ORDERS].offset == 1
    assert driver.at_rest()


def test_what_was_delivered_of_a_record_says_nothing_of_another_at_its_place(driver: Driver) -> None:
    """The topic was made anew while the rest of it was on its way."""
    two = send("purchase", "search")
    driver.take("a", two)
    driver.reply("shop.orders:0:0")
    driver.engine.partitions.forget([ORDERS])
    driver.engine.partitions.assign(ORDERS, 5, "", start=0)
    driver.reply("shop.orders:0:0:1", 500)

    driver.take("b", two, offset=0)

    assert driver.in_flight == ["shop.orders:0:0"]


def test_records_of_a_deleted_topic_are_delivered_and_none_is_committed(driver: Driver) -> None:
    for number in range(5):
        driver.take(f"key {number}")

    driver.engine.partitions.detach([ORDERS])
    driver.run(lambda _: ACCEPTED)

    assert len(driver.settled) == 5
    assert driver.commit() == {}
    assert driver.at_rest()


@pytest.mark.parametrize(
    ("delays", "outcome"), [((60.0,), Outcome.RETRY), ((), Outcome.DEAD_LETTER)], ids=["retry topic", "none"]
)
def test_records_of_a_deleted_topic_are_set_aside_when_the_process_ends(
    delays: tuple[float, ...], outcome: Outcome
) -> None:
    """Nobody can read them again: what is neither delivered nor written would be lost."""
    driver = Driver(replace(POLICY, delays=delays)).assign()
    for number in range(30):
        driver.take(f"key {number % 20}")
    driver.reply_all(401)
    driver.engine.partitions.detach([ORDERS])

    assert driver.engine.give_up_detached(driver.now) == 30
    driver.run(lambda _: answer(401), 10)

    assert driver.engine.give_up_detached(driver.now) == 0
    assert {each.outcome for each in driver.settled} == {outcome}
    assert len(driver.settled) == 30
    assert driver.at_rest()


def test_what_is_in_flight_of_a_deleted_topic_is_waited_for(driver: Driver) -> None:
    driver.take("a")
    driver.engine.partitions.detach([ORDERS])

    assert driver.engine.give_up_detached(driver.now) == 1
    driver.reply_all()

    assert driver.engine.give_up_detached(driver.now) == 0
    assert driver.outcomes == {0: Outcome.DELIVERED}


def test_the_map_of_a_commit_says_nothing_of_a_log_that_was_truncated_below_it() -> None:
    """Reading begins before the commit: what the map calls settled are other records by now."""
    driver = Driver()
    settled = encode(1000, OffsetRanges([(1002, 1100)]))
    driver.engine.partitions.assign(ORDERS, 1000, settled, start=950)

    driver.take("new", offset=1002)

    assert driver.log == ["shop.orders:0:1002"]


def test_nor_does_what_was_settled_of_it_before() -> None:
    driver = Driver().assign()
    driver.take("a")
    driver.reply_all()
    driver.engine.partitions.forget([ORDERS])
    driver.engine.partitions.assign(ORDERS, 3, "", start=0)

    driver.take("new", offset=0)

    assert driver.log == ["shop.orders:0:0", "shop.orders:0:0"]


def test_a_map_holds_where_reading_begins_at_its_commit() -> None:
    driver = Driver()
    driver.engine.partitions.assign(ORDERS, 1000, encode(1000, OffsetRanges([(1002, 1100)])), start=1000)

    driver.take("a", offset=1000)
    driver.take("b", offset=1002)

    assert driver.log == ["shop.orders:0:1000"]


def test_what_was_delivered_in_part_before_a_topic_was_deleted_is_forgotten(driver: Driver) -> None:
    """Another of its name has other records."""
    two = send("purchase", "search")
    driver.take("a", two)
    driver.reply("shop.orders:0:0")
    driver.engine.partitions.drain([ORDERS])
    driver.reply("shop.orders:0:0:1", 500)
    come_back(driver)
    driver.engine.partitions.detach([ORDERS])
    driver.assign()

    driver.take("b", two, offset=0)

    assert driver.in_flight == ["shop.orders:0:0"]


@pytest.mark.parametrize(
    ("metadata", "again"),
    [
        pytest.param("", ["shop.orders:0:2"], id="another member has repeated Jane's first"),
        pytest.param(encode(1, OffsetRanges([(2, 3)]), NOTHING), [], id="and her second"),
    ],
)
def test_a_consent_goes_again_where_another_member_has_repeated_an_older_one(metadata: str, again: list[str]) -> None:
    """It must be the customer's last word. Those of others, and what is no consent, are not repeated."""
    driver = Driver(ORDERED).assign()
    read = [("jane", "optin"), ("john", "optin"), ("jane", "unsubscribe"), ("jane", "customer_patch")]
    for key, event in read:
        driver.take(key, send(event))
    driver.run(lambda _: ACCEPTED)
    driver.log.clear()

    driver.engine.partitions.forget([ORDERS])
    driver.engine.partitions.assign(ORDERS, 1, metadata)
    for offset, (key, event) in enumerate(read[1:], 1):
        driver.take(key, send(event), offset=offset)
    driver.run(lambda _: ACCEPTED)

    assert driver.log == again
    assert driver.commit()[ORDERS].offset == 4
    assert driver.at_rest()


def test_a_commit_of_ours_that_was_never_answered_is_nobody_elses() -> None:
    """Neither was: the brokers took the first of two, and nobody has repeated what lies below it."""
    driver = Driver(ORDERED).assign()
    driver.take("jane", send("optin"))
    driver.reply_all()
    assert driver.commit()[ORDERS].offset == 1
    driver.take("jane", send("unsubscribe"))
    driver.take("jane", send("optin"))
    driver.run(lambda _: ACCEPTED)
    assert driver.commit()[ORDERS].offset == 3
    driver.log.clear()

    come_back(driver, committed=1)
    driver.take("jane", send("unsubscribe"), offset=1)
    driver.take("jane", send("optin"), offset=2)

    assert driver.log == []


def test_what_lies_below_our_commit_was_repeated_by_nobody() -> None:
    """Jane's first was delivered behind a later record: it is in the commit with which another member began."""
    driver = Driver(ORDERED).assign()
    read = [("jane", "optin"), ("kate", "search"), ("jane", "unsubscribe"), ("john", "optin")]
    for key, event in read:
        driver.take(key, send(event))
    for offset in (3, 0, 2):
        driver.reply(f"shop.orders:0:{offset}")
    assert driver.commit()[ORDERS].offset == 1
    driver.engine.partitions.commits.acknowledged([ORDERS])
    driver.log.clear()

    come_back(driver, committed=2)
    for offset, (key, event) in enumerate(read[2:], 2):
        driver.take(key, send(event), offset=offset)

    assert driver.log == []
