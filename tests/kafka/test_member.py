"""One consumer of the group, scripted: what it is made with, what it gives, and when it is made anew."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition
from structlog.testing import capture_logs

from consumer.config.model import KafkaConfig
from consumer.kafka.client import Fatal
from consumer.kafka.member import Callbacks, GroupMember

ORDERS = TopicPartition("shop.orders", 0)
MOVED = KafkaError(KafkaError.NOT_COORDINATOR)


class Client:
    """Stands for librdkafka's consumer, and remembers what it was asked."""

    made: list[Client]

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.calls: list[Any] = []
        self.ready: list[Any] = []
        self.arrives: Any = None
        self.id = ""
        self.refuses: KafkaError | None = None
        self.holds: list[TopicPartition] = []
        Client.made.append(self)

    def subscribe(self, topics: list[str], **callbacks: Any) -> None:
        self.calls.append(("subscribe", topics))
        self.callbacks = callbacks

    def consume(self, most: int, seconds: float) -> list[Any]:
        self.calls.append(("consume", most, seconds))
        found, self.ready = self.ready[:most], self.ready[most:]
        return found

    def poll(self, seconds: float) -> Any:
        self.calls.append(("poll", seconds))
        return self.arrives

    def memberid(self) -> str:
        return self.id

    def commit(self, offsets: list[TopicPartition], *, asynchronous: bool = True) -> list[TopicPartition] | None:
        if self.refuses is not None:
            raise KafkaException(self.refuses)
        self.calls.append(("commit", offsets, asynchronous))
        return None if asynchronous else offsets

    def assignment(self) -> list[TopicPartition]:
        return self.holds

    def unsubscribe(self) -> None:
        self.calls.append(("unsubscribe",))

    def close(self) -> None:
        self.calls.append(("close",))

    def __getattr__(self, name: str) -> Any:
        return lambda partitions: self.calls.append((name, partitions))


class Members:
    """What the group says of its members."""

    made: Members

    def __init__(self, *_: Any) -> None:
        Members.made = self
        self.known: set[str] = set()
        self.closed = 0

    def holds(self, member_id: str) -> bool:
        return member_id in self.known

    def close(self) -> None:
        self.closed += 1


class Member:
    """A member, the time, and what it tells."""

    def __init__(self, options: Mapping[str, Any] | None = None, **given: Any) -> None:
        self.now = 100.0
        self.told: list[Any] = []
        self.warnings: list[str] = []
        statistics = given.pop("on_statistics", None)
        callbacks = Callbacks(
            on_assign=lambda _, partitions: self._tell("assigned", partitions),
            on_revoke=lambda _, partitions: self._tell("revoked", partitions),
            on_lost=lambda _, partitions: self._tell("lost", partitions),
            on_commit=lambda error, partitions: self.told.append(("committed", error, partitions)),
            on_error=lambda *_: None,
            on_statistics=statistics,
            logger=cast("Any", SimpleNamespace(warning=lambda _, text: self.warnings.append(text))),
        )
        kafka = KafkaConfig.model_validate(
            {"bootstrap_servers": "kafka:9092", "group_id": "group", "options": dict(options or {})}
        )
        self.raises: Exception | None = None
        self.member = GroupMember(kafka, ["shop.orders"], callbacks, clock=lambda: self.now, **given)
        self.members = Members.made

    def _tell(self, what: str, partitions: list[TopicPartition]) -> None:
        self.told.append((what, partitions))
        if self.raises is not None:
            raise self.raises

    @property
    def client(self) -> Client:
        """The consumer of now."""
        return Client.made[-1]

    def rebalance(self, what: str) -> None:
        self.client.callbacks[what](self.client, [ORDERS])

    def ends_by(self, code: int) -> list[Message]:
        """It is polled, and a fatal error comes."""
        text = KafkaError(code).str()
        self.client.ready = [message(KafkaError(KafkaError._FATAL, f"Fatal error: {text}"))]  # noqa: SLF001 - confluent-kafka's public name for it
        return self.member.consume(10, 0)


def message(error: KafkaError | None = None) -> Any:
    return SimpleNamespace(error=lambda: error)


@pytest.fixture(autouse=True)
def clients(monkeypatch: pytest.MonkeyPatch) -> None:
    Client.made = []
    monkeypatch.setattr("consumer.kafka.member.Consumer", Client)
    monkeypatch.setattr("consumer.kafka.member.Membership", Members)


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits of the thread."""
    waits: list[float] = []
    monkeypatch.setattr("consumer.kafka.member.time.sleep", waits.append)
    return waits


class TestWhatItIsMadeWith:
    def test_it_subscribes_under_the_new_protocol_where_the_options_leave_the_choice(self) -> None:
        client = Member().client

        assert client.options["group.protocol"] == "consumer"
        assert client.options["client.id"] == "group"
        assert "stats_cb" not in client.options
        assert client.calls == [("subscribe", ["shop.orders"])]

    def test_its_name_tells_two_members_of_a_process_apart(self) -> None:
        """A static id that two members have would fence one of them."""
        options = Member({"group.instance.id": "pod-0"}, name="retry").client.options

        assert (options["client.id"], options["group.instance.id"]) == ("group-retry", "pod-0-retry")

    def test_a_name_gives_no_static_id_to_a_member_without_one(self) -> None:
        assert "group.instance.id" not in Member(name="retry").client.options

    @pytest.mark.parametrize(("options", "every"), [({}, 5_000), ({"statistics.interval.ms": 60_000}, 60_000)])
    def test_statistics_come_every_5_seconds_unless_the_options_say_otherwise(
        self, options: dict[str, Any], every: int
    ) -> None:
        heard: list[str] = []
        made_with = Member(options, on_statistics=heard.append).client.options

        assert made_with["statistics.interval.ms"] == every
        assert made_with["stats_cb"] == heard.append

    def test_what_is_looked_at_before_it_joins_is_looked_at_once(self) -> None:
        """A second look, after it was made anew, would take what has come meanwhile for old."""
        looks: list[Any] = []
        member = Member(before_joining=lambda client: looks.append(list(client.calls)))
        member.ends_by(KafkaError.UNSUPPORTED_VERSION)
        member.member.consume(10, 0)

        assert len(Client.made) == 2
        assert looks == [[]]


class TestWhatItGives:
    def test_what_is_there_is_given_at_once(self) -> None:
        member = Member()
        member.client.ready = [one := message(), other := message(), message()]

        assert member.member.consume(2, 5) == [one, other]
        assert member.client.calls[1:] == [("consume", 2, 0)]

    def test_else_the_next_is_waited_for(self) -> None:
        """Many cannot be waited for: librdkafka waits until it has as many as it was asked for."""
        member = Member()
        member.client.arrives = message()

        assert member.member.consume(100, 5) == [member.client.arrives]
        assert member.client.calls[1:] == [("consume", 100, 0), ("poll", 5)]

    def test_nothing_is_waited_for_without_time_to_wait(self) -> None:
        member = Member()

        assert member.member.consume(100, 0) == []
        assert member.client.calls[1:] == [("consume", 100, 0)]

    def test_an_error_that_is_not_fatal_comes_in_the_place_of_a_record(self) -> None:
        member = Member()
        member.client.ready = [error := message(MOVED)]

        assert member.member.consume(10, 0) == [error]

    def test_what_a_callback_raises_comes_out_of_the_poll(self) -> None:
        """Out of the callback it would leave the rebalance half done. The first says what went wrong."""
        member = Member()
        member.raises = first = RuntimeError("first")
        member.rebalance("on_assign")
        member.raises = RuntimeError("second")
        member.rebalance("on_lost")
        member.client.ready = [message()]

        with pytest.raises(RuntimeError) as raised:
            member.member.consume(10, 0)
        assert raised.value is first
        assert member.member.consume(10, 0) == []

    def test_each_rebalance_is_told(self) -> None:
        member = Member()
        for each in ("on_assign", "on_revoke", "on_lost"):
            member.rebalance(each)

        assert member.told == [("assigned", [ORDERS]), ("revoked", [ORDERS]), ("lost", [ORDERS])]

    def test_partitions_that_come_while_the_group_is_left_are_not_told(self) -> None:
        """They go at once. What a callback raises then would be lost: it is logged."""
        member = Member()
        member.member.close()
        member.rebalance("on_assign")
        assert member.told == []

        member.raises = RuntimeError("no commit")
        with capture_logs() as lines:
            member.rebalance("on_revoke")
        assert [line["event"] for line in lines] == ["a callback of a rebalance failed while the group was left"]

    def test_a_callback_that_fails_while_the_group_is_held_is_told_once_by_the_poll_alone(self) -> None:
        member = Member()
        member.raises = RuntimeError("no commit")
        with capture_logs() as lines:
            member.rebalance("on_revoke")

        assert lines == []


class TestWhetherItHasJoined:
    def test_partitions_say_so(self) -> None:
        member = Member()
        assert not member.member.joined

        member.rebalance("on_assign")
        assert member.member.joined
        assert member.members.closed == 1, "nobody needs to be asked any more"

    def test_under_the_classic_protocol_an_id_says_so_for_the_brokers_give_it(self) -> None:
        member = Member({"group.protocol": "classic"})
        assert not member.member.joined

        member.client.id = "given"
        assert member.member.joined

    def test_under_the_new_protocol_the_id_is_its_own_and_the_group_is_asked(self) -> None:
        member = Member()
        member.client.id = "own"
        assert not member.member.joined
        assert member.members.closed == 0

        member.members.known = {"own"}
        assert member.member.joined

    def test_it_stays_so(self) -> None:
        """Readiness says that it came up, not that it has work."""
        member = Member()
        member.rebalance("on_assign")
        member.rebalance("on_lost")

        assert member.member.joined


class TestAnEnd:
    @pytest.mark.parametrize("code", [KafkaError.UNSUPPORTED_VERSION, KafkaError.GROUP_ID_NOT_FOUND])
    def test_where_the_new_protocol_is_not_offered_the_classic_one_is_spoken(self, code: int) -> None:
        """Nor to a group that speaks the classic one, which the brokers do not move."""
        member = Member()
        assert member.ends_by(code)
        assert member.client.calls[-1] == ("close",)

        member.member.consume(10, 0)
        assert member.client.options["group.protocol"] == "classic"
        assert member.client.calls == [("subscribe", ["shop.orders"]), ("consume", 10, 0)]

    def test_the_protocol_of_the_options_is_no_choice_of_ours(self) -> None:
        with pytest.raises(Fatal, match="cannot go on"):
            Member({"group.protocol": "consumer"}).ends_by(KafkaError.UNSUPPORTED_VERSION)

    def test_a_classic_group_that_is_asked_to_move_is_told_how(self) -> None:
        with pytest.raises(Fatal, match="stop all instances at once"):
            Member({"group.protocol": "consumer"}).ends_by(KafkaError.GROUP_ID_NOT_FOUND)

    def test_the_classic_one_is_the_last_to_be_tried(self) -> None:
        member = Member()
        member.ends_by(KafkaError.UNSUPPORTED_VERSION)
        member.member.consume(10, 0)

        with pytest.raises(Fatal, match="cannot go on"):
            member.ends_by(KafkaError.UNSUPPORTED_VERSION)

    def test_a_static_id_that_is_not_released_is_waited_for(self, slept: list[float]) -> None:
        """As after each quick restart: half the time by itself, half by chance, 2.5 to 5 s at most."""
        member = Member()
        for _ in range(3):
            made = len(Client.made)
            member.ends_by(KafkaError.UNRELEASED_INSTANCE_ID)
            member.now += 2.49
            assert member.member.consume(10, 0.25) == []
            assert (len(Client.made), slept.pop()) == (made, 0.25)

            member.now += 2.51
            member.member.consume(10, 0.25)
            assert len(Client.made) == made + 1
        assert member.client.options["group.protocol"] == "consumer"
        assert (
            member.warnings
            == ["another process still holds this group.instance.id: waiting until it is released"] * 3
        )
        assert slept == []

    def test_meanwhile_there_is_nothing_to_ask(self) -> None:
        member = Member()
        member.ends_by(KafkaError.UNRELEASED_INSTANCE_ID)
        before = list(member.client.calls)

        member.member.pause([ORDERS])
        member.member.resume([ORDERS])
        member.member.move(ORDERS)
        assert member.member.ask(lambda client: client.memberid()) is None
        error, partitions = member.member.commit([ORDERS], wait=False)
        assert (error.code() if error else None, partitions) == (KafkaError._STATE, [ORDERS])  # noqa: SLF001 - confluent-kafka's public name for it
        assert not member.member.joined
        member.member.close()
        assert (member.client.calls, member.members.closed) == (before, 1)

    def test_an_id_that_another_process_has_taken_over_ends_this_one(self) -> None:
        with pytest.raises(Fatal, match=r"another process uses the same group\.instance\.id"):
            Member().ends_by(KafkaError.FENCED_INSTANCE_ID)

    def test_any_other_end_is_told_in_the_brokers_words(self) -> None:
        with pytest.raises(Fatal, match=r"the Kafka consumer cannot go on: .*Group authorization failed"):
            Member().ends_by(KafkaError.GROUP_AUTHORIZATION_FAILED)


class TestWhatItIsAsked:
    def test_a_commit_is_sent_or_waited_for(self) -> None:
        member = Member()

        assert member.member.commit([ORDERS], wait=False) == (None, [ORDERS])
        assert member.member.commit([ORDERS], wait=True) == (None, [ORDERS])
        assert member.client.calls[1:] == [("commit", [ORDERS], True), ("commit", [ORDERS], False)]

    def test_a_commit_is_under_way_until_it_is_answered(self) -> None:
        """One that is waited for has its answer when it returns."""
        member = Member()
        member.member.commit([ORDERS], wait=True)
        assert member.member.unanswered == 0

        member.member.commit([ORDERS], wait=False)
        member.member.commit([ORDERS], wait=False)
        assert member.member.unanswered == 2

        member.client.options["on_commit"](None, [ORDERS])
        member.client.options["on_commit"](MOVED, [ORDERS])
        assert member.told == [("committed", None, [ORDERS]), ("committed", MOVED, [ORDERS])]
        assert member.member.unanswered == 0

    def test_an_answer_that_nobody_asked_for_does_not_hide_a_later_commit(self) -> None:
        """librdkafka answers a commit of its own, too."""
        member = Member()
        member.client.options["on_commit"](None, [ORDERS])
        member.member.commit([ORDERS], wait=False)

        assert member.member.unanswered == 1

    def test_a_commit_of_a_consumer_that_has_ended_is_not_waited_for(self) -> None:
        member = Member()
        member.member.commit([ORDERS], wait=False)
        member.ends_by(KafkaError.UNSUPPORTED_VERSION)
        member.member.consume(10, 0)

        assert member.member.unanswered == 0

    @pytest.mark.parametrize("wait", [False, True])
    def test_one_that_is_refused_comes_back_with_the_reason(self, wait: bool) -> None:  # noqa: FBT001 - a table's column
        member = Member()
        member.client.refuses = MOVED

        assert member.member.commit([ORDERS], wait=wait) == (MOVED, [ORDERS])
        assert member.member.unanswered == 0

    def test_a_partition_is_read_on_elsewhere_by_assigning_it_anew(self) -> None:
        """After an offset out of range a seek is refused."""
        member = Member()
        member.member.move(start := TopicPartition("shop.orders", 0, 7))

        (unassign, (gone,)), assign = member.client.calls[1:]
        assert (unassign, gone.topic, gone.partition) == ("incremental_unassign", "shop.orders", 0)
        assert assign == ("incremental_assign", [start])

    def test_pauses_and_questions_go_to_the_consumer_of_now(self) -> None:
        member = Member()
        member.client.id = "own"
        member.member.pause([ORDERS])
        member.member.resume([ORDERS])

        assert member.client.calls[1:] == [("pause", [ORDERS]), ("resume", [ORDERS])]
        assert member.member.ask(lambda client: client.memberid()) == "own"

    def test_the_groups_word_holds_for_a_while_and_under_the_classic_protocol_until_it_is_taken_back(self) -> None:
        """There silence says nothing: no commit is answered while another member is waited for."""
        member = Member()
        assert member.member.lease_seconds == 15

        member.ends_by(KafkaError.UNSUPPORTED_VERSION)
        assert member.member.lease_seconds == float("inf")

    @pytest.mark.parametrize(
        ("options", "holds", "leaves"),
        [
            ({"group.protocol": "classic"}, [], True),
            ({"group.protocol": "classic"}, [ORDERS], False),
            ({"group.protocol": "classic", "group.instance.id": "pod-0"}, [], False),
            ({"group.protocol": "consumer"}, [], False),
        ],
    )
    def test_a_classic_member_without_a_partition_leaves_by_ending_its_subscription(
        self, options: dict[str, Any], holds: list[TopicPartition], *, leaves: bool
    ) -> None:
        """Else the group would stand until its session ends. A static one must not leave."""
        member = Member(options)
        member.client.holds = holds
        member.member.close()

        assert member.client.calls[1:] == [("unsubscribe",)] * leaves + [("close",)]

    def test_a_close_leaves_the_group(self) -> None:
        member = Member()
        member.member.close()

        assert member.client.calls[-1] == ("close",)
        assert member.members.closed == 1
