"""Times as Bluecore's REST APIs write them: RFC 3339, to the nanosecond."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)",
    re.ASCII,
)
_SECOND = 1_000_000_000
_DIGITS = (3, 6, 9)


def parsed_moment(text: object) -> int | None:
    """Nanoseconds since the epoch; None where it is no time of RFC 3339, which has its zone."""
    if not isinstance(text, str) or not (found := _RFC3339.fullmatch(text)):
        return None
    seconds, fraction, zone = found.groups()
    try:
        moment = datetime.fromisoformat(seconds + zone.upper().replace("Z", "+00:00")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return round(moment.timestamp()) * _SECOND + int((fraction or "").ljust(9, "0"))


def written_moment(nanoseconds: int) -> str:
    """The time in UTC, with as many digits behind the second as it needs: none, 3, 6 or 9."""
    seconds, fraction = divmod(nanoseconds, _SECOND)
    text = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    if not fraction:
        return f"{text}Z"
    digits = f"{fraction:09}"
    kept = next(count for count in _DIGITS if not digits[count:].strip("0"))
    return f"{text}.{digits[:kept]}Z"
