"""The commands that the pages name for whoever works on the service can be made."""

from __future__ import annotations

import re

from tests.support.pages import ROOT, documentation, page

TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_the_targets_that_are_named_are_there() -> None:
    named = {target for each in documentation() for target in re.findall(r"`make ([a-z-]+)", each.text)}
    assert {"demo", "test", "simulate", "chaos"} <= named <= TARGETS


def test_the_table_has_each_target_that_measures_or_tests() -> None:
    documented = {
        command.strip("`").removeprefix("make ") for command, _ in page("docs/development.md").rows("command")
    }
    assert documented == TARGETS - {"help", "browser", "lint", "style", "types", "clean"}
