"""Whether the group has taken a member in, asked without waiting."""

from __future__ import annotations

from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from consumer.config.model import KafkaConfig
from consumer.kafka.membership import Membership


class Admin:
    """Takes the questions; the test answers them."""

    made: list[Admin]

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.answers: list[Future[Any]] = []
        self.closed = False
        Admin.made.append(self)

    def describe_consumer_groups(self, groups: list[str], **_: float) -> dict[str, Future[Any]]:
        self.answers.append(Future())
        return dict.fromkeys(groups, self.answers[-1])

    def __exit__(self, *_: object) -> None:
        self.closed = True


class Asking:
    """A membership whose time the test sets, and the client that it asks by."""

    def __init__(self) -> None:
        self.now = 100.0
        kafka = {"bootstrap_servers": "kafka:9092", "group_id": "shop", "options": {"statistics.interval.ms": 100}}
        self.membership = Membership(KafkaConfig.model_validate(kafka), lambda: self.now)

    def holds(self) -> bool:
        return self.membership.holds("own")

    def after(self, seconds: float) -> bool:
        self.now += seconds
        return self.holds()

    @property
    def questions(self) -> list[Future[Any]]:
        """Those asked so far."""
        return [answer for admin in Admin.made for answer in admin.answers]


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> Asking:
    Admin.made = []
    monkeypatch.setattr("consumer.kafka.membership.AdminClient", Admin)
    return Asking()


def members(*ids: str) -> SimpleNamespace:
    return SimpleNamespace(members=[SimpleNamespace(member_id=each) for each in ids])


def test_partitions_come_within_two_seconds_in_most_groups_and_nobody_is_asked_before(asking: Asking) -> None:
    assert not asking.holds()
    assert not asking.after(1.9)
    assert asking.questions == []

    assert not asking.after(0.1)
    assert len(asking.questions) == 1


def test_the_answer_is_waited_for_and_none_other_asked_for_meanwhile(asking: Asking) -> None:
    asking.after(2)
    assert not asking.after(60)
    assert len(asking.questions) == 1

    asking.questions[0].set_result(members("another", "own"))
    assert asking.holds()


def test_where_the_group_does_not_have_it_yet_it_is_asked_again_two_seconds_later(asking: Asking) -> None:
    asking.after(2)
    asking.questions[0].set_result(members("another"))
    assert not asking.after(1)
    assert not asking.after(0.9)
    assert len(asking.questions) == 1

    asking.after(0.1)
    asking.questions[1].set_result(members("own"))
    assert asking.holds()
    assert len(Admin.made) == 1


def test_brokers_that_do_not_tell_are_taken_to_have_it(asking: Asking) -> None:
    """Readiness must not wait for a right that only this question needs."""
    asking.after(2)
    asking.questions[0].set_exception(KafkaException(KafkaError(KafkaError.GROUP_AUTHORIZATION_FAILED)))

    assert asking.holds()


def test_the_client_asks_for_its_own_group_and_tells_no_statistics(asking: Asking) -> None:
    asking.after(2)

    assert Admin.made[0].options["bootstrap.servers"] == "kafka:9092"
    assert Admin.made[0].options["statistics.interval.ms"] == 0


def test_a_close_ends_the_client_and_a_later_question_makes_another(asking: Asking) -> None:
    asking.membership.close()
    asking.after(2)
    asking.membership.close()
    assert [admin.closed for admin in Admin.made] == [True]

    asking.questions[0].set_result(members("own"))
    assert not asking.after(2), "the answer to a question from before says nothing"
    assert len(asking.questions) == 2
