"""Which names are those of a consent, and what a value says of it."""

from __future__ import annotations

import pytest

from consumer.commands.counts.consents import (
    Verdict,
    is_of_another_channel,
    names_a_consent,
    names_a_state,
    names_a_withdrawal,
    speak_of_consent,
    verdict,
)


@pytest.mark.parametrize(
    ("said", "values"),
    [
        (
            Verdict.GIVEN,
            "ERTEILT CONCEDIDO ALTA BESTAETIGT bestätigt ANGEMELDET SUSCRIBIR OPTED_IN OPT-IN JA",
        ),
        (Verdict.TAKEN, "WIDERRUFEN REVOCADO BAJA ABGELEHNT ABGEMELDET DARSE_DE_BAJA OPTED_OUT withdrawn NEE"),
        (Verdict.NEITHER, "UNBEKANNT PENDIENTE OFFEN AUSSTEHEND NINGUNA PENDING unknown ONBEKEND"),
        (None, "A BLUE NOT_GRANTED OPTED_IN_PENDING_CONFIRMED"),
    ],
)
def test_a_value_gives_a_consent_takes_it_back_or_does_neither(said: Verdict | None, values: str) -> None:
    assert {each: verdict(each) for each in values.split()} == dict.fromkeys(values.split(), said)


def test_only_words_of_consents_speak_of_one() -> None:
    assert speak_of_consent(["OPTED_IN", "X"])
    assert not speak_of_consent(["YES", "NO", "PENDING"])


@pytest.mark.parametrize("name", ["zustimmung", "einwilligungsStatus", "consentimiento", "emailOptIn", "permission"])
def test_names_of_consents(name: str) -> None:
    assert names_a_consent(name)


@pytest.mark.parametrize("name", ["status", "estado", "accion", "zustand", "orderStatus", "is_active"])
def test_names_of_states(name: str) -> None:
    assert names_a_state(name)
    assert not names_a_consent(name)


@pytest.mark.parametrize(
    "name", ["channel", "consent_source", "consentAt", "newsletter_id", "einwilligungsquelle", "email", "gender"]
)
def test_what_is_said_about_a_consent_is_none(name: str) -> None:
    assert not names_a_consent(name)
    assert not names_a_state(name)


@pytest.mark.parametrize("name", ["unsubscribed", "emailOptOut", "no_mail", "widerrufen", "consent_withdrawn"])
def test_yes_of_a_withdrawal_is_a_no(name: str) -> None:
    assert names_a_withdrawal(name)
    assert not names_a_withdrawal("consent")


def test_a_consent_to_another_channel_is_told_from_one_to_e_mails() -> None:
    assert is_of_another_channel(["consents", "sms"])
    assert not is_of_another_channel(["consents", "email"])
    assert not is_of_another_channel(["email_and_sms"])
