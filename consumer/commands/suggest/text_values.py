"""What texts of one field have in common: the form of their days, the country of their phones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import phonenumbers

_FORMS: Final = ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%m/%d/%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d")
"""ISO 8601 is read without being told."""
_DIGITS: Final = len("19801231")


def form_of_days(texts: Sequence[str]) -> tuple[str, str]:
    """The form that all of them have, and the likeliest of several; one of the two is empty, or both."""
    if not texts:
        return "", ""
    fitting = [form for form in _FORMS if all(_has_form(text, form) for text in texts)]
    if len(fitting) > 1:
        return "", fitting[0]
    return (fitting[0], "") if fitting else ("", "")


def region_of_phones(texts: Sequence[str]) -> str:
    """The country of most numbers that say one: `NL` of `+31612345678`; empty where none does."""
    codes: Counter[str] = Counter()
    for text in texts:
        if text.startswith("+"):
            try:
                region = phonenumbers.region_code_for_number(phonenumbers.parse(text))
            except phonenumbers.NumberParseException:
                continue
            if region is not None:
                codes[region] += 1
    return codes.most_common(1)[0][0] if codes else ""


def _has_form(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return False
    return form != "%Y%m%d" or len(text) == _DIGITS
