"""No control character reaches a terminal, and everything else does."""

from __future__ import annotations

import pytest

from consumer.telemetry.legible import legible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m\x7f", r"\x9b31m\x7f"),
        ("a\rb\x08", r"a\rb\x08"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("a\tb\nc", "a\tb\nc"),
        ("Zoë 日本 🎁 \\x1b", "Zoë 日本 🎁 \\x1b"),
    ],
)
def test_a_control_character_is_written_out(text: str, shown: str) -> None:
    assert legible(text) == shown
