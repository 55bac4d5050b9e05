"""`verify_share` brings the thread that reads consents back; without it there is nothing of it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator

import orjson
import pytest
from prometheus_client import CollectorRegistry

from consumer.bluecore.client import BluecoreClient
from consumer.bluecore.factory import open_transport
from consumer.bluecore.read_pace import ReadPace
from consumer.clock import SystemClock
from consumer.config.model import Config
from consumer.pipeline.verification import VerificationPolicy
from consumer.pipeline.verifying import verified
from consumer.sandbox.sandbox import Running, running_sandbox
from consumer.telemetry.metrics import Metrics
from tests.support.configs import SOUND
from tests.support.waiting import eventually


@pytest.fixture
def running() -> Iterator[Running]:
    with running_sandbox() as sandbox:
        yield sandbox


def config(running: Running, share: float) -> Config:
    bluecore = {
        "namespace": "shop",
        "url": running.api_url,
        "rest_api": {
            "url": running.rest_url,
            "token_url": running.token_url,
            "client_id": "id",
            "client_secret": "secret",
            "verify_share": share,
        },
    }
    return Config.model_validate({**SOUND, "bluecore": bluecore})


def test_without_a_share_the_client_is_itself_and_nothing_runs(running: Running) -> None:
    whole = config(running, 0)
    client = BluecoreClient(whole.endpoints, open_transport(whole.endpoints, 1), Metrics(CollectorRegistry()))
    with verified(client, whole, Metrics(CollectorRegistry()), SystemClock()) as found:
        assert found is client
        assert not any(each.name == "verification" for each in threading.enumerate())
    client.close()


def test_without_a_share_nothing_of_it_is_loaded() -> None:
    """The service's own module is, and not what it would load."""
    code = (
        "import sys, consumer.pipeline.assembly\n"
        "print([name for name in sys.modules if name.startswith(('consumer.pipeline.verification',"
        " 'consumer.pipeline.verified_client', 'consumer.bluecore.consent_', 'consumer.bluecore.read_pace'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_destinations_of_one_client_share_its_quota(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """The quota is the account's: two namespaces are read back no faster than one."""
    paces: list[ReadPace] = []

    class Noted(ReadPace):
        def __init__(self, share: float, reserve: float | None = None) -> None:
            super().__init__(share, reserve)
            paces.append(self)

    monkeypatch.setattr("consumer.bluecore.read_pace.ReadPace", Noted)
    section = {"url": running.rest_url, "token_url": running.token_url, "client_secret": "secret", "verify_share": 1}
    clients = {"acme": "one", "zeta": "one", "beta": "another"}
    destinations = {
        name: {"namespace": name, "rest_api": section | {"client_id": client}} for name, client in clients.items()
    }
    routes = [{**route, "destination": "acme"} for route in SOUND["routes"]]
    without = {name: value for name, value in SOUND.items() if name != "bluecore"}
    whole = Config.model_validate({**without, "destinations": destinations, "routes": routes})
    metrics = Metrics(CollectorRegistry())
    client = BluecoreClient(whole.endpoints, open_transport(whole.endpoints, 1), metrics)
    with verified(client, whole, metrics, SystemClock()) as found:
        assert len(paces) == 2
    found.close()


def test_a_consent_is_delivered_and_read_back(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the real client, against the sandbox; at once, as nobody waits for minutes here."""
    monkeypatch.setattr("consumer.pipeline.verification.POLICY", VerificationPolicy(queued_seconds=0))
    whole, registry = config(running, 1), CollectorRegistry()
    metrics = Metrics(registry)
    client = BluecoreClient(whole.endpoints, open_transport(whole.endpoints, 1), metrics)
    properties = {"token": "shop", "distinct_id": "jane@example.com", "customer": {"email": "jane@example.com"}}
    with verified(client, whole, metrics, SystemClock()) as found:
        found.send(1, orjson.dumps({"event": "optin", "properties": properties}), "key", None, "")
        eventually(lambda: found.wait(0.1), 30, "the answer")
        name = "bluecore_consumer_consent_verified_total"
        eventually(lambda: registry.get_sample_value(name, {"result": "applied"}) == 1, 60, "the reading")
    found.close()
    eventually(lambda: not any(each.name == "verification" for each in threading.enumerate()), 20, "the thread's end")
