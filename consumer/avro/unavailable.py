"""What Debezium writes in the place of a column that has not changed and that the database did not send: no value.

Rules: Debezium's PostgreSQL connector, "Toasted values", with its default `unavailable.value.placeholder`.
"""

from __future__ import annotations

from typing import Any

PLACEHOLDER = b"__debezium_unavailable_value"
_TEXT = PLACEHOLDER.decode()
_FORMS: tuple[Any, ...] = (_TEXT, PLACEHOLDER, [_TEXT], [PLACEHOLDER], {_TEXT: _TEXT})
"""Of a text or JSON column, of bytes, of their arrays, and of hstore."""


def without_placeholders(value: Any) -> Any:
    """The value with null for each placeholder in it, whatever it is nested in."""
    if value in _FORMS:
        return None
    if isinstance(value, dict):
        return {name: without_placeholders(each) for name, each in value.items()}
    if isinstance(value, list):
        return [without_placeholders(each) for each in value]
    return value
