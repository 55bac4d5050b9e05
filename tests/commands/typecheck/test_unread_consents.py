"""A route of consents that does not look at the value which decides them is told."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.commands.typecheck.findings import Severity
from consumer.commands.typecheck.unread_consents import unread_consents
from consumer.config.route import RouteConfig
from tests.commands.typecheck.checked import version


def enum(*symbols: str) -> dict[str, Any]:
    return {"type": "enum", "name": "Kind", "symbols": list(symbols)}


def told(event: object, fields: dict[str, Any], **keys: Any) -> list[tuple[str | None, str]]:
    avro = [{"name": name, "type": each} for name, each in {"email": "string", **fields}.items()]
    schema = version({"type": "record", "name": "Consent", "fields": avro})
    route = RouteConfig.model_validate({"topic": "t", "event": event, "fields": {"email": "email"}, **keys})
    found = unread_consents("routes[0]", route, [schema])
    return [
        (each.path, each.message)
        for each in found
        if each.severity is Severity.WARNING and each.key == "routes[0].event"
    ]


STATUS = {"zustimmung": enum("ERTEILT", "WIDERRUFEN")}


def test_every_record_an_opt_in_whatever_its_consent_says() -> None:
    ((path, message),) = told("optin", STATUS)
    assert path == "zustimmung"
    assert "every record becomes optin whatever zustimmung says, which may be ERTEILT, WIDERRUFEN" in message


@pytest.mark.parametrize(
    "fields",
    [
        {"estado": enum("ALTA", "BAJA")},
        {"accepted": "boolean"},
        {"newsletter": ["null", "boolean"]},
        {"state": enum("OPTED_IN", "OPTED_OUT")},
        {"consents": {"type": "map", "values": "boolean"}},
        {
            "lines": {
                "type": "array",
                "items": {"type": "record", "name": "Line", "fields": [{"name": "consent", "type": "boolean"}]},
            }
        },
    ],
)
@pytest.mark.parametrize("event", ["optin", "unsubscribe"])
def test_flags_and_states_decide_too(event: str, fields: dict[str, Any]) -> None:
    ((_, message),) = told(event, fields)
    assert message.startswith(f"every record becomes {event} whatever ")


def test_what_event_or_when_reads_is_no_fault() -> None:
    assert told("optin", STATUS, when="zustimmung == 'ERTEILT'") == []
    assert told({"path": "zustimmung", "values": {"ERTEILT": "optin", "WIDERRUFEN": "unsubscribe"}}, STATUS) == []
    by_channel = {"path": "channel", "values": {"email": "optin"}, "default": "skip"}
    ((path, _),) = told(by_channel, {"channel": "string", **STATUS})
    assert path == "zustimmung"


def test_beside_a_consent_that_is_read_a_state_is_something_elses() -> None:
    both = {**STATUS, "account_status": {"type": "enum", "name": "Account", "symbols": ["OPEN", "LOCKED"]}}
    assert told("optin", both, when="zustimmung == 'ERTEILT'") == []
    assert [path for path, _ in told("optin", both, when="account_status == 'OPEN'")] == ["zustimmung"]


@pytest.mark.parametrize(
    "fields",
    [
        {"channel": enum("WEB", "APP"), "consent_source": "string", "is_vip": "boolean"},
        {"state": enum("CA", "NY")},
        {"consent": enum("GRANTED")},
        {"status": "string"},
    ],
)
def test_ordinary_fields_decide_nothing(fields: dict[str, Any]) -> None:
    assert told("optin", fields) == []


def test_other_events_have_no_consent() -> None:
    assert told("customer_patch", STATUS) == []
