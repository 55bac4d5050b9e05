"""An account of one's own for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from consumer.sandbox.sandbox import running_sandbox
from consumer.sandbox.settings import SandboxSettings
from tests.mapping.support import TOKEN
from tests.mapping.zeotap.account import Account


@pytest.fixture
def account() -> Iterator[Account]:
    with running_sandbox(SandboxSettings(namespace=TOKEN, strict=True)) as running:
        yield Account(running)
