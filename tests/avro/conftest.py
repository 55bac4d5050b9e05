from __future__ import annotations

from collections.abc import Iterator

import pytest

from consumer.avro.registry import RegistryClient
from consumer.sandbox.serve import serve
from tests.avro.support import BreakableRegistry


@pytest.fixture
def registry() -> BreakableRegistry:
    return BreakableRegistry()


@pytest.fixture
def client(registry: BreakableRegistry) -> Iterator[RegistryClient]:
    """A client of `registry`, over real HTTP."""
    with serve(registry) as url, RegistryClient(url) as client:
        yield client
