"""One record mapped twice: as it may be shown, and as it is sent."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from prometheus_client import CollectorRegistry

from consumer.bluecore.client import BluecoreClient
from consumer.commands.preview.preview import Previewed, preview_json
from consumer.config.addresses import address
from consumer.config.endpoints import endpoint_of, reached
from consumer.config.model import Config
from consumer.config.secrets import secrets_of
from consumer.delivery.parts import parts_of
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.verdict import Verdict
from consumer.errors import ExpectedError
from consumer.pipeline.transports import transport
from consumer.records import Answer, EventRequest, NoAnswer, Send
from consumer.telemetry.masking import masker
from consumer.telemetry.metrics import Metrics

_BEYOND_TIMEOUT_SECONDS = 1.0


class Sent(NamedTuple):
    """A request with its answer, and what that says."""

    request: EventRequest
    answer: Answer
    verdict: Verdict


class NotOneRecord(ExpectedError):
    """The text holds no record, or several."""


def prepared(
    config: Config, topic: str, record_name: str | None, text: bytes
) -> tuple[Previewed, list[EventRequest]]:
    """What may be shown of the one record in the text, and its requests in the order in which they go.

    Raises:
        NotOneRecord: there is none, or there are several.
    """
    found = list(preview_json(config, topic, record_name, io.BytesIO(text)))
    if len(found) != 1:
        raise NotOneRecord(f"one record is sent at a time, and here are {len(found)}: give a single JSON object")
    (real,) = preview_json(config, topic, record_name, io.BytesIO(text), token=None)
    if not isinstance(real.outcome, Send):
        return found[0], []
    return found[0], [request for part in parts_of(real.outcome, frozenset()) for request in part.requests]


def question(config: Config, requests: Sequence[EventRequest]) -> str:
    """What a person is asked."""
    every = reached(config)
    by_destination: dict[str, list[str]] = {}
    for request in requests:
        by_destination.setdefault(endpoint_of(request.destination, request.api), []).append(request.event)
    sent = [
        f"{' and '.join(events)} to {f'{name}, ' if name else ''}{address(every[name].url)}"
        for name, events in by_destination.items()
    ]
    return f"Send {', and '.join(sent)}, where it is an event like any other?"


def answers(config: Config, requests: Sequence[EventRequest]) -> Iterator[Sent]:
    """Sends one after the other, each once, and no more behind one that is not taken.

    Raises:
        UnusableSetting: Bluecore's address or key cannot be used.
    """
    every = reached(config)
    client = BluecoreClient(every, transport(config, 1), Metrics(CollectorRegistry()))
    policy = DeliveryPolicy.from_config(config)
    try:
        for number, request in enumerate(requests):
            endpoint = endpoint_of(request.destination, request.api)
            client.send(number, request.body, f"send:{uuid4()}", None, endpoint)
            answer = _answer(client, every[endpoint].timeout_seconds + _BEYOND_TIMEOUT_SECONDS)
            verdict = policy.verdicts_of(endpoint).judge(answer)
            yield Sent(request, answer, verdict)
            if verdict is not Verdict.DELIVERED:
                return
    finally:
        client.close()


def _answer(client: BluecoreClient, seconds: float) -> Answer:
    """That to the one request; while a token is waited for, the client comes back without one."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if came := client.wait(left):
            return came[0][1]
    return Answer(None, NoAnswer.TIMEOUT)


def as_answer(config: Config, sent: Sent) -> dict[str, Any]:
    """An answer to be shown: secrets and e-mail addresses in its text are masked."""
    request, answer, verdict = sent
    status: int | str | None = answer.status if answer.status is not None else answer.no_answer
    return {
        "event": request.event,
        "outcome": verdict.name.lower(),
        "status": status,
        "seconds": round(answer.seconds, 3),
        "answer": masker(secrets_of(config))(answer.unapplied or answer.text),
        **({"bluecore_id": answer.request_id} if answer.request_id else {}),
    }
