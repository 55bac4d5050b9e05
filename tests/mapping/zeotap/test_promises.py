"""No promise without a test."""

from __future__ import annotations

from importlib import import_module
from itertools import chain

import pytest

from tests.mapping.zeotap.promises import PROMISES, shown_by


@pytest.mark.parametrize("section", PROMISES)
def test_every_sentence_of_a_section_is_named_by_a_test_in_its_file(section: str) -> None:
    """And no test names one that is not there."""
    module = import_module(f"tests.mapping.zeotap.test_{section.lower().replace(' ', '_')}")
    tests = [test for name, test in vars(module).items() if name.startswith("test_")]
    assert sorted(set(chain.from_iterable(map(shown_by, tests)))) == sorted(PROMISES[section])
    assert all(map(shown_by, tests)), "a test names nothing"
