"""Reads a customer's consent back: `GET /namespaces/{namespace}/eligibility`, patiently, and within the quota."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, NamedTuple

import requests

from consumer import __version__
from consumer.backoff import Backoff
from consumer.bluecore.consent_states import ConsentState, UnknownShape, consent_states
from consumer.bluecore.failures import no_answer
from consumer.bluecore.read_pace import ReadPace
from consumer.bluecore.rest_answers import said
from consumer.bluecore.transport import trusted
from consumer.config.addresses import address
from consumer.config.destinations import BluecoreConfig
from consumer.config.endpoints import namespace_url
from consumer.errors import ExpectedError
from consumer.telemetry.masking import without_phones
from consumer.tokens.source import TokenSource
from consumer.tokens.token import TokenUnavailable
from consumer.web.session import bounded_session

READ_SCOPE: Final = "eligibility:read"
_ATTEMPTS: Final = 5
_BACKOFF: Final = Backoff(0.5, 15)
_LONGEST_NAP: Final = 1.0
_OF_THE_CUSTOMER: Final = frozenset((400, 422))


class ConsentUnavailable(ExpectedError):
    """The API cannot be asked; the message says why, and what to do."""


class ConsentUnreadable(ExpectedError):
    """The API was asked, and says nothing that can be used of this one customer."""


class Stopped(ExpectedError):
    """It was told to stop while it waited."""


class Reading(NamedTuple):
    """What the API says of a customer.

    Attributes:
        states: none of a customer whom it does not know.
        request_id: the answer's `x-bluecore-id`, for Bluecore's support; empty where there is none.
    """

    states: tuple[ConsentState, ...]
    request_id: str


class ConsentReader:
    """Of one destination; for any number of threads, which share its pace."""

    def __init__(  # noqa: PLR0913 - what it asks with, and whom it tells
        self,
        bluecore: BluecoreConfig,
        tokens: TokenSource,
        pace: ReadPace,
        *,
        clock: Callable[[], float] = time.monotonic,
        stop: threading.Event | None = None,
        waits: Callable[[float, float], object] = lambda _seconds, _per_second: None,
    ) -> None:
        """Asks nothing yet.

        Args:
            bluecore: the destination's settings, with a `rest_api`.
            tokens: what it shows.
            pace: how fast it may ask.
            clock: seconds that only grow.
            stop: ends its waits.
            waits: told for how many seconds its pace has it wait, and how many it may ask a second.

        Raises:
            ValueError: there is no `rest_api`.
            UnusableSetting: the CA's file is not there.
        """
        if bluecore.rest_api is None:
            raise ValueError("there is no rest_api")
        self._url = namespace_url(bluecore, "eligibility")
        self._where = f"Bluecore's eligibility API at {address(bluecore.rest_api.url)}"
        self._tokens = tokens
        self._pace = pace
        self._clock = clock
        self._stop = threading.Event() if stop is None else stop
        self._waits = waits
        ca = trusted(bluecore.rest_api.url, bluecore.ca_location)
        self._session = bounded_session(bluecore.timeout_seconds, ca, "bluecore.ca_location")
        self._session.headers.update(
            {
                "User-Agent": f"bluecore-consumer/{__version__}",
                "Content-Type": "application/json",
                "Accept": "application/json",
            }
        )

    def read(self, customer: str) -> Reading:
        """Asks until there is an answer, a few times.

        Args:
            customer: an e-mail address, or a phone number in E.164.

        Raises:
            ConsentUnavailable: there is none to be had.
            ConsentUnreadable: the answer says nothing of this customer.
            Stopped: it was told to stop.
        """
        failures = 0
        fresh = False
        while True:
            self._take_turn()
            try:
                token = self._tokens.token()
            except TokenUnavailable as unavailable:
                raise ConsentUnavailable(str(unavailable)) from None
            try:
                answer = self._ask(customer, token.text)
            except requests.RequestException as error:
                why = f"does not answer ({no_answer(error)})"
            else:
                if answer.status_code == requests.codes.too_many_requests:
                    continue  # the pace holds all back
                if answer.status_code == requests.codes.unauthorized and not fresh:
                    fresh = True
                    self._tokens.refused(token)
                    continue
                if answer.status_code < requests.codes.server_error:
                    return self._reading(answer)
                why = f"answers {answer.status_code}{_said(answer)}"
            failures += 1
            if failures >= _ATTEMPTS:
                raise ConsentUnavailable(f"{self._where} {why}")
            self._nap(_BACKOFF.seconds(failures))

    def close(self) -> None:
        self._session.close()

    def _take_turn(self) -> None:
        while True:
            if (wait := self._pace.take(self._clock())) <= 0:
                return
            self._waits(wait, self._pace.per_second)
            # Not to the end of the wait: what others are answered meanwhile may change it.
            self._nap(min(wait, _LONGEST_NAP))

    def _nap(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Stopped("it was stopped")

    def _ask(self, customer: str, token: str) -> requests.Response:
        answer = self._session.get(
            self._url,
            params={"email" if "@" in customer else "phone_number": customer},
            headers={"Authorization": f"Bearer {token}"},
            allow_redirects=False,
        )
        headers = {name.lower(): value for name, value in answer.headers.items()}
        self._pace.answered(answer.status_code, headers, self._clock())
        return answer

    def _reading(self, answer: requests.Response) -> Reading:
        status, request_id = answer.status_code, answer.headers.get("x-bluecore-id", "")
        if status == requests.codes.ok:
            try:
                return Reading(consent_states(answer.content), request_id)
            except UnknownShape as unknown:
                raise ConsentUnreadable(f"{self._where}: {unknown} (x-bluecore-id {request_id})") from None
        words = _said(answer)
        if status == requests.codes.not_found and words:
            # Without Bluecore's own words it is the address that is not found.
            return Reading((), request_id)
        if status in _OF_THE_CUSTOMER:
            raise ConsentUnreadable(f"{self._where} refuses the customer: it answers {status}{words}")
        advice = {
            requests.codes.unauthorized: "it takes no token of this client: check client_id, client_secret, audience",
            requests.codes.forbidden: f"does the key allow {READ_SCOPE}, and does it cover this namespace?",
            requests.codes.not_found: "check rest_api.url, with its whole path",
        }
        raise ConsentUnavailable(
            f"{self._where} answers {status}{words}: {advice.get(status, 'check rest_api.url, with its whole path')}"
        )


def _said(answer: requests.Response) -> str:
    """Its fault in words, in brackets; they are for developers. E-mails are masked by whoever shows them."""
    message = without_phones(said(answer.content))
    return f" ({message})" if message else ""
