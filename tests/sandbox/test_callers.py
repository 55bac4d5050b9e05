"""The sandbox answers programs and its own page, and no other page that a browser has open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from consumer.sandbox.callers import MOST_BYTES
from consumer.sandbox.sandbox import Running, running_sandbox
from consumer.sandbox.settings import SandboxSettings
from tests.sandbox.samples import JANE, NAMESPACE, event

PATHS = ["/", "/_events", "/_stream", "/_counts", "/api/track/mobile/v1", "/page.js"]


@pytest.mark.parametrize(
    "host",
    [
        "evil.example.com",
        "evil.example.com:8090",
        "localhost.evil.example.com",
        "127.0.0.1.evil.example.com:8090",
        "xlocalhost",
        "sandbox",
        "[evil",
        "evil@127.0.0.1",
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_a_name_that_is_not_its_own_is_refused(
    running: Running, http: requests.Session, host: str, path: str
) -> None:
    """DNS rebinding: a stranger's name that leads here all of a sudden."""
    answer = http.get(running.url + path, headers={"Host": host}, timeout=10)
    assert answer.status_code == 421
    assert "--allow-host" in answer.json()["error"]
    assert http.post(running.api_url, json=event("search", JANE), headers={"Host": host}).status_code == 421
    assert running.sandbox.counts.total == 0


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "shop.localhost", "127.0.0.1:9", "[::1]:8090", "10.1.2.3", "localhost.", ""]
)
def test_its_own_names_and_addresses_are_answered(running: Running, http: requests.Session, host: str) -> None:
    assert http.get(running.url + "/_counts", headers={"Host": host}).status_code == 200


@pytest.fixture
def named() -> Iterator[Running]:
    settings = SandboxSettings(NAMESPACE, allow_hosts=("bluecore-sandbox", "*.test.example"))
    with running_sandbox(settings, "localhost") as running:
        yield running


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("bluecore-sandbox:8090", 200),
        ("Bluecore-Sandbox", 200),
        ("a.b.test.example", 200),
        ("test.example", 421),
        ("xtest.example", 421),
        ("bluecore-sandbox.evil.example", 421),
    ],
)
def test_a_name_that_is_allowed_is_answered(named: Running, http: requests.Session, host: str, status: int) -> None:
    """As that of a Kubernetes service."""
    assert http.get(named.url + "/_counts", headers={"Host": host}).status_code == status


def test_all_names_can_be_allowed(http: requests.Session) -> None:
    with running_sandbox(SandboxSettings(allow_hosts=("*",))) as running:
        assert http.get(running.url + "/_counts", headers={"Host": "any.example"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.com"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/_reset", "/_faults", "/api/track/mobile/v1"])
def test_what_another_page_posts_is_refused(
    running: Running, http: requests.Session, headers: dict[str, str], path: str
) -> None:
    """A form, or a script: a browser lets it pass, and only hides the answer."""
    data = b'{"outage": "60:503"}' if path == "/_faults" else b'{"event": "search"}'
    answer = http.post(running.url + path, data=data, headers={"Content-Type": "text/plain", **headers})
    assert answer.status_code == 403
    assert http.delete(running.url + "/_faults", headers=headers).status_code == 403
    assert (running.sandbox.counts.total, running.sandbox.faults.describe()) == (0, [])


def test_its_own_page_may_post(running: Running, http: requests.Session) -> None:
    headers = {"Origin": running.url, "Sec-Fetch-Site": "same-origin"}
    assert http.post(running.url + "/_reset", headers=headers).status_code == 204


def test_a_plan_of_faults_has_a_limit_too(running: Running, http: requests.Session) -> None:
    """The answer comes all the same: the client is still sending."""
    for body, status in ((b" " * MOST_BYTES, 400), (b" " * (MOST_BYTES + 1), 413)):
        assert http.post(running.url + "/_faults", data=body).status_code == status
    assert http.get(running.url + "/_counts").status_code == 200
