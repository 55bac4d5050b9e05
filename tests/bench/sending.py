"""One request after the other, as fast as they are accepted: by the service's client, and by libcurl alone."""

from __future__ import annotations

from http import HTTPStatus

import pycurl
from prometheus_client import CollectorRegistry

from consumer.bluecore.client import BluecoreClient
from consumer.bluecore.factory import open_transport
from consumer.config.destinations import BluecoreConfig
from consumer.telemetry.metrics import Metrics

BODY = b'{"event":"add_to_cart","properties":{"token":"bench","products":[{"id":"SKU-1001","price":39.90}]}}' * 2
_IN_FLIGHT = 64
_PATIENCE_SECONDS = 0.1


def through_the_client(url: str, count: int) -> None:
    """Send `count` events by the client and the transport that it has by itself, `_IN_FLIGHT` at once."""
    config = BluecoreConfig.model_validate({"url": url, "namespace": "bench"})
    client = BluecoreClient({"": config}, open_transport({"": config}, _IN_FLIGHT), Metrics(CollectorRegistry()))
    send_all(client, count, _IN_FLIGHT)
    client.close()


def send_all(client: BluecoreClient, count: int, in_flight: int) -> None:
    """Send `count` events, so many at once."""
    sent = accepted = 0
    while accepted < count:
        while client.in_flight < in_flight and sent < count:
            client.send(sent, BODY, f"bench:0:{sent}")
            sent += 1
        answers = [answer for _, answer in client.wait(_PATIENCE_SECONDS)]
        # One that is not counted would be waited for for ever.
        assert all(answer.status == HTTPStatus.ACCEPTED for answer in answers), answers
        accepted += len(answers)


def bare(url: str, count: int) -> None:
    """The same with nothing but libcurl: what any client on it costs at least."""
    multi = pycurl.CurlMulti()
    idle = [handle(url) for _ in range(_IN_FLIGHT)]
    sent = accepted = 0
    while accepted < count:
        while idle and sent < count:
            free = idle.pop()
            free.setopt(pycurl.POSTFIELDS, BODY)
            key = f"Idempotency-Key: bench:0:{sent}"
            free.setopt(pycurl.HTTPHEADER, ["Content-Type: application/json", key, "Expect:"])
            multi.add_handle(free)
            sent += 1
        multi.perform()
        more = 1
        while more:
            more, answered, failed = multi.info_read()
            assert not failed
            for done in answered:
                multi.remove_handle(done)
            accepted += len(answered)
            idle += answered
        if not idle:
            multi.select(_PATIENCE_SECONDS)
    multi.close()


def handle(url: str) -> pycurl.Curl:
    """A handle that posts to this address, and drops what is answered."""
    made = pycurl.Curl()
    made.setopt(pycurl.URL, url)
    made.setopt(pycurl.NOSIGNAL, 1)
    made.setopt(pycurl.CUSTOMREQUEST, "POST")
    made.setopt(pycurl.WRITEFUNCTION, len)
    made.setopt(pycurl.HEADERFUNCTION, len)
    return made
