"""Partitions that come and go, topics that are made anew or deleted, offsets that are not there any more."""

from __future__ import annotations

from typing import Any, cast

import pytest

from consumer.delivery.decisions import Commit
from consumer.ports import Assigned
from tests.kafka.scripted_source import (
    ORDERS,
    OTHERS,
    Member,
    Scripted,
    out_of_range,
    scripted_members,
)


@pytest.fixture(autouse=True)
def members(monkeypatch: pytest.MonkeyPatch) -> None:
    scripted_members(monkeypatch)


class TestOutOfRange:
    def test_reading_goes_on_where_there_are_records(self) -> None:
        scripted = Scripted()
        Member.made[""].messages = [out_of_range(ORDERS, 4)]
        assert scripted.poll() == []
        Member.made[""].calls.clear()

        scripted.poll()
        scripted.poll()
        assert Member.made[""].calls == [
            ("move", "shop.orders", 0, 10),
            ("consume", 100, 0.5),
            ("consume", 100, 0.5),
        ]
        assert scripted.losses.told == [(ORDERS, 4, 10)]

    @pytest.mark.parametrize(("offset", "begins"), [(None, 10), (50, 50)])
    def test_without_a_position_it_begins_at_the_first_record(self, offset: int | None, begins: int) -> None:
        scripted = Scripted()
        Member.made[""].messages = [out_of_range(ORDERS, offset)]
        scripted.poll()
        scripted.poll()

        assert ("move", "shop.orders", 0, begins) in Member.made[""].calls
        assert scripted.losses.told == []

    def test_a_paused_partition_stays_paused(self) -> None:
        """Assigning it anew would let it go."""
        scripted = Scripted()
        scripted.source.pause([ORDERS, OTHERS])
        scripted.source.resume([OTHERS])
        Member.made[""].messages = [out_of_range(ORDERS, 4), out_of_range(OTHERS, 4)]
        scripted.poll()
        Member.made[""].calls.clear()
        scripted.poll()

        assert Member.made[""].calls[:-1] == [
            ("move", "shop.orders", 0, 10),
            ("pause", [("shop.orders", 0)]),
            ("move", "shop.orders", 1, 10),
        ]

    def test_a_partition_that_has_left_is_not_moved(self) -> None:
        scripted = Scripted()
        scripted.assign(ORDERS)
        Member.made[""].messages = [out_of_range(ORDERS, 4)]
        scripted.poll()
        Member.made[""].rebalance("on_lost", ORDERS)
        scripted.poll()

        assert not [call for call in Member.made[""].calls if call[0] == "move"]


class TestATopicMadeAnew:
    def test_what_is_in_memory_is_told_and_reading_begins_at_its_first_record(self) -> None:
        """Before anything is read: what comes from an old position is none of the new topic's."""
        scripted = Scripted()
        scripted.assign(ORDERS, OTHERS)
        scripted.listener.assigned.clear()
        scripted.topics.anew = {"shop.orders"}
        scripted.poll()

        assert sorted(scripted.listener.deleted) == [ORDERS, OTHERS]
        begun = {each: Assigned(each, None, "", start=10, lease=45.0) for each in (ORDERS, OTHERS)}
        assert scripted.listener.assigned == begun
        assert sorted(Member.made[""].calls) == [
            ("consume", 100, 0.5),
            ("move", "shop.orders", 0, 10),
            ("move", "shop.orders", 1, 10),
        ]
        assert Member.made[""].calls[-1][0] == "consume"

        Member.made[""].calls.clear()
        scripted.poll()
        assert Member.made[""].calls == [("consume", 100, 0.5)]

    @pytest.mark.parametrize(("others", "start"), [({"shop.orders"}, 10), ({"shop.carts"}, None), (set(), None)])
    def test_a_commit_of_ours_is_void_once_there_is_another_topic_of_that_name(
        self, others: set[str], start: int | None
    ) -> None:
        """Not for the word that there is none: a broker may not know a topic for a moment."""
        scripted = Scripted()
        Member.made[""].consumer.commits = {ORDERS: 40}
        scripted.assign(ORDERS)
        scripted.source.commit([Commit(ORDERS, 40, "")])
        scripted.topics.deleted = {"shop.orders"}
        Member.made[""].rebalance("on_revoke", ORDERS)
        scripted.topics.others = others
        scripted.assign(ORDERS)

        assert scripted.listener.assigned[ORDERS].start == start

    def test_another_topics_partitions_are_left_alone(self) -> None:
        scripted = Scripted()
        scripted.assign(ORDERS)
        scripted.topics.anew = {"shop.carts"}
        scripted.poll()

        assert scripted.listener.deleted == []
        assert Member.made[""].calls == [("consume", 100, 0.5)]

    def test_nothing_is_told_while_the_brokers_do_not_say_where_it_begins(self) -> None:
        scripted = Scripted()
        scripted.assign(ORDERS)
        scripted.listener.assigned.clear()
        Member.made[""].consumer.down = {ORDERS}
        scripted.topics.anew = {"shop.orders"}
        scripted.poll()

        assert scripted.listener.assigned == {}


class TestAnAssignment:
    @pytest.mark.parametrize(
        ("options", "how"),
        [
            ({}, "incremental"),
            ({"group.protocol": "classic"}, "incremental"),
            ({"partition.assignment.strategy": "cooperative-sticky"}, "incremental"),
            ({"partition.assignment.strategy": "range,roundrobin"}, "assign"),
        ],
    )
    def test_reading_begins_at_the_commit_and_where_there_is_none_at_the_start(
        self, options: dict[str, Any], how: str
    ) -> None:
        """In the way of the protocol: an eager assignor gives all partitions each time."""
        scripted = Scripted(**options)
        Member.made[""].consumer.commits = {ORDERS: 40}
        scripted.assign(ORDERS, OTHERS)

        assert Member.made[""].consumer.assigned == [(how, [("shop.orders", 0, 40), ("shop.orders", 1, 10)])]
        assert scripted.listener.assigned == {
            ORDERS: Assigned(ORDERS, 40, "", None, lease=45),
            OTHERS: Assigned(OTHERS, None, "", 10, lease=45),
        }
        assert scripted.topics.watched == {"shop.orders"}
        assert scripted.reading.told == ["joined", ("ended", [ORDERS, OTHERS])]

    def test_where_one_start_is_not_known_librdkafka_begins_by_itself(self) -> None:
        """It reads from the commits, and asks where there is none."""
        scripted = Scripted()
        Member.made[""].consumer.commits = {ORDERS: 40}
        Member.made[""].consumer.unanswered = True
        scripted.assign(ORDERS, OTHERS)

        assert Member.made[""].consumer.assigned == []
        assert set(scripted.listener.assigned) == {ORDERS, OTHERS}

    def test_no_partition_is_an_answer_too(self) -> None:
        """The group has taken this instance in."""
        scripted = Scripted()
        Member.made[""].rebalance("on_assign")

        assert scripted.reading.told == ["joined", ("ended", [])]
        assert Member.made[""].consumer.assigned == []


class TestALeaving:
    def test_a_revoke_is_told_while_it_can_still_be_committed(self) -> None:
        """In the callback's own thread: another's commit is not answered before it returns."""
        scripted = Scripted()
        scripted.assign(ORDERS)
        seen: list[bool] = []
        commits = cast("Any", Member.made[""].callbacks.on_commit).__self__
        scripted.listener.meanwhile = lambda: seen.append(commits.revoking)
        Member.made[""].rebalance("on_revoke", ORDERS)

        assert seen == [True]
        assert not commits.revoking
        assert scripted.reading.told[-1] == ("gone", [ORDERS])

    def test_a_listener_that_fails_leaves_no_rebalance_under_way(self) -> None:
        scripted = Scripted()
        commits = cast("Any", Member.made[""].callbacks.on_commit).__self__

        def fails() -> None:
            raise RuntimeError("no commit")

        scripted.listener.meanwhile = fails
        with pytest.raises(RuntimeError):
            Member.made[""].rebalance("on_revoke", ORDERS)
        assert not commits.revoking

    def test_what_is_lost_is_told_as_lost(self) -> None:
        scripted = Scripted()
        scripted.assign(ORDERS)
        Member.made[""].rebalance("on_lost", ORDERS)

        assert (scripted.listener.lost, scripted.listener.revoked, scripted.listener.deleted) == ([ORDERS], [], [])
        assert scripted.reading.told[-1] == ("gone", [ORDERS])

    @pytest.mark.parametrize("how", ["on_revoke", "on_lost"])
    def test_a_deleted_topics_partitions_have_nobody_left_to_read_them(self, how: str) -> None:
        scripted = Scripted()
        scripted.assign(ORDERS, OTHERS)
        scripted.topics.deleted = {"shop.orders"}

        Member.made[""].rebalance(how, ORDERS)
        assert scripted.listener.deleted == [ORDERS]
        assert scripted.topics.forgotten == [], "the next look tells of those that stay"

        Member.made[""].rebalance(how, OTHERS)
        assert scripted.listener.deleted == [ORDERS, OTHERS]
        assert scripted.topics.forgotten == ["shop.orders"]

    def test_while_the_group_is_left_nobody_is_asked(self) -> None:
        """What is in memory is given up at the end in any case, and the brokers may be gone."""
        scripted = Scripted()
        scripted.assign(ORDERS)
        scripted.source.close()
        scripted.topics.deleted = {"shop.orders"}
        Member.made[""].rebalance("on_revoke", ORDERS)

        assert (scripted.listener.deleted, scripted.listener.revoked) == ([], [ORDERS])
