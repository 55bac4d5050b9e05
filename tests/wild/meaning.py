"""What was meant, in the words of recorded values: `{"decimal": "19.99"}`, `{"date": "1969-07-20"}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from consumer.avro.durations import of_months_days_millis
from consumer.avro.unreadable import Unreadable

Tagged = Mapping[str, Any]


def meaning(tagged: Tagged) -> Any:
    """The Python value that the decoder owes.

    Args:
        tagged: one key, the kind, and the value as JSON can say it. Nanoseconds are read to the microsecond.
    """
    ((kind, told),) = tagged.items()
    return _KINDS[kind](told)


def told(value: Any) -> Any:
    """The value in a form that tells apart what Python calls equal: `True` and `1`, `1` and `1.0`, a NaN and another.

    Also decimals of another number of digits: what was meant as 19.990 is 19.990.
    """
    if isinstance(value, Mapping):
        return {key: told(each) for key, each in value.items()}
    if isinstance(value, list):
        return [told(each) for each in value]
    return type(value).__name__, repr(value)


def _as_it_is(given: Any) -> Any:
    return given


_KINDS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("null", "boolean", "int", "string", "enum", "uuid", "uuid-fixed", "iso-duration"), _as_it_is),
    "long": int,
    **dict.fromkeys(("float", "double"), float),
    **dict.fromkeys(("bytes", "fixed"), bytes.fromhex),
    **dict.fromkeys(("decimal", "big-decimal"), Decimal),
    "date": date.fromisoformat,
    **dict.fromkeys(("time-millis", "time-micros", "time-nanos"), time.fromisoformat),
    **{
        f"{local}timestamp-{unit}": datetime.fromisoformat
        for local in ("", "local-")
        for unit in ("millis", "micros", "nanos")
    },
    "duration": lambda parts: of_months_days_millis(*parts),
    "unreadable": Unreadable,
    "union": lambda branch: meaning(branch["value"]),
    "array": lambda items: [meaning(each) for each in items],
    "map": lambda entries: {key: meaning(each) for key, each in entries.items()},
    "record": lambda fields: {name: meaning(each) for name, each in fields.items()},
}
