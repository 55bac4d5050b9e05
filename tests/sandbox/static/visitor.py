"""A person in front of the page: what a test of the page says, in a person's words."""

from __future__ import annotations

import os
from pathlib import Path

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.command import Command
from selenium.webdriver.support.wait import WebDriverWait

DESKTOP, PHONE = (1440, 900), (390, 844)


class Visitor:
    """Does what a person does, and waits for what a person would wait for, ten seconds at most."""

    def __init__(self, driver: WebDriver, url: str) -> None:
        self.driver = driver
        self.url = url

    def opens(
        self, size: tuple[int, int] = DESKTOP, scheme: str = "light", motion: str = "no-preference", at: str = ""
    ) -> None:
        """Open the page, at an address such as `#event/1`, on a screen of this size, with these wishes."""
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        wishes = {"prefers-color-scheme": scheme, "prefers-reduced-motion": motion}
        features = [{"name": name, "value": value} for name, value in wishes.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.driver.get("about:blank")
        self.driver.get(f"{self.url}/{at}")

    def sees(self, selector: str, text: str) -> None:
        """Wait until an element that is shown holds this text."""
        WebDriverWait(self.driver, 10, poll_frequency=0.05).until(
            lambda _: any(text in shown for shown in self.texts(selector)),
            f"{text!r} did not appear in {selector}: {self.texts(selector)}",
        )

    def sees_only(self, selector: str, count: int) -> None:
        """Wait until so many such elements are shown."""
        WebDriverWait(self.driver, 10, poll_frequency=0.05).until(
            lambda _: len(self.texts(selector)) == count,
            f"there were never {count} of {selector}: {self.texts(selector)}",
        )

    def texts(self, selector: str) -> list[str]:
        """The texts of the elements that are shown, read at one moment, as the page never stands still."""
        script = (
            "return [...document.querySelectorAll(arguments[0])]"
            ".filter(e => e.checkVisibility({visibilityProperty: true})).map(e => e.innerText)"
        )
        texts: list[str] = self.driver.execute_script(script, selector)
        return texts

    def clicks(self, selector: str, text: str = "") -> None:
        self.sees(selector, text)
        script = (
            "[...document.querySelectorAll(arguments[0])].find(e => e.checkVisibility()"
            " && e.innerText.includes(arguments[1])).click()"
        )
        self.driver.execute_script(script, selector, text)

    def types(self, selector: str, text: str) -> None:
        self.driver.find_element(By.CSS_SELECTOR, selector).send_keys(text)

    def presses(self, *keys: str) -> None:
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def is_on(self, selector: str, text: str = "") -> None:
        """Wait until the focus is on such an element, with this text."""
        script = (
            "const e = document.activeElement; return e.matches(arguments[0]) && e.innerText.includes(arguments[1])"
        )
        WebDriverWait(self.driver, 10, poll_frequency=0.05).until(
            lambda _: self.driver.execute_script(script, selector, text),
            f"the focus never came to {selector} {text!r}",
        )

    def measures(self, script: str) -> list[str]:
        """What a script of this folder finds wrong with what is shown."""
        found: list[str] = self.driver.execute_script(Path(__file__).with_name(script).read_text())
        return found

    def complaints(self) -> list[str]:
        """The errors in the browser's console since this was last asked."""
        told = self.driver.execute(Command.GET_LOG, {"type": "browser"})["value"]
        return [line["message"] for line in told if line["level"] == "SEVERE"]

    def pictured(self, name: str) -> None:
        """Keep a picture of what is seen now in the folder SANDBOX_SHOTS, when it is set."""
        if folder := os.environ.get("SANDBOX_SHOTS"):
            self.driver.save_screenshot(str(Path(folder) / f"{name}.png"))
