"""What the tests of the documentation share: the reader's shell, and a Kafka and a registry in the reader's place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from consumer.kafka.embedded import embedded_broker
from consumer.sandbox.registry import registry_app
from consumer.sandbox.serve import serve
from tests.docs.shell import Shell, installed
from tests.support.pages import CONFIGURATION

SECRETS = {
    *("KAFKA_USERNAME", "KAFKA_PASSWORD", "REGISTRY_USERNAME", "REGISTRY_PASSWORD"),
    *("BLUECORE_NAMESPACE", "BLUECORE_CLIENT_ID", "BLUECORE_CLIENT_SECRET"),
}
BRANDS = {f"{brand}_NAMESPACE": brand.lower() for brand in ("ACME", "ZETA", "OUTLET")}


@pytest.fixture
def environment() -> dict[str, str]:
    """The reader's environment after the installation: the command is found, and the secrets are set."""
    return installed() | {"HOME": os.environ.get("HOME", "")} | dict.fromkeys(SECRETS, "a-secret") | BRANDS


@pytest.fixture
def shell(tmp_path: Path, environment: dict[str, str]) -> Iterator[Shell]:
    """A shell in a folder of its own; what the test has started ends with it."""
    with Shell(tmp_path, environment) as shell:
        yield shell


@pytest.fixture
def cluster() -> Iterator[dict[str, str]]:
    """The settings by which the page's configuration finds a Kafka and a registry on this machine."""
    topics = [route["topic"] for route in yaml.safe_load(CONFIGURATION)["routes"]]
    with embedded_broker(topics) as bootstrap, serve(registry_app()) as registry:
        yield {
            "BLUECORE_CONSUMER__KAFKA__BOOTSTRAP_SERVERS": bootstrap,
            "BLUECORE_CONSUMER__KAFKA__OPTIONS": "{session.timeout.ms: 6000}",
            "BLUECORE_CONSUMER__SCHEMA_REGISTRY__URL": registry,
        }
