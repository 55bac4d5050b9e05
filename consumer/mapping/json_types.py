"""The types that values have for an expression: JSON's, of which a decimal is a number."""

from __future__ import annotations

from typing import Any

from jmespath.functions import TYPES_MAP


def json_type(value: Any) -> str:
    return named_type(type(value).__name__)


def named_type(name: str) -> str:
    """The type of what Python calls so."""
    return "number" if name == "Decimal" else str(TYPES_MAP.get(name, name))
