"""A client whose delivered consents are handed on, so that some of them are read back later."""

from __future__ import annotations

from typing import Final

from consumer.bluecore.asked_consents import asked_consent
from consumer.config.endpoints import ELIGIBILITY, EVENTS, parted
from consumer.pipeline.verification import Verification
from consumer.ports import Client
from consumer.records import Answer

_CONSENTS: Final = (b'{"event":"optin",', b'{"event":"unsubscribe",')
"""How the bodies of the Events API begin, as mapping writes them."""
_SUCCESS: Final = range(200, 300)


class VerifiedClient:
    """Sends by `client`."""

    def __init__(self, client: Client, verification: Verification) -> None:
        self._client = client
        self._verification = verification
        self._sent: dict[int, tuple[str, bytes]] = {}
        """By ticket, the destination and the body of consents that are out."""

    @property
    def in_flight(self) -> int:
        return self._client.in_flight

    def send(
        self, ticket: int, body: bytes, idempotency_key: str, traceparent: str | None, destination: str = ""
    ) -> None:
        """See `Client.send`; `destination` is an API of it, as `consumer.config.endpoints` names it."""
        name, api = parted(destination)
        is_consent = api == ELIGIBILITY or (api == EVENTS and body.startswith(_CONSENTS))
        if is_consent and self._verification.takes(name):
            self._sent[ticket] = name, body
        self._client.send(ticket, body, idempotency_key, traceparent, destination)

    def wait(self, seconds: float) -> list[tuple[int, Answer]]:
        """See `Client.wait`."""
        answers = self._client.wait(seconds)
        if self._sent:
            for ticket, answer in answers:
                self._answered(ticket, answer)
        return answers

    def close(self) -> None:
        self._sent.clear()
        self._client.close()

    def _answered(self, ticket: int, answer: Answer) -> None:
        if (sent := self._sent.pop(ticket, None)) is None:
            return
        destination, body = sent
        if answer.status in _SUCCESS and not answer.unapplied and (asked := asked_consent(body)) is not None:
            self._verification.delivered(destination, asked)
