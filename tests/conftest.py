"""What many tests share: brokers, the pipeline between one of them and the sandbox, logging put back.

`-k embedded` and `-k apache` select one half of the tests that run on both brokers. What a test needs is known by its
fixtures: `-m kafka` and `-m browser` select by it, and so does `make test-fast`.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from confluent_kafka import Producer
from hypothesis import settings
from selenium.webdriver.chrome.webdriver import WebDriver

from consumer.compiled import is_compiled
from consumer.kafka.embedded import embedded_broker
from consumer.sandbox.registry import registry_app
from consumer.sandbox.serve import serve
from consumer.tokens.source import TokenSource
from consumer.tokens.token import Token
from tests.support.apache_kafka import ApacheKafka, unavailable
from tests.support.apicurio import Apicurio
from tests.support.apicurio import unavailable as apicurio_unavailable
from tests.support.brokers import Broker
from tests.support.browser import headless_chromium
from tests.support.machine_code import heed, skip_what_patches_it
from tests.support.pipeline import Pipeline, running_pipeline
from tests.support.shop import Shop, registered
from tests.support.sorting import sort_out, turn

# A busy machine is no fault of the code's; what failed can be replayed by the blob.
settings.register_profile("tests", deadline=None, print_blob=True)
settings.load_profile("tests")

KINDS = ("embedded", "apache")
# A member that a busy machine holds up is not given up; a test that kills one has a time-out of its own.
_CLASSIC = {"session.timeout.ms": 30_000, "heartbeat.interval.ms": 500}
_KIP_848 = {"group.protocol": "consumer"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by what it needs, and tell the workers which tests belong together."""
    for item in items:
        sort_out(item)
        if is_compiled():
            heed(item)
    items.sort(key=turn)


def pytest_configure() -> None:
    """Machine code has no places that a test could put something into (`make test-compiled`)."""
    if is_compiled():
        skip_what_patches_it()


@pytest.fixture(scope="session")
def apache_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApacheKafka]:
    """One Apache Kafka for the whole session: a test that stops or kills a broker starts its own."""
    if reason := unavailable():
        pytest.skip(reason)
    with ApacheKafka(tmp_path_factory.mktemp("apache-kafka")) as kafka:
        yield kafka


@pytest.fixture(scope="session")
def apicurio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apicurio]:
    """One Apicurio Registry for the whole session: name what you register after your test."""
    if reason := apicurio_unavailable():
        pytest.skip(reason)
    with Apicurio(tmp_path_factory.mktemp("apicurio")) as registry:
        yield registry


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    """One browser for all pages."""
    with headless_chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.fixture(params=KINDS)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """A broker to write to and read from; the test runs once on each kind."""
    with _running(request) as running:
        yield running


@pytest.fixture(scope="module", params=KINDS)
def lasting_broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """The same for what the tests of a file make once and only look at."""
    with _running(request) as running:
        yield running


@contextmanager
def _running(request: pytest.FixtureRequest) -> Iterator[Broker]:
    if request.param == "apache":
        kafka: ApacheKafka = request.getfixturevalue("apache_kafka")
        yield Broker(kafka.bootstrap, lambda topic, partitions: kafka.create_topics({topic: partitions}), _CLASSIC)
        return
    with embedded_broker() as bootstrap, Producer({"bootstrap.servers": bootstrap, "log_level": 0}) as producer:
        yield Broker(
            bootstrap, lambda topic, _: producer.list_topics(topic, timeout=10), _KIP_848, configurable=False
        )


@pytest.fixture(scope="session")
def shop() -> Iterator[Shop]:
    """A schema registry with all the schemas that events are written with."""
    with serve(registry_app()) as url:
        yield registered(url)


@pytest.fixture
def pipeline(broker: Broker, shop: Shop, tmp_path: Path) -> Iterator[Pipeline]:
    """Kafka, the registry and a strict sandbox; the test starts the services."""
    with running_pipeline(broker, shop, tmp_path) as running:
        yield running


@pytest.fixture
def aws_role(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an environment that has a role; nothing of this machine's."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(autouse=True)
def _no_token_renewed_any_more(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A source of tokens renews them for as long as its process lives: no test's goes on beside the next ones."""
    opened: list[TokenSource] = []
    token, current = TokenSource.token, TokenSource.current

    def opening(source: TokenSource) -> Token:
        opened.append(source)
        return token(source)

    def looking(source: TokenSource) -> Token | None:
        opened.append(source)
        return current(source)

    monkeypatch.setattr(TokenSource, "token", opening)
    monkeypatch.setattr(TokenSource, "current", looking)
    yield
    for source in opened:
        source.close()


@pytest.fixture(autouse=True)
def _logging_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command that is run in a test's own process takes its logging over: the next test finds it as it was."""
    configure = structlog.configure

    def without_memory(**given: Any) -> None:
        # A module's logger that is remembered stays as configured: what later tests capture would not be its lines.
        configure(**given | {"cache_logger_on_first_use": False})

    monkeypatch.setattr(structlog, "configure", without_memory)
    root = logging.getLogger()
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    handlers, level = list(root.handlers), root.level
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = handlers, level
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    structlog.reset_defaults()
