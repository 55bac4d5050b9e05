"""The table of answers is what the service concludes of them."""

from __future__ import annotations

import re

from consumer.config.model import StatusesConfig
from tests.support.pages import README, page

DELIVERY = page("docs/delivery.md")


def test_the_table_of_answers_has_the_statuses_of_the_settings() -> None:
    """Each list of `delivery.statuses` is one row, in the order of the defaults."""
    rows = {whose: re.findall(r"\b4\d\d\b", answer) for answer, whose, _ in DELIVERY["Whose fault is it?"].tables[0]}
    statuses = StatusesConfig()

    assert rows["the record's"] == [str(status) for status in statuses.reject]
    assert rows["one or the other"] == [str(status) for status in statuses.retry]
    assert rows["the endpoint's"] == [str(status) for status in statuses.pause]
    assert rows["nobody's"] == ["429"]


def test_the_promises_are_those_of_the_readme() -> None:
    """Six, in one order; the page says more of each."""
    here, there = (_promises(text) for text in (DELIVERY.text, README.text))
    assert len(here) == 6
    assert here == there


def _promises(text: str) -> list[str]:
    return re.findall(r"^\d\. \*\*(.*?)\*\*", text, re.MULTILINE)
