"""The page in real headless Chromium: what a person sees and does there, by mouse and by keyboard."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
import requests

from consumer.sandbox.faults import make_plan
from consumer.sandbox.sandbox import Running
from tests.sandbox.samples import JANE, LAMP, MUG, VISITOR, event, one_of_each, profile

webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium: pip install selenium")
from selenium.webdriver.chrome.webdriver import WebDriver  # noqa: E402 - after the check that it is there
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.remote.command import Command  # noqa: E402
from selenium.webdriver.support.wait import WebDriverWait  # noqa: E402

from tests.sandbox.visitor import PHONE, Visitor  # noqa: E402

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER),
    reason="needs Chromium and its driver: apt-get install chromium chromium-driver",
)
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars --lang=en-US"
)
BROKEN = event("purchase", customer=profile("jane.doe@"), products=[MUG, LAMP], order_id="A-1002")


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    assert CHROMIUM
    assert DRIVER
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS.split(), f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER)) as driver:
        yield driver


@pytest.fixture
def visitor(chromium: WebDriver, running: Running) -> Iterator[Visitor]:
    """A person at a sandbox where Jane has shopped; the browser's console stays free of errors."""
    for document in (*one_of_each(), BROKEN):
        requests.post(running.api_url, json=document, timeout=10)
    yield Visitor(chromium, running.url)
    chromium.get("about:blank")
    told = chromium.execute(Command.GET_LOG, {"type": "browser"})["value"]
    assert [line for line in told if line["level"] == "SEVERE"] == []


def test_events_appear_as_they_come_with_their_counts(visitor: Visitor, running: Running) -> None:
    visitor.opens()
    visitor.sees("#total", "12")
    visitor.sees("#refused", "1")
    visitor.sees("#types li", "Purchase\n2")
    assert visitor.texts(".row .event")[0].startswith("Purchase")
    requests.post(running.api_url, json=event("search", "omar@example.org", search_term="lamp"), timeout=10)
    visitor.sees("#total", "13")
    visitor.sees(".row", "omar@example.org")


def test_a_refusal_is_seen_beside_the_exact_request(visitor: Visitor) -> None:
    visitor.opens()
    visitor.clicks(".row", "This is not an e-mail address.")
    visitor.sees(".verdict", "Refused")
    visitor.sees(".why li", "The order's total is missing")
    visitor.sees(".json .marked", '"email": "jane.doe@"')
    visitor.sees(".json .marked", '"total": is missing')
    visitor.sees(".json", '"token": "***"')
    visitor.pictured("refusal")


def test_tiles_types_and_customer_filter_the_list(visitor: Visitor, running: Running) -> None:
    requests.post(running.api_url, json=event("search", "omar@example.org", search_term="lamp"), timeout=10)
    visitor.opens()
    visitor.sees("#total", "13")
    visitor.clicks(".tile[data-outcome=refused]")
    WebDriverWait(visitor.driver, 10).until(lambda _: len(visitor.texts(".row")) == 1)
    visitor.clicks("#everything")
    visitor.clicks("#types button", "Searched")
    WebDriverWait(visitor.driver, 10).until(lambda _: len(visitor.texts(".row")) == 2)
    visitor.types("#customer", "OMAR")
    WebDriverWait(visitor.driver, 10).until(lambda _: len(visitor.texts(".row")) == 1)
    visitor.sees(".row", "omar@example.org")
    visitor.types("#customer", "nobody")
    visitor.sees("#empty", "No event fits this filter.")


def test_a_customer_is_followed_to_the_profile_and_on_as_events_come(visitor: Visitor, running: Running) -> None:
    visitor.opens()
    visitor.clicks(".row", "Added to cart")
    visitor.clicks(".follow", JANE)
    visitor.sees("#detail h2", JANE)
    visitor.pictured("profile")
    for text in ("Portland", VISITOR, "Reading lamp", "Order A-1001", "29.00"):
        visitor.sees(".card", text)
    visitor.sees(".verdict", "Unsubscribed")
    requests.post(running.api_url, json=event("optin", customer=profile()), timeout=10)
    visitor.sees(".verdict", "May be e-mailed")
    visitor.clicks(".card a", "Purchase")
    visitor.sees(".verdict", "Accepted")


def test_the_keyboard_alone_opens_an_event_and_comes_back(visitor: Visitor) -> None:
    visitor.opens()
    visitor.sees(".row", "Purchase")
    visitor.presses(Keys.TAB)
    visitor.is_on("skip")
    visitor.presses(Keys.ENTER, Keys.TAB)
    visitor.is_on("row")
    visitor.presses(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_UP, Keys.ENTER)
    visitor.sees("#detail h2", "Unsubscribed")
    visitor.presses(Keys.ESCAPE)
    visitor.is_on("row")


def test_a_list_that_is_being_read_stands_still_until_asked(visitor: Visitor, running: Running) -> None:
    visitor.opens()
    visitor.sees(".row", "Purchase")
    visitor.clicks("#hold")
    for _ in range(3):
        requests.post(running.api_url, json=event("search", "omar@example.org", search_term="lamp"), timeout=10)
    visitor.sees("#fresh", "3 new events")
    assert not any("omar" in row for row in visitor.texts(".row"))
    visitor.clicks("#fresh")
    visitor.sees(".row", "omar@example.org")


def test_faults_in_force_are_told(visitor: Visitor, running: Running) -> None:
    visitor.opens()
    running.sandbox.faults.apply(make_plan({"rates": {503: 1}}))
    visitor.sees("#faults", "100 % of events: answered 503")
    requests.post(running.api_url, json=event("search", search_term="lamp"), timeout=10)
    visitor.clicks(".row", "Failed on purpose: answered 503")
    visitor.sees(".why", "The sender should try again.")


def test_a_hostile_name_is_text_and_nothing_more(visitor: Visitor, running: Running) -> None:
    hostile = event("<img src=x onerror=document.title=1>", "<b>x</b>@example.com")
    requests.post(running.api_url, json=hostile, timeout=10)
    visitor.opens()
    visitor.clicks(".row", "<img src=x")
    visitor.sees("#detail h2", "<img src=x")
    assert visitor.driver.title == "Bluecore sandbox"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_fits_the_width(visitor: Visitor, scheme: str) -> None:
    visitor.opens(PHONE, scheme)
    visitor.clicks(".row", "This is not an e-mail address.")
    visitor.sees(".verdict", "Refused")
    visitor.pictured(f"phone-{scheme}")
    visitor.sees(".back", "Back to the events")
    assert visitor.driver.execute_script("return document.documentElement.scrollWidth") <= PHONE[0]
    ground = visitor.driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    darkness = sum(int(part) for part in ground.strip("rgb()").split(","))
    assert (darkness < 3 * 64) == (scheme == "dark")
    visitor.clicks(".back")
    visitor.sees(".row", "Purchase")
    assert visitor.texts("#detail") == []
