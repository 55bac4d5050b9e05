"""The simulation's tests leave the log to the others as they found it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from tests.simulation.quiet import silenced


@pytest.fixture(autouse=True)
def _without_the_services_log() -> Iterator[None]:
    silenced()
    yield
    structlog.reset_defaults()
