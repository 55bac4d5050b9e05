"""What the tests that put something in the place of a part of the service do where that part is machine code.

Its callers there go straight to it, and never look at what a test has put in its place: such a test would pass or
fail for no reason. It is skipped instead, with the place.
"""

from __future__ import annotations

import functools
import sys
from types import ModuleType
from typing import Any

import pytest


def heed(item: pytest.Item) -> None:
    """Skip a test that is marked as one for the interpreter."""
    if mark := item.get_closest_marker("interpreted"):
        item.add_marker(pytest.mark.skip(f"not in machine code: {mark.args[0]}"))


def skip_what_patches_it() -> None:
    """From here on a test that patches machine code is skipped as soon as it does."""
    patched = pytest.MonkeyPatch.setattr

    @functools.wraps(patched)
    def setattr_or_skip(self: pytest.MonkeyPatch, *given: Any, **more: Any) -> None:
        patched(self, *given, **more)
        place, name, _ = self._setattr[-1]
        if where := _machine_code(place):
            pytest.skip(f"not in machine code: {where} does not look {name} up")

    pytest.MonkeyPatch.setattr = setattr_or_skip  # type: ignore[method-assign]


def _machine_code(place: object) -> str:
    """The compiled module of the service that a module, a class or an object of one is of; empty where it is none."""
    module = place if isinstance(place, ModuleType) else sys.modules.get(getattr(place, "__module__", ""))
    if module is None or not module.__name__.startswith("consumer"):
        return ""
    return "" if str(module.__file__).endswith(".py") else module.__name__
