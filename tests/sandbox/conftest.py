"""One sandbox over real HTTP for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from consumer.sandbox.sandbox import Running, running_sandbox
from consumer.sandbox.settings import SandboxSettings
from tests.sandbox.samples import NAMESPACE


@pytest.fixture
def running() -> Iterator[Running]:
    """A sandbox that plays the samples' account and asks for no key."""
    with running_sandbox(SandboxSettings(namespace=NAMESPACE)) as running:
        yield running


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session
