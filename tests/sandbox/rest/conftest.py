"""A client of the sandbox's REST APIs."""

from __future__ import annotations

import pytest
import requests

from consumer.sandbox.sandbox import Running
from tests.sandbox.rest_client import Client


@pytest.fixture
def client(running: Running, http: requests.Session) -> Client:
    """Of a sandbox that plays the samples' account and takes any key."""
    return Client(running, http)
