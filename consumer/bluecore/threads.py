"""The transport of stock requests: blocking sends on a pool of threads, answers through a queue."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from itertools import takewhile
from queue import Empty, SimpleQueue

import requests
import urllib3

from consumer.bluecore.interim import InterimAnswersPass, heads
from consumer.bluecore.outgoing import Outgoing, Request
from consumer.bluecore.response import BODY_LIMIT, Response
from consumer.bluecore.transport import ConnectionSettings, Done

_CHUNK = 8 * 1024

# The library's own time-outs, for the pauses between bytes, come first and leave the thread free.
_GRACE_SECONDS = 0.5


class ThreadTransport:
    """Sends each request by an adapter of one shared `requests.Session`, in a thread of a pool.

    By the adapter and not the session, since a session looks into an answer's `Location` and fails on a
    malformed one. A request that trickles past the time limit is reported as timed out by `wait`; its thread is
    lost until it ends by itself, and replaced.
    """

    def __init__(self, settings: Mapping[str, ConnectionSettings]) -> None:
        """`settings`: by destination."""
        self._settings = settings
        self._most = sum(each.max_in_flight for each in settings.values())
        self._session = requests.Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, InterimAnswersPass(pool_maxsize=self._most))
        self._jobs: SimpleQueue[tuple[int, int, requests.PreparedRequest, str] | None] = SimpleQueue()
        self._results: SimpleQueue[tuple[int, Done]] = SimpleQueue()
        self._serial = 0
        self._waiting: dict[str, dict[int, tuple[float, int]]] = {name: {} for name in settings}
        """By destination, deadline and ticket by serial number, thus in the order of the deadlines."""
        self._heads: dict[int, Response] = {}
        """By serial number, the answers whose heads have come."""
        self._threads = 0
        self._lost_threads = 0

    @property
    def in_flight(self) -> int:
        return sum(map(len, self._waiting.values()))

    def send(self, ticket: int, request: Request, destination: str = "") -> None:
        self._serial += 1
        deadline = time.monotonic() + self._settings[destination].timeout + _GRACE_SECONDS
        self._waiting[destination][self._serial] = (deadline, ticket)
        if self.in_flight > self._threads:
            try:
                threading.Thread(target=self._work, name="bluecore", daemon=True).start()
            except RuntimeError as error:  # the system has no more threads for us
                if not self._threads:
                    why = requests.ConnectionError(ConnectionRefusedError(f"nothing can be sent: {error}"))
                    self._results.put((self._serial, Done(ticket, why, 0.0, destination)))
                    return
            else:
                self._threads += 1
        prepared = request.prepared() if isinstance(request, Outgoing) else request
        self._jobs.put((self._serial, ticket, prepared, destination))

    def wait(self, seconds: float) -> list[Done]:
        until = time.monotonic() + seconds
        done = self._finished(0)
        while not done and (remaining := until - time.monotonic()) > 0:
            done = self._finished(remaining)
        return done

    def close(self) -> None:
        for _ in range(self._threads + self._lost_threads):
            self._jobs.put(None)
        self._threads = self._lost_threads = 0
        for waiting in self._waiting.values():
            waiting.clear()
        self._session.close()

    def _finished(self, seconds: float) -> list[Done]:
        """What is over now, or the first that is within `seconds` or at the next deadline."""
        done = [late for destination in self._waiting for late in self._overdue(destination)]
        for waiting in filter(None, self._waiting.values()):
            seconds = min(seconds, next(iter(waiting.values()))[0] - time.monotonic())
        block = 0.0 if done else max(0.0, seconds)
        while True:
            try:
                serial, result = self._results.get(timeout=block)
            except Empty:
                return done
            block = 0.0
            if self._waiting[result.destination].pop(serial, None) is not None:
                done.append(result)
            elif self._lost_threads:
                # Reported as overdue before. Its thread is back, and one too many.
                self._lost_threads -= 1
                self._jobs.put(None)

    def _overdue(self, destination: str) -> list[Done]:
        now, waiting = time.monotonic(), self._waiting[destination]
        late = list(takewhile(lambda item: item[1][0] <= now, waiting.items()))
        for serial, _ in late:
            del waiting[serial]
        self._threads -= len(late)
        self._lost_threads += len(late)
        limit = self._settings[destination].timeout
        message = f"no complete answer within {limit:g} s"
        return [
            Done(ticket, self._heads.pop(serial, requests.ReadTimeout(message)), limit, destination)
            for serial, (_, ticket) in late
        ]

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            serial, ticket, request, destination = job
            started = time.monotonic()
            try:
                settings = self._settings[destination]
                result: Response | requests.RequestException = self._exchange(serial, request, settings, started)
            except requests.RequestException as error:
                result = self._heads.get(serial, error)
            except Exception as error:  # noqa: BLE001 - a ticket without an answer would stop its lane for ever
                result = self._heads.get(serial, requests.RequestException(error))
            self._heads.pop(serial, None)
            self._results.put((serial, Done(ticket, result, time.monotonic() - started, destination)))

    def _exchange(
        self, serial: int, request: requests.PreparedRequest, settings: ConnectionSettings, started: float
    ) -> Response:
        # Headers that nothing can make sense of are told as errors behind it.
        heads.told = lambda status, reason: self._heads.update(
            {serial: Response(status, f"HTTP/1.1 {status} {reason}", b"")}
        )
        response = self._session.get_adapter(request.url or "").send(
            request,
            stream=True,
            timeout=settings.timeout,
            verify=settings.verify,
            cert=settings.cert,
            proxies=settings.proxies,
        )
        lines = [f"{name}: {value}" for name, value in response.headers.items()]
        head = "\r\n".join([f"HTTP/1.1 {response.status_code} {response.reason}", *lines])
        # The status decides: what becomes of the answer's body changes nothing about the event.
        self._heads[serial] = Response(response.status_code, head, b"")
        body = _body(response, started + settings.timeout)
        return Response(response.status_code, head, body)


def _body(response: requests.Response, deadline: float) -> bytes:
    """Its start, or what came of it until it broke off or the time was up."""
    body = bytearray()
    with suppress(urllib3.exceptions.HTTPError, OSError):
        while len(body) < BODY_LIMIT and time.monotonic() < deadline:
            if not (chunk := response.raw.read1(_CHUNK, decode_content=True)):
                return bytes(body)
            body += chunk
    # Only a connection whose answer has been read to its end can be used again.
    response.close()
    return bytes(body[:BODY_LIMIT])
