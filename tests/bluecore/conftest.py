"""A stand-in for Bluecore's REST APIs, whose answers a test chooses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from consumer.sandbox.serve import serve
from tests.support.rest_api import RestApi


@pytest.fixture
def api() -> RestApi:
    return RestApi()


@pytest.fixture
def url(api: RestApi) -> Iterator[str]:
    """Where it is served."""
    with serve(api) as address:
        yield address
