"""A cluster that asks who is there: tokens that end under load, passwords that rotate, a private authority."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._scram import ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion
from starlette.responses import JSONResponse

from consumer.commands.doctor.brokers import check_brokers
from consumer.commands.doctor.finding import Severity
from consumer.config.model import Config
from consumer.sandbox.serve import serve
from tests.support.apache_kafka import unavailable
from tests.support.authority import Authority
from tests.support.brokers import Broker
from tests.support.configs import SOUND
from tests.support.issuer import Issuer, environment
from tests.support.pipeline import PREFIX, Pipeline, running_pipeline
from tests.support.processes import ServiceProcess
from tests.support.secured_kafka import SecuredKafka, secured_kafka
from tests.support.shop import Shop
from tests.support.waiting import eventually

pytestmark = pytest.mark.kafka

TOKEN_SECONDS = 8.0
AZURE = {"type": "azure", "scope": "https://shop.servicebus.windows.net/.default"}
IN_THE_CLEAR = {"security.protocol": "SASL_PLAINTEXT", "auto.offset.reset": "earliest"}
DOWN = JSONResponse({"message": "the token service is down"}, 500)


@pytest.fixture(scope="module")
def issuer() -> Iterator[tuple[Issuer, str]]:
    running = Issuer()
    with serve(running) as url:
        yield running, url


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def kafka(
    tmp_path_factory: pytest.TempPathFactory, issuer: tuple[Issuer, str], authority: Authority
) -> Iterator[SecuredKafka]:
    if reason := unavailable():
        pytest.skip(reason)
    secured = secured_kafka(tmp_path_factory.mktemp("kafka"), f"{issuer[1]}/keys", authority)
    with secured.kafka:
        yield secured


@pytest.fixture
def rented(kafka: SecuredKafka, shop: Shop, tmp_path: Path) -> Iterator[Pipeline]:
    """The tests themselves come and go by the open door."""
    broker = Broker(kafka.kafka.bootstrap, lambda topic, partitions: kafka.kafka.create_topics({topic: partitions}))
    with running_pipeline(broker, shop, tmp_path) as running:
        yield running


@pytest.fixture
def tokens(issuer: tuple[Issuer, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    """The environment of a pod with an identity, which the service's process inherits; tokens end soon."""
    running, url = issuer
    for name in [name for name in os.environ if name.startswith("AZURE_")]:
        monkeypatch.delenv(name)
    for name, value in environment(url).items():
        monkeypatch.setenv(name, value)
    running.instead, running.seconds, running.given = None, TOKEN_SECONDS, 0
    yield running
    running.instead = None


def service(rented: Pipeline, topic: str, address: str, options: Mapping[str, Any], **kafka: Any) -> ServiceProcess:
    sections = {"kafka": {"bootstrap_servers": address, **kafka}}
    return rented.service([{"topic": topic, "event": "search"}], {**IN_THE_CLEAR, **options}, **sections)


def assert_once_each(rented: Pipeline, topic: str, number: int) -> None:
    """So many events are at Bluecore, none of them twice, and none went by the retry or the dead-letter topic."""
    rented.accepted(number)
    rented.committed_to_the_end(topic)
    assert (rented.sandbox.counts.accepted, rented.sandbox.counts.duplicates) == (number, 0)
    assert rented.failed(rented.retry_topic) == rented.failed(rented.dead_letter_topic) == []


class Load:
    """Customers who come all the time."""

    def __init__(self, rented: Pipeline, topic: str) -> None:
        self._rented, self._topic = rented, topic
        self._numbers = count()
        self.written = 0

    def goes_on(self) -> bool:
        """Some more of them; never the condition."""
        self._rented.produce(
            self._topic, "search", [f"customer-{next(self._numbers)}@example.com" for _ in range(20)]
        )
        self.written += 20
        return False

    def until(self, condition: Any, seconds: float, what: str) -> None:
        eventually(lambda: self.goes_on() or condition(), seconds, what)


def test_tokens_end_under_load_and_nothing_is_lost_or_twice(
    kafka: SecuredKafka, rented: Pipeline, tokens: Issuer
) -> None:
    """Each ends after 8 s; every client of the process shows the next one before that."""
    topic = rented.broker.topic(4)
    load = Load(rented, topic)
    with service(rented, topic, kafka.tokens, {}, authentication=AZURE) as running:
        running.wait_ready(60)
        load.until(lambda: tokens.given >= 5, 120, "four renewals")
        assert_once_each(rented, topic, load.written)
        assert running.probe("/readyz").json()["details"]["kafka_token"] == "ok"
        assert not [line for line in running.logs("warning") if "token" in line["event"]]
        assert running.terminate() == 0


def test_a_token_service_that_is_down_is_told_and_survived(
    kafka: SecuredKafka, rented: Pipeline, tokens: Issuer
) -> None:
    """For three lives of a token, as two minutes are of one of 40 s: then all goes on by itself."""
    topic = rented.broker.topic(4)
    load = Load(rented, topic)
    with service(rented, topic, kafka.tokens, {}, authentication=AZURE) as running:
        running.wait_ready(60)
        load.until(lambda: rented.sandbox.counts.accepted > 0, 60, "the first event")
        tokens.instead = DOWN
        load.until(lambda: running.metric(PREFIX + "kafka_token_up") == 0, 60, "the failure to be told")
        assert running.ready, "the last token is still good"
        load.until(lambda: not running.ready, 60, "its end")
        answer = running.probe("/readyz").json()
        assert "Azure gives no token" in answer["reason"]
        assert "Azure gives no token" in answer["details"]["kafka_token"]
        asked = len([line for line in running.logs("warning") if "cannot be renewed" in line["event"]])
        assert asked == 1, "an outage has one line"
        later = time.monotonic() + 2 * TOKEN_SECONDS
        load.until(lambda: time.monotonic() > later, 120, "some time without a token")
        assert running.probe("/healthz").ok

        tokens.instead = None
        eventually(lambda: running.ready, 60, "a new token")
        assert_once_each(rented, topic, load.written)
        assert [line for line in running.logs("info") if "can be renewed again" in line["event"]]
        assert running.terminate() == 0


def test_without_a_first_token_the_service_does_not_start(
    kafka: SecuredKafka, rented: Pipeline, tokens: Issuer
) -> None:
    """It says why at once, and not that something took too long."""
    tokens.instead = DOWN
    topic = rented.broker.topic(1)
    with service(rented, topic, kafka.tokens, {}, authentication=AZURE) as running:
        assert running.wait() == 1
        (line,) = running.logs("error")
        assert "Azure gives no token" in line["event"]


def test_a_password_rotates_with_a_rollout(kafka: SecuredKafka, rented: Pipeline) -> None:
    """Who runs goes on with the old one; who is started has the new one."""
    topic = rented.broker.topic(4)
    old, new = (
        {"sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "bluecore", "sasl.password": password}
        for password in ("first", "second")
    )
    load = Load(rented, topic)
    with service(rented, topic, kafka.passwords, old) as running:
        running.wait_ready()
        load.until(lambda: rented.sandbox.counts.accepted > 0, 60, "the first event")
        credential = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
        change = UserScramCredentialUpsertion("bluecore", credential, b"second")
        with AdminClient({"bootstrap.servers": kafka.kafka.bootstrap}) as admin:
            for altered in admin.alter_user_scram_credentials([change]).values():
                altered.result(30)
        load.goes_on()
        rented.accepted(load.written)
        with service(rented, topic, kafka.passwords, new) as successor:
            successor.wait_ready()
            load.goes_on()
            assert running.terminate() == 0
            load.goes_on()
            assert_once_each(rented, topic, load.written)
            assert successor.terminate() == 0


def test_both_sides_are_known_by_a_private_authority(
    kafka: SecuredKafka, rented: Pipeline, authority: Authority
) -> None:
    topic = rented.broker.topic(1)
    mine = authority.signed("bluecore")
    options = {
        "security.protocol": "SSL",
        "ssl.ca.location": str(authority.certificate),
        "ssl.certificate.location": str(mine.certificate),
        "ssl.key.location": str(mine.key),
    }
    with service(rented, topic, kafka.certificates, options) as running:
        running.wait_ready()
        rented.produce(topic, "search", ["jane@example.com"])
        assert_once_each(rented, topic, 1)
        assert running.terminate() == 0


@pytest.mark.parametrize(
    ("door", "options", "advice"),
    [
        ("certificates", {}, "this port speaks TLS: set security.protocol to SSL"),
        ("passwords", {"security.protocol": "SSL"}, "this port speaks no TLS"),
        (
            "passwords",
            {
                "security.protocol": "SASL_PLAINTEXT",
                "sasl.mechanism": "SCRAM-SHA-512",
                "sasl.username": "bluecore",
                "sasl.password": "wrong",
            },
            "check sasl.username and sasl.password",
        ),
        (
            "passwords",
            {
                "security.protocol": "SASL_PLAINTEXT",
                "sasl.mechanism": "PLAIN",
                "sasl.username": "bluecore",
                "sasl.password": "first",
            },
            "ask for the one that this port takes",
        ),
        ("certificates", {"security.protocol": "SSL"}, "set ssl.ca.location"),
        ("certificates", {"security.protocol": "SSL", "ssl.ca.location": "CA"}, "set ssl.certificate.location"),
        (
            "tokens",
            {
                "security.protocol": "SASL_PLAINTEXT",
                "sasl.mechanism": "OAUTHBEARER",
                "enable.sasl.oauthbearer.unsecure.jwt": True,
                "sasl.oauthbearer.config": "principal=bluecore",
            },
            "the brokers refuse the token",
        ),
    ],
    ids=["plain on TLS", "TLS on plain", "password", "mechanism", "authority", "certificate", "token"],
)
def test_doctor_says_why_a_door_does_not_open(  # noqa: PLR0913, PLR0917 - fixtures
    kafka: SecuredKafka,
    authority: Authority,
    door: str,
    options: dict[str, Any],
    advice: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("consumer.kafka.connection.TIMEOUT_SECONDS", 5.0)
    stands_for = {"CA": str(authority.certificate)}
    given = {name: stands_for.get(str(value), value) for name, value in options.items()}
    section = {"bootstrap_servers": getattr(kafka, door), "options": given}
    (finding,) = check_brokers(Config.model_validate({**SOUND, "kafka": section}))
    assert finding.severity is Severity.ERROR
    assert advice in finding.advice, finding
