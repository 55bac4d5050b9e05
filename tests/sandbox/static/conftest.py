"""A person at the page: real headless Chromium before a sandbox where Jane has shopped."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
import requests
from selenium.webdriver import ChromeOptions, ChromeService
from selenium.webdriver.chrome.webdriver import WebDriver

from consumer.sandbox.sandbox import Running
from tests.sandbox.samples import LAMP, MUG, event, one_of_each, profile
from tests.sandbox.static.visitor import Visitor

FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --lang=en-US"
)
BROKEN = event("purchase", customer=profile("jane.doe@"), products=[MUG, LAMP], order_id="A-1002")


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    binary, driver_binary = shutil.which("chromium"), shutil.which("chromedriver")
    if not binary or not driver_binary:
        pytest.skip("needs Chromium and its driver: apt-get install chromium chromium-driver")
    options = ChromeOptions()
    options.binary_location = binary
    for flag in (*FLAGS.split(), f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with WebDriver(options=options, service=ChromeService(driver_binary)) as driver:
        yield driver


@pytest.fixture
def visitor(chromium: WebDriver, running: Running) -> Iterator[Visitor]:
    """A person at a sandbox where Jane has shopped; the browser's console stays free of errors."""
    for document in (*one_of_each(), BROKEN):
        requests.post(running.api_url, json=document, timeout=10)
    visitor = Visitor(chromium, running.url)
    yield visitor
    chromium.get("about:blank")
    assert visitor.complaints() == []
