"""One record mapped twice: as it may be shown, and as it is sent."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from prometheus_client import CollectorRegistry

from consumer.bluecore.client import BluecoreClient
from consumer.bluecore.factory import open_transport
from consumer.commands.preview.preview import Previewed, preview_json
from consumer.config.addresses import address
from consumer.config.model import Config
from consumer.config.secrets import secrets_of
from consumer.delivery.parts import parts_of
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.verdict import Verdict
from consumer.errors import ExpectedError
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
    every = config.endpoints
    by_destination: dict[str, list[str]] = {}
    for request in requests:
        by_destination.setdefault(request.destination, []).append(request.event)
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
    every = config.endpoints
    client = BluecoreClient(every, open_transport(every, 1), Metrics(CollectorRegistry()))
    verdicts = DeliveryPolicy.from_config(config).verdicts
    try:
        for number, request in enumerate(requests):
            client.send(number, request.body, f"send:{uuid4()}", None, request.destination)
            came = client.wait(every[request.destination].timeout_seconds + _BEYOND_TIMEOUT_SECONDS)
            answer = came[0][1] if came else Answer(None, NoAnswer.TIMEOUT)
            verdict = verdicts.judge(answer)
            yield Sent(request, answer, verdict)
            if verdict is not Verdict.DELIVERED:
                return
    finally:
        client.close()


def as_answer(config: Config, sent: Sent) -> dict[str, Any]:
    """An answer to be shown: secrets and e-mail addresses in its text are masked."""
    request, answer, verdict = sent
    status: int | str | None = answer.status if answer.status is not None else answer.no_answer
    return {
        "event": request.event,
        "outcome": verdict.name.lower(),
        "status": status,
        "seconds": round(answer.seconds, 3),
        "answer": masker(secrets_of(config))(answer.text),
    }
