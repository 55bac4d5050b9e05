"""A form of dates that cannot be meant is told before there is a record."""

from __future__ import annotations

import pytest

from consumer.mapping.date_functions import read_form_fault, written_form_fault


@pytest.mark.parametrize("form", ["%d-%m-%Y", "day %j, 100%% of %%", f"%Y{'-' * 98}"])
def test_what_can_be_written_and_read(form: str) -> None:
    assert written_form_fault(form) is None
    assert read_form_fault(form) is None


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ("%d %Q", "has %Q, which is none of %Y"),
        (f"%Y{'-' * 99}", "has more than 100 characters"),
        ("Q", "says no part of a date"),
    ],
)
def test_what_cannot_be_written_cannot_be_read(form: str, fault: str) -> None:
    assert (written_form_fault(form) or "").startswith(fault)
    assert (read_form_fault(form) or "").startswith(fault)


def test_a_part_that_comes_twice_can_be_written_but_not_read() -> None:
    assert written_form_fault("%d/%d") is None
    assert read_form_fault("%d/%d") == "has a part twice"
