"""The documentation is in plain English: phrases that only we would understand stay out of it."""

from __future__ import annotations

import re

import pytest

from tests.support.pages import Page, documentation, page

PAGES = [*documentation(), page("helm/bluecore-consumer/README.md"), page("helm/bluecore-consumer/RUNBOOK.md")]
OURS = {
    "goes before": "overrides",
    "out of order for": "unavailable to",
    "Bluecore is out of order": "Bluecore is unavailable",
    "can be sent with": "Error: no record can be sent",
    "rides along": "is sent too",
    "ride along": "are sent too",
    "mend": "correct",
}
"""What was said, and what is said instead."""


@pytest.mark.parametrize("each", PAGES, ids=lambda each: each.name)
def test_a_reader_need_not_guess(each: Page) -> None:
    """The changelog quotes a line that was."""
    text = " ".join(each.text.replace('"Bluecore is out of order"', "").split())
    assert {ours: plain for ours, plain in OURS.items() if re.search(rf"\b{ours}\b", text)} == {}
