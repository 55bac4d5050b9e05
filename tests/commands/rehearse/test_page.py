"""The page: it needs no other file, holds what was counted, and can be read on any screen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from consumer.commands.rehearse.customers import Attribute
from consumer.commands.rehearse.occasion import Occasion
from consumer.commands.rehearse.page import write_page
from consumer.commands.rehearse.rehearsal import Rehearsal
from consumer.commands.rehearse.tally import Row, RowKey, Span
from consumer.config.model import Config
from consumer.records import EventRequest, Partition, Reason, Record, Reject, Send, Stage
from tests.support.configs import SOUND

LONG = "shop.a-topic-with-a-name-that-no-phone-can-show-in-one-line-of-its-screen.v1"
CONFIG = Config.model_validate(SOUND)
OCCASION = Occasion("events.yaml", 1_800_000)


@pytest.fixture
def rehearsal() -> Rehearsal:
    """2,000 purchases of which 1 in 8 is refused, and a topic that could not be read."""
    made = Rehearsal(CONFIG, None, 0, show_values=False)
    row = made.tally.rows[RowKey(0, LONG, "purchase")] = Row(
        read=2_000, send=1_500, skip=Counter(when=200, event=50), requests=1_500, profiles=40
    )
    refused = Reject(Reason.INVALID_FIELD, Stage.MAP, "total: must be a number <b>or</b> text")
    for offset in range(250):
        row.add_refusal(refused, Record(Partition(LONG, 0), offset, None, b""), lambda _: "")
    made.tally.spans[LONG] = Span(0, 1_500_000)
    made.tally.read = 2_000
    made.tally.problems["shop.carts"] = "no such topic"
    cents = EventRequest("purchase", b'{"properties": {"token": "***", "total": 90240}}', "jane")
    made.hints.see(0, CONFIG.routes[0], CONFIG.routes[0].topic or "", Send((cents,)))
    made.customers.attributes["tier"] = Attribute(filled=30, types={"text"}, rows={0: row})
    return made


@pytest.fixture
def opened(rehearsal: Rehearsal, chromium: WebDriver, tmp_path: Path) -> WebDriver:
    file = tmp_path / "report.html"
    write_page(rehearsal, CONFIG, OCCASION, file)
    chromium.get(file.as_uri())
    return chromium


def shown(driver: WebDriver, selector: str) -> list[str]:
    return [each.text for each in driver.find_elements(By.CSS_SELECTOR, selector)]


def test_it_says_what_was_counted(opened: WebDriver) -> None:
    (lead,) = shown(opened, ".lead")
    assert lead == (
        "A rehearsal of events.yaml on your own records from 1970-01-01 00:00 to 1970-01-01 00:25, "
        "made 1970-01-01 00:30 (UTC). Nothing was sent."
    )
    assert shown(opened, ".figure strong") == ["2,000", "75 %", "12 %", "12 %", "86,400"]
    assert shown(opened, ".counts") == [
        "2,000 records: 75 % sent, 12 % skipped, 12 % refused",
        "Skipped on purpose: 200: when: the condition is false; 50: event: the value that chooses it is one to skip",
    ]
    assert shown(opened, "td") == ["tier", "text", "75 %"]
    assert "shop.carts: no such topic" in shown(opened, "li")
    (hint,) = (each for each in shown(opened, "li") if "if they are cents" in each)
    assert hint.startswith(f"routes[0], {CONFIG.routes[0].topic}: fields.total: ")


def test_a_paused_route_is_told_to_be_one(rehearsal: Rehearsal, tmp_path: Path) -> None:
    """What it would send is no part of what would be sent now."""
    (row,) = rehearsal.tally.rows.values()
    row.paused = True
    file = tmp_path / "report.html"
    write_page(rehearsal, CONFIG, OCCASION, file)
    text = file.read_text()
    assert "This route is paused, and nothing of it is sent now. Once it goes on:" in text
    assert '<strong class="sent">0 %</strong>' in text


def test_each_destination_has_its_pace_beside_its_limit(rehearsal: Rehearsal, tmp_path: Path) -> None:
    several = {"acme": {"namespace": "a"}, "zeta": {"namespace": "z", "rate_limit_per_second": 0.5}}
    (row,) = rehearsal.tally.rows.values()
    rehearsal.tally.rows = {RowKey(0, LONG, "purchase", "zeta"): row, RowKey(0, LONG, "purchase", None): Row(read=1)}
    file = tmp_path / "report.html"
    write_page(rehearsal, Config.model_validate({**SOUND, "destinations": several}), OCCASION, file)
    text = file.read_text()
    assert f"<small>from {LONG} to zeta</small>" in text
    assert f"<small>from {LONG}</small>" in text, "where it is not known where it goes, nothing is said of it"
    assert "<li>acme: 0.0 requests a second, 0 a day</li>" in text
    assert "<li>zeta: 1.0 requests a second, 86,400 a day: more than the 0.5 that rate_limit_per_second" in text


def test_a_message_is_text_whatever_it_holds(opened: WebDriver) -> None:
    refusal, *_ = shown(opened, "li")
    assert refusal == f"250 a value is not what it has to be: total: must be a number <b>or</b> text {LONG}[0]@0"


def test_the_parts_of_a_bar_are_as_long_as_they_are_many(opened: WebDriver) -> None:
    widths = [each.rect["width"] for each in opened.find_elements(By.CSS_SELECTOR, ".bar i")]
    assert [width / sum(widths) for width in widths] == pytest.approx([0.75, 0.125, 0.125], abs=0.01)


def test_it_needs_no_other_file(rehearsal: Rehearsal, tmp_path: Path) -> None:
    """It is sent around by mail."""
    file = tmp_path / "report.html"
    write_page(rehearsal, CONFIG, OCCASION, file)
    text = file.read_text()
    assert "src=" not in text
    assert "href=" not in text
    assert "url(" not in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_can_be_read_on_any_screen(opened: WebDriver, scheme: str, width: int) -> None:
    """Nothing sticks out to the side; text stands out from what is behind it in light and in dark."""
    screen = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    wish = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", wish)
    try:
        assert opened.execute_script("return document.documentElement.scrollWidth") <= width
        colours = "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]"
        text, back = (sum(map(int, each[4:-1].split(","))) for each in opened.execute_script(colours))
        assert (back > text) == (scheme == "light")
        assert abs(back - text) > 400
    finally:
        opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
