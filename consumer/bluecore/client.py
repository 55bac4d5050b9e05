"""The client of Bluecore's APIs: the body of one event in, an answer out.

One POST an event, JSON. The Events API answers accepted events with 202 [Bluecore's Events API], and says no more; a
REST API with what it has stored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import requests

from consumer import __version__
from consumer.bluecore.failures import no_answer
from consumer.bluecore.outgoing import Outgoing, Template
from consumer.bluecore.rest_answers import told
from consumer.bluecore.transport import Done, Transport
from consumer.config.destinations import UNNAMED, BluecoreConfig
from consumer.config.endpoints import is_rest, section_of
from consumer.errors import UnusableSetting
from consumer.records import Answer
from consumer.telemetry.metrics import Metrics

TEXT_LIMIT = 500
ERROR_STATUS = "error"

# https://www.w3.org/TR/trace-context/#traceparent-header; it comes from a record, and must not bring a header along.
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_READ_BY_DELIVERY = ("retry-after", "ratelimit", "x-ratelimit-")


class BluecoreClient:
    """Sends events over a transport, and turns what comes of them into answers. For one thread."""

    def __init__(self, endpoints: Mapping[str, BluecoreConfig], transport: Transport, metrics: Metrics) -> None:
        """Make the requests that all events of a destination share.

        Args:
            endpoints: how each API of each destination is reached, by its name (`consumer.config.endpoints`).
            transport: that carries the requests.
            metrics: where they are counted.

        Raises:
            UnusableSetting: a configured address or key cannot stand in a request.
        """
        self._transport = transport
        self._templates = {name: request_template(each, section_of(name)) for name, each in endpoints.items()}
        self._sent: dict[int, bytes] = {}
        """By ticket, what was sent to a REST API, which its answer is held against."""
        self._statuses = metrics.http_requests
        self._duration = metrics.http_request_duration
        metrics.http_in_flight.set_function(lambda: transport.in_flight)

    @property
    def in_flight(self) -> int:
        """Events sent and not yet answered."""
        return self._transport.in_flight

    def send(
        self,
        ticket: int,
        body: bytes,
        idempotency_key: str,
        traceparent: str | None = None,
        destination: str = UNNAMED,
    ) -> None:
        """Begin to send one event; never blocks.

        Args:
            ticket: names the event in its answer.
            body: the whole JSON document.
            idempotency_key: the same each time that this event is sent.
            traceparent: passed on when it is well-formed.
            destination: the API of the destination that it goes to.
        """
        own = {"Idempotency-Key": idempotency_key}
        if traceparent is not None and _TRACEPARENT.fullmatch(traceparent):
            own["traceparent"] = traceparent
        if is_rest(destination):
            self._sent[ticket] = body
        self._transport.send(ticket, Outgoing(self._templates[destination], body, own), destination)

    def wait(self, seconds: float) -> list[tuple[int, Answer]]:
        """All answers that are there, as soon as there is one; none after `seconds`. 0: just look."""
        over = self._transport.wait(seconds)
        if not over:
            return []
        self._duration.observe_many([done.seconds for done in over])
        answers = [(done.ticket, _answer(done)) for done in over]
        if self._sent:
            answers = list(map(self._told, over, answers))
        statuses: dict[tuple[str, int | None], int] = {}
        for done, (_, answer) in zip(over, answers, strict=True):
            key = done.destination, answer.status
            statuses[key] = statuses.get(key, 0) + 1
        for (destination, status), count in statuses.items():
            self._statuses[destination, ERROR_STATUS if status is None else str(status)].inc(count)
        return answers

    def _told(self, done: Done, answered: tuple[int, Answer]) -> tuple[int, Answer]:
        ticket, answer = answered
        sent = self._sent.pop(ticket, None)
        return answered if sent is None else (ticket, told(answer, done.result, sent))

    def close(self) -> None:
        """Give up what is in flight."""
        self._sent.clear()
        self._transport.close()


def _answer(done: Done) -> Answer:
    result = done.result
    if isinstance(result, requests.RequestException):
        return Answer(None, no_answer(result), text=str(result)[:TEXT_LIMIT], seconds=done.seconds)
    text = result.body[: 4 * TEXT_LIMIT].decode(errors="replace")[:TEXT_LIMIT]
    return Answer(result.status, None, result.headers_like(_READ_BY_DELIVERY), text, done.seconds)


def request_template(config: BluecoreConfig, section: str) -> Template:
    """What is the same in each request to a destination, whose settings are in this section of the configuration.

    Raises:
        UnusableSetting: the key, its prefix or the address cannot be sent.
    """
    headers = {
        "User-Agent": f"bluecore-consumer/{__version__}",
        "Content-Type": "application/json",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
    }
    # A mounted secret often ends in a line break.
    key = config.api_key.get_secret_value().strip()
    if not key.isascii():
        raise UnusableSetting(f"{section}.api_key: has a character that cannot stand in an HTTP header")
    if key:
        headers[config.api_key_header] = f"{config.api_key_prefix}{key}"
    try:
        prepared = requests.Request("POST", config.url, headers=headers).prepare()
    except requests.exceptions.InvalidHeader:
        # The library's message would quote the key.
        what = f"{section}.api_key or {section}.api_key_prefix: cannot stand in an HTTP header"
        raise UnusableSetting(what) from None
    except requests.RequestException as error:
        raise UnusableSetting(f"{section}.url: {error}") from None
    return Template(prepared.method, prepared.url, dict(prepared.headers))
