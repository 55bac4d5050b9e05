"""What single values must look like."""

from __future__ import annotations

import pytest

from consumer.sandbox.contract.values import is_attribute, is_email


@pytest.mark.parametrize("value", ["jane@example.com", "a.b+c@mail.example.co.uk", "jane@müller.example"])
def test_an_email_address_is_one(value: str) -> None:
    assert is_email(value)


@pytest.mark.parametrize("value", ["", "jane", "jane@host", "a@b@c.com", "a b@c.com", f"{'a' * 250}@b.co", None, 7])
def test_what_is_no_email_address(value: object) -> None:
    assert not is_email(value)


def test_an_attribute_is_written_small_with_underscores() -> None:
    assert [name for name in ("vip", "size_2", "Vip", "a-b", "a b", "") if is_attribute(name)] == ["vip", "size_2"]
