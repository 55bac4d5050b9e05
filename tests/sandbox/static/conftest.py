"""A person at the page: real headless Chromium before a sandbox where Jane has shopped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from selenium.webdriver.chrome.webdriver import WebDriver

from consumer.sandbox.sandbox import Running
from tests.sandbox.samples import LAMP, MUG, event, one_of_each, profile
from tests.sandbox.static.visitor import Visitor

BROKEN = event("purchase", customer=profile("jane.doe@"), products=[MUG, LAMP], order_id="A-1002")


@pytest.fixture
def visitor(chromium: WebDriver, running: Running) -> Iterator[Visitor]:
    """A person at a sandbox where Jane has shopped; the browser's console stays free of errors."""
    for document in (*one_of_each(), BROKEN):
        requests.post(running.api_url, json=document, timeout=10)
    visitor = Visitor(chromium, running.url)
    yield visitor
    chromium.get("about:blank")
    assert visitor.complaints() == []
