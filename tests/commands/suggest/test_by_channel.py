"""A consent to text messages never becomes one to e-mails."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from consumer.commands.suggest.report import routes_of
from consumer.commands.suggest.sources import TopicContents
from tests.commands.suggest.shops import MILLISECONDS, optional, record
from tests.commands.suggest.test_report import errors_of, schema_of, uncommented


def enum(name: str, *symbols: str) -> dict[str, Any]:
    return {"type": "enum", "name": name, "symbols": list(symbols)}


JOINED = record(
    "ConsentChanged",
    memberNo="string",
    mailAddress=optional("string"),
    mobileNo=optional("string"),
    channel=enum("Channel", "EMAIL", "SMS"),
    decision=enum("Decision", "GRANTED", "REVOKED"),
    decidedOn=MILLISECONDS,
)
GIVEN = {
    "memberNo": "1",
    "mailAddress": "jane@example.com",
    "mobileNo": "+15556667777",
    "channel": "SMS",
    "decision": "GRANTED",
}
DECISION = {"path": "decision", "values": {"GRANTED": "optin", "REVOKED": "unsubscribe"}}


def text_of(topic: str, avro: Any, *records: dict[str, Any], rest_api: bool) -> str:
    contents, schema = TopicContents(topic), schema_of(avro)
    assert schema.record is not None
    contents.types[schema.record.name] = [schema]
    contents.records[schema.record.name] = list(records)
    return routes_of(contents, rest_api=rest_api)


def routes_in(text: str) -> list[dict[str, Any]]:
    return yaml.safe_load(f"routes:\n{text}")["routes"] or []


def test_with_the_rest_apis_each_channel_has_a_route_of_its_own() -> None:
    mail, sms = routes_in(text_of("acme.sms.join", JOINED, GIVEN, rest_api=True))

    assert mail == {
        "topic": "acme.sms.join",
        "event": DECISION,
        "api": "eligibility",
        "when": "channel == 'EMAIL'",
        "fields": {"email": "mailAddress", "consented_at": "decidedOn"},
    }
    assert sms == {
        "topic": "acme.sms.join",
        "event": DECISION,
        "api": "eligibility",
        "when": "channel == 'SMS'",
        "fields": {"phone_number": "mobileNo", "consented_at": "decidedOn"},
    }
    assert errors_of(mail, JOINED) == errors_of(sms, JOINED) == []


def test_without_them_that_of_text_messages_is_a_comment_that_says_why() -> None:
    text = text_of("acme.sms.join", JOINED, GIVEN, rest_api=False)
    (mail,) = routes_in(text)

    assert (mail["when"], mail["fields"]["email"]) == ("channel == 'EMAIL'", "mailAddress")
    assert "client" not in mail["fields"]
    assert "api" not in mail
    assert "give bluecore.rest_api" in text
    _, sms = routes_in(uncommented(text))
    assert (sms["when"], sms["fields"]["phone_number"]) == ("channel == 'SMS'", "mobileNo")


@pytest.mark.parametrize(
    ("avro", "phone", "path"),
    [
        (record("SmsConsent", msisdn="string", granted="boolean", ts=MILLISECONDS), "msisdn", "granted"),
        (
            record("Consent", phone_number="string", opted_in="boolean", consented_at=MILLISECONDS),
            "phone_number",
            "opted_in",
        ),
        (record("SmsConsent", email="string", mobile="string", granted="boolean"), "mobile", "granted"),
    ],
    ids=["msisdn", "phone_number", "an address beside"],
)
def test_a_consent_of_a_phone_is_by_the_phone(avro: Any, phone: str, path: str) -> None:
    (route,) = routes_in(text_of("crm.consents", avro, rest_api=True))
    assert (route["api"], route["fields"]["phone_number"], route["event"]["path"]) == ("eligibility", phone, path)
    assert "email" not in route["fields"]
    assert errors_of(route, avro) == []

    text = text_of("crm.consents", avro, rest_api=False)
    assert routes_in(text) == []
    assert "give bluecore.rest_api" in text


def test_two_flags_are_two_routes() -> None:
    avro = record("Consent", email="string", phone="string", email_optin="boolean", sms_optin="boolean")
    mail, sms = routes_in(text_of("crm.consents", avro, rest_api=True))
    assert (mail["event"]["path"], mail["fields"]["email"]) == ("email_optin", "email")
    assert "api" not in mail
    assert (sms["event"]["path"], sms["fields"]) == ("sms_optin", {"phone_number": "phone"})

    (mail,) = routes_in(text_of("crm.consents", avro, rest_api=False))
    assert mail["event"]["path"] == "email_optin"


def test_values_of_a_dutch_channel_are_those_of_its_records() -> None:
    avro = record("Toestemming", emailadres="string", mobielnummer="string", kanaal="string", toestemming="boolean")
    seen = [
        {"emailadres": "a@example.com", "mobielnummer": "+31612345678", "kanaal": kanaal, "toestemming": True}
        for kanaal in ("e-mail", "sms", "post")
    ]
    text = text_of("crm.toestemmingen", avro, *seen, rest_api=True)
    assert [route["when"] for route in routes_in(text)] == ["kanaal == 'e-mail'", "kanaal == 'sms'"]
    assert "not sent are those of post" in text


@pytest.mark.parametrize("seen", ["", "E", "S"])
def test_a_channel_whose_values_are_not_understood_makes_no_route(seen: str) -> None:
    avro = record("Consent", email="string", mobile="string", channel="string", granted="boolean")
    records = [{"email": "a@example.com", "channel": seen, "granted": True}] if seen else []
    text = text_of("crm.consents", avro, *records, rest_api=True)
    assert routes_in(text) == []
    assert "a consent to anything else is none to e-mails" in " ".join(text.replace("  # ", "").split())


def test_where_a_consent_was_given_is_no_channel_of_it() -> None:
    avro = record("Consent", email="string", channel=enum("Channel", "WEB", "STORE"), granted="boolean")
    (route,) = routes_in(text_of("crm.consents", avro, rest_api=False))
    assert route["fields"] == {"email": "email"}


def test_a_channel_of_which_nothing_is_known_is_to_be_thought_about() -> None:
    """Neither a record nor a phone speaks for another channel than e-mail."""
    avro = record("Consent", email="string", channel="string", granted="boolean")
    text = text_of("crm.consents", avro, rest_api=False)
    (route,) = routes_in(text)
    assert route["fields"] == {"email": "email"}
    assert "# when: channel == '??'" in text


def test_a_list_of_channels_makes_no_route() -> None:
    avro = record("Consent", email="string", granted="boolean", channels={"type": "array", "items": "string"})
    text = text_of("crm.consents", avro, rest_api=True)
    assert routes_in(text) == []
    assert "which values of channels are e-mail?" in text


def test_withdrawals_of_text_messages_are_by_channel_too() -> None:
    avro = record("Unsubscribed", email="string", mobile="string", channel=enum("Channel", "MAIL", "TEXT"))
    mail, sms = routes_in(text := text_of("crm.unsubscribes", avro, rest_api=True))
    assert (mail["event"], mail["when"], sms["event"], sms["when"]) == (
        "unsubscribe",
        "channel == 'MAIL'",
        "unsubscribe",
        "channel == 'TEXT'",
    )
    assert "signup" not in text
