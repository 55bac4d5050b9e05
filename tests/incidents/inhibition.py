"""Which alerts are left when Alertmanager has the inhibit rules of the example."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import yaml

from tests.support.pages import ROOT

Labels = Mapping[str, str]
_RULES: Final[list[dict[str, Any]]] = yaml.safe_load(
    (ROOT / "examples" / "alertmanager" / "alertmanager.yml").read_text(encoding="utf-8")
)["inhibit_rules"]
_MATCHER: Final = re.compile(r'(\w+) (=~?) "?([^"]*)"?')


def not_inhibited(alerts: Iterable[Labels]) -> list[Labels]:
    """Those that no other one silences."""
    firing = list(alerts)
    return [each for each in firing if not any(_silenced(each, firing, rule) for rule in _RULES)]


def _silenced(alert: Labels, firing: Iterable[Labels], rule: dict[str, Any]) -> bool:
    if not _matches(alert, rule["target_matchers"]) or _matches(alert, rule["source_matchers"]):
        return False
    return any(
        _matches(source, rule["source_matchers"])
        and all(source.get(label) == alert.get(label) for label in rule["equal"])
        for source in firing
    )


def _matches(alert: Labels, matchers: Iterable[str]) -> bool:
    for matcher in matchers:
        found = _MATCHER.fullmatch(matcher)
        assert found is not None, matcher
        label, how, value = found.groups()
        own = alert.get(label, "")
        if not (re.fullmatch(value, own) if how == "=~" else own == value):
            return False
    return True
