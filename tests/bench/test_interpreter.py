"""The bench says which Python it measures, and warns of a slow build."""

from __future__ import annotations

import platform

import pytest

from tests.bench.interpreter import describe, described

FOUND = {
    "version": "3.14.2",
    "implementation": "CPython",
    "compiler": "GCC 14.2",
    "asked": "'--enable-optimizations' '--with-lto'",
    "flags": "",
    "debug": False,
}


def test_this_one_is_named() -> None:
    assert f"{platform.python_implementation()} {platform.python_version()}, " in described()


def test_of_an_optimised_build_nothing_is_warned() -> None:
    assert describe(FOUND) == "CPython 3.14.2, GCC 14.2, PGO yes, LTO yes"


def test_the_compilers_flags_say_it_as_well() -> None:
    assert "PGO yes, LTO yes" in describe(FOUND | {"asked": "", "flags": "-fprofile-use -flto=auto"})


def test_a_distributions_build_is_taken_as_it_is() -> None:
    """Debian's is profiled in steps of its packaging: what `configure` was asked does not show it."""
    said = describe(FOUND | {"asked": "'--prefix=/usr'"})
    assert said == "CPython 3.14.2, GCC 14.2, as the distribution builds it"


@pytest.mark.parametrize(
    ("change", "warning"),
    [({"asked": "'--enable-shared'"}, "without PGO"), ({"debug": True}, "built for debugging")],
)
def test_a_slow_build_is_warned_of(change: dict[str, object], warning: str) -> None:
    assert "\nwarning: it" in describe(FOUND | change)
    assert warning in describe(FOUND | change)
