"""pydantic's errors in the words of who writes a plan of faults."""

from __future__ import annotations

import re
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from consumer.config.findings import Finding, Wording, findings_of

SHAPES: Final = {
    "latency": '"fixed:0.2" or {"kind": "fixed", "seconds": 0.2}',
    "rates": '{"503": 0.1, "reset": 0.01}',
    "rate_limit": '"100/1000" or {"per_second": 100, "per_minute": 1000}',
    "outage": '30 or {"seconds": 30, "step": 503}',
    "scripts": '{"distinct_id": {"jane@example.com": [503, "pass"]}} or {"idempotency_key": {"cart:0:17": [503]}}',
    "namespaces": '{"acme": {"outage": 30}}',
    "apis": '{"token": {"outage": 30}, "eligibility": {"rates": {"differs": 0.01}}}',
}
"""How each fault that is more than a number is written in JSON, by its key in the plan."""

_KEYS: Final = (
    *(key for key in SHAPES if key not in {"namespaces", "apis"}),
    *("retry_after_seconds", "retry_after_as", "hang_seconds", "seed", "namespaces", "apis", "token_seconds"),
)

_SENTENCES: Final = {
    "extra_forbidden": "there is no such key",
    "missing": "is required",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_type": "must be a whole number",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "union_tag_invalid": "there is no such kind: it is one of {expected_tags}",
    "union_tag_not_found": "its kind is missing: one of fixed, uniform, lognormal",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "tuple_type": "must be a list",
    "literal_error": "Input should be {expected}",
    "json_invalid": "Invalid JSON: {error}",
}


_NO_KEY: Final = re.compile(r"\[key\]|fixed|uniform|lognormal")
"""What in an error's place is no key of the plan: that it is about a key itself, or which latency it is about."""


def plan_findings(error: ValidationError, *, shapes: bool = False) -> list[Finding]:
    """Everything that is wrong with a plan, under the key in the plan that it is about.

    Args:
        error: what pydantic found.
        shapes: tell also which keys there are, and how the value of this one is written in JSON.
    """
    return list(findings_of(error, _WITH_SHAPES if shapes else _PLAIN))


def _shape(error: ErrorDetails, _key: str) -> str:
    root = error["loc"][0] if error["loc"] else ""
    if root in SHAPES:
        return f"; it is written {SHAPES[str(root)]}"
    return f"; the keys are {', '.join(_KEYS)}" if error["type"] in {"extra_forbidden", "model_type"} else ""


_PLAIN: Final = Wording(_SENTENCES, _NO_KEY, index=".{}")
_WITH_SHAPES: Final = Wording(_SENTENCES, _NO_KEY, index=".{}", hint=_shape)
