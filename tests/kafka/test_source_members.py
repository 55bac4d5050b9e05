"""The members of a source: who is asked for what, and what of it the loop is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from confluent_kafka import KafkaError, TopicPartition
from structlog.testing import capture_logs

from consumer.delivery.decisions import Commit
from consumer.records import Partition
from tests.kafka.scripted_source import (
    ORDERS,
    OTHERS,
    RETRY,
    Member,
    Scripted,
    message,
    scripted_members,
)


@pytest.fixture(autouse=True)
def members(monkeypatch: pytest.MonkeyPatch) -> None:
    scripted_members(monkeypatch)


class TestMembers:
    def test_the_retry_topic_has_a_member_of_its_own(self) -> None:
        """With one member for both, an assignor would give all of it to one instance and the orders to another."""
        Scripted(("shop.orders", r"^shop\.cart.*", "shop.retry"))

        assert {name: member.subscription for name, member in Member.made.items()} == {
            "": ["shop.orders", r"^shop\.cart.*"],
            "retry": ["shop.retry"],
        }

    def test_only_routed_topics_may_begin_at_their_end_and_have_statistics(self) -> None:
        scripted = Scripted()

        assert (Member.made[""].looks, Member.made["retry"].looks) == (True, False)
        assert Member.made[""].callbacks.on_statistics == scripted.statistics
        assert Member.made["retry"].callbacks.on_statistics is None

    @pytest.mark.parametrize(("subscription", "names"), [(("shop.orders",), [""]), (("shop.retry",), ["retry"])])
    def test_where_only_one_kind_is_read_there_is_one_member(
        self, subscription: Sequence[str], names: list[str]
    ) -> None:
        scripted = Scripted(subscription)
        scripted.source.commit([Commit(Partition(subscription[0], 0), 5, "")])

        assert list(Member.made) == names
        assert Member.made[names[0]].calls == [("commit", [(subscription[0], 0, 5)], False)]

    def test_it_has_joined_when_one_member_has(self) -> None:
        """A routed topic that is not there yet keeps a classic member from joining."""
        scripted = Scripted()
        assert not scripted.source.joined

        Member.made["retry"].joined = True
        assert scripted.source.joined

    def test_each_partition_is_its_members_affair(self) -> None:
        scripted = Scripted()
        scripted.source.pause([ORDERS, RETRY])
        scripted.source.resume([RETRY])
        scripted.source.commit([Commit(ORDERS, 5, ""), Commit(OTHERS, 6, ""), Commit(RETRY, 7, "")], wait=True)

        assert Member.made[""].calls == [
            ("pause", [("shop.orders", 0)]),
            ("commit", [("shop.orders", 0, 5), ("shop.orders", 1, 6)], True),
        ]
        assert Member.made["retry"].calls == [
            ("pause", [("shop.retry", 0)]),
            ("resume", [("shop.retry", 0)]),
            ("commit", [("shop.retry", 0, 7)], True),
        ]

    @pytest.mark.parametrize("name", ["", "retry"])
    def test_a_commit_is_under_way_while_a_member_has_not_had_its_answer(self, name: str) -> None:
        scripted = Scripted()
        assert not scripted.source.committing

        Member.made[name].unanswered = 1
        assert scripted.source.committing

        Member.made[name].callbacks.on_commit(None, [TopicPartition(*ORDERS, 5)])
        assert scripted.listener.committed == [ORDERS]

    def test_a_position_below_0_is_none(self) -> None:
        assert Scripted().source.positions([ORDERS, OTHERS, RETRY]) == {ORDERS: 7, RETRY: 7}

    def test_a_close_leaves_the_group_with_each(self) -> None:
        scripted = Scripted()
        scripted.source.close()

        assert [member.calls for member in Member.made.values()] == [[("close",)], [("close",)]]
        assert scripted.topics.closed


class TestPolling:
    def test_a_quarter_is_for_the_retry_topic_and_the_routed_topics_are_waited_for(self) -> None:
        scripted = Scripted()

        assert scripted.poll() == []
        assert Member.made["retry"].calls == [("consume", 25, 0)]
        assert Member.made[""].calls == [("consume", 100, 0.5)]

    def test_with_a_redelivery_in_hand_nothing_is_waited_for(self) -> None:
        scripted = Scripted()
        Member.made["retry"].messages = [message(RETRY, 3), message(RETRY, 4)]
        Member.made[""].messages = [message(ORDERS, 5)]

        assert [(each.partition, each.offset) for each in scripted.poll()] == [(RETRY, 3), (RETRY, 4), (ORDERS, 5)]
        assert Member.made[""].calls == [("consume", 98, 0)]

    def test_of_few_each_gets_one(self) -> None:
        scripted = Scripted()
        Member.made["retry"].messages = [message(RETRY)]
        scripted.source.poll(1, 0.5)

        assert Member.made["retry"].calls == [("consume", 1, 0)]
        assert Member.made[""].calls == [("consume", 1, 0)]

    @pytest.mark.parametrize(
        ("seconds", "there", "asked"),
        [
            (0.5, 0, [("consume", 25, 0), ("consume", 100, 0.5)]),
            (0.5, 1, [("consume", 25, 0)]),
            (0, 0, [("consume", 25, 0)]),
        ],
    )
    def test_the_retry_topic_alone_is_waited_for(self, seconds: float, there: int, asked: list[Any]) -> None:
        scripted = Scripted(("shop.retry",))
        Member.made["retry"].messages = [message(RETRY)] * there

        assert len(scripted.source.poll(100, seconds)) == there
        assert Member.made["retry"].calls == asked

    def test_an_error_in_place_of_a_record_is_told_with_its_partition(self) -> None:
        """Nothing is read there, and all else goes on."""
        scripted = Scripted()
        Member.made[""].messages = [message(OTHERS, error=KafkaError(KafkaError.UNKNOWN)), message(ORDERS)]
        with capture_logs() as logs:
            (record,) = scripted.poll()

        assert record.partition == ORDERS
        assert [(line["code"], line["topic"], line["partition"]) for line in logs] == [("UNKNOWN", *OTHERS)]

    def test_what_was_read_ends_the_errors_of_its_partition(self) -> None:
        scripted = Scripted()
        Member.made[""].messages = [message(ORDERS), message(OTHERS, error=KafkaError(KafkaError.UNKNOWN))]
        scripted.poll()

        assert scripted.reading.told == [("ended", [ORDERS]), "due"]
