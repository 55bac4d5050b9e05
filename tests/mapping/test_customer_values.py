"""Phones and birthdays of Bluecore's own names, whoever maps them."""

from __future__ import annotations

from typing import Any

import pytest

from consumer.mapping.errors import InvalidValueError
from consumer.mapping.fields import birthday, plain_phone


@pytest.mark.parametrize("value", ["n/a", "unknown", "-", "x1"])
def test_a_text_without_a_number_is_no_phone(value: str) -> None:
    with pytest.raises(InvalidValueError, match="is no phone number"):
        plain_phone(value)


@pytest.mark.parametrize("value", ["0612345678", "+90 532 000 00 00", "112", 31612345678])
def test_a_phone_is_sent_as_it_is_written(value: Any) -> None:
    """Without a `phone_region` nobody knows its country."""
    assert plain_phone(value) == value


@pytest.mark.parametrize("value", ["0000-00-00", "1980-13-01", "2023-02-29", "0000-00-00 00:00:00"])
def test_a_day_that_no_calendar_has_is_no_birthday(value: str) -> None:
    with pytest.raises(InvalidValueError, match="is no day of the calendar"):
        birthday(value)


@pytest.mark.parametrize("value", ["1980-02-03", "1980-02-03T00:00:00Z", "03/02/1980", "--02-03", 9598])
def test_other_birthdays_are_as_they_are(value: Any) -> None:
    assert birthday(value) == value


@pytest.mark.parametrize("accept", [plain_phone, birthday])
def test_a_blank_one_is_missing(accept: Any) -> None:
    assert accept(" ") is None
