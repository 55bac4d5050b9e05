"""What a customer has consented to, by address and message type, in the order of the consents' times."""

from __future__ import annotations

from dataclasses import replace

from consumer.sandbox.subscriptions import MARKETING, Source, Status, Subscription, Subscriptions

JANE = Subscription("jane@example.com", MARKETING, Status.SUBSCRIBED, 1_000, Source.REST)
OUT = replace(JANE, status=Status.UNSUBSCRIBED)


def after(*said: Subscription) -> Subscriptions:
    states = Subscriptions()
    for each in said:
        states.take(each)
    return states


def test_what_was_true_later_stands_whatever_came_first() -> None:
    late = replace(OUT, consented_at=2_000)
    assert list(after(JANE, late)) == list(after(late, JANE)) == [late]
    assert list(after(JANE, OUT)) == [OUT], "of two of one time, the last that came"


def test_each_address_and_message_type_has_its_own() -> None:
    phone = replace(JANE, identifier="+15556667777")
    orders = replace(OUT, message_type="TRANSACTIONAL")
    states = after(JANE, phone, orders)
    assert states.of(JANE.identifier) == [JANE, orders]
    assert (states.find(phone.identifier), states.find("nobody@example.com")) == (phone, None)
    assert [each.channel for each in states] == ["email", "sms", "email"]


def test_the_oldest_is_forgotten_and_the_account_of_bytes_ends_at_nothing() -> None:
    many = [replace(JANE, identifier=f"+1555{number:07}", channel_identifier="72345") for number in range(60)]
    states = after(*many)
    assert list(states) == many[10:]
    for each in list(states):
        states.drop(each)
    assert (list(states), states.size) == ([], 0)


def test_a_state_is_written_as_the_api_has_it() -> None:
    at = 1_767_225_600_250_000_000
    signed = replace(JANE, status=Status.PENDING_CONFIRMATION, consented_at=at, channel_identifier="72345")
    assert signed.as_state() == {
        "message_type": "MARKETING",
        "status": "PENDING_CONFIRMATION",
        "consented_at": "2026-01-01T00:00:00.250Z",
        "source": "public-api",
        "channel_identifier": "72345",
    }
    assert "channel_identifier" not in JANE.as_state()
