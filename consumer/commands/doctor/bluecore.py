"""Bluecore: whether it can be reached and takes the namespace and the key, without a customer being created.

Bluecore publishes no way to ask for that. An event that names no customer can create none: whether it is refused
(400) or queued (202), the credentials were looked at first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import orjson
import requests
from prometheus_client import CollectorRegistry

from consumer.bluecore.client import BluecoreClient
from consumer.bluecore.factory import open_transport
from consumer.bluecore.outgoing import Request
from consumer.bluecore.transport import Done, Transport
from consumer.commands.doctor.finding import Finding, error, ok, warning
from consumer.config.destinations import UNNAMED
from consumer.config.endpoints import section_of
from consumer.config.model import Config
from consumer.config.secrets import secrets_of
from consumer.errors import UnusableSetting
from consumer.records import Answer, NoAnswer
from consumer.telemetry.masking import masker
from consumer.telemetry.metrics import Metrics

_ADVICE = {
    NoAnswer.DNS: "the host name is unknown to DNS: check bluecore.url, and the DNS of this machine",
    NoAnswer.TLS: "set bluecore.ca_location to the CA's certificate, if a proxy in the way has one of its own; where"
    " the port speaks plain HTTP, begin bluecore.url with http://",
    NoAnswer.REFUSED: "nothing accepts connections there: check bluecore.url, HTTPS_PROXY, and the firewall",
    NoAnswer.TIMEOUT: "check the firewall and HTTPS_PROXY; bluecore.timeout_seconds sets the limit",
}
_UNSURE = frozenset({408, 425, 429})
_CREDENTIALS = frozenset({401, 403})
_SKEW_WARNING, _SKEW_ERROR = 5.0, 300.0


def check_bluecore(config: Config, now: Callable[[], float] = time.time) -> Iterator[Finding]:
    """Sends one request to each destination.

    Args:
        config: the configuration.
        now: seconds since the epoch.
    """
    date = ""
    for name, each in config.endpoints.items():
        what = section_of(name)
        try:
            transport = _DateRecorder(open_transport({name: each}, 1))
            client = BluecoreClient({name: each}, transport, Metrics(CollectorRegistry()))
        except UnusableSetting as unusable:
            yield error(what, str(unusable))
            continue
        token = each.namespace.get_secret_value()
        body = orjson.dumps({"event": "customer_patch", "properties": {"token": token}})
        client.send(1, body, "doctor", None, name)
        answers = client.wait(each.timeout_seconds + 1)
        client.close()
        answer = answers[0][1] if answers else Answer(None, NoAnswer.TIMEOUT)
        yield answer_finding(config, answer, name)
        date = transport.date or date
    yield from clock_findings(date, now())


class _DateRecorder:
    """A transport that keeps the last answer's `Date`: delivery has no use for it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.date = ""

    @property
    def in_flight(self) -> int:
        return self._transport.in_flight

    def send(self, ticket: int, request: Request, destination: str = UNNAMED) -> None:
        self._transport.send(ticket, request, destination)

    def wait(self, seconds: float) -> list[Done]:
        found = self._transport.wait(seconds)
        for done in found:
            if not isinstance(done.result, requests.RequestException):
                self.date = done.result.headers().get("date", "")
        return found

    def close(self) -> None:
        self._transport.close()


def answer_finding(config: Config, answer: Answer, destination: str = UNNAMED) -> Finding:
    """What a destination's answer to an event without a customer says."""
    found = _answer_finding(config, answer, config.endpoints[destination].url)
    if destination == UNNAMED:
        return found
    # What is advised of `bluecore` goes for its section.
    section = section_of(destination)
    return replace(found, what=section, advice=found.advice.replace("bluecore.", f"{section}."))


def _answer_finding(config: Config, answer: Answer, address: str) -> Finding:
    url, status = urlsplit(address), answer.status
    where = f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}"
    text = masker(secrets_of(config))(answer.text)
    if status is None:
        reason = answer.no_answer or NoAnswer.OTHER
        advice = _ADVICE.get(reason, "check bluecore.url, HTTPS_PROXY, and the firewall")
        return error("bluecore", f"there was no answer from {where} ({reason}): {text}", advice)
    answered = f"{where} answered {status} to an event without a customer after {answer.seconds:.2g} s"
    if status in _CREDENTIALS:
        return error("bluecore", f"{answered}: {text}", "check bluecore.namespace and bluecore.api_key")
    if status < 300 or status in config.delivery.statuses.reject:  # noqa: PLR2004 - the class of success
        return ok("bluecore", f"{answered}, as it should, and took the credentials: {text}")
    if status >= 500 or status in _UNSURE:  # noqa: PLR2004 - the class of server errors
        advice = "run the doctor again later; Bluecore has been seen to answer 500 to what it cannot use"
        return warning("bluecore", f"{answered}, which says nothing of the credentials: {text}", advice)
    return error("bluecore", f"{answered}: {text}", "check bluecore.url, with its whole path")


def clock_findings(date: str, now: float, whose: str = "Bluecore's") -> Iterator[Finding]:
    """This machine's clock against the `Date` of an answer; nothing where there is none."""
    try:
        bluecores = parsedate_to_datetime(date).timestamp()
    except ValueError:
        return
    skew = now - bluecores
    off = f"this machine's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} {whose}"
    advice = "synchronise it (NTP): events' ages, redeliveries, Retry-After dates and signed tokens depend on it"
    if abs(skew) > _SKEW_ERROR:
        yield error("clock", off, advice)
    elif abs(skew) > _SKEW_WARNING:
        yield warning("clock", off, advice)
    else:
        yield ok("clock", f"agrees with {whose}")
