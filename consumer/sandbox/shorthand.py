"""The short forms of a fault, as a flag has them, made into the long ones: `fixed:0.2`, `100/1000`, `30:hang`."""

from __future__ import annotations

_LATENCIES = {
    "fixed": ("seconds",),
    "uniform": ("low_seconds", "high_seconds"),
    "lognormal": ("median_seconds", "sigma"),
}


def latency(value: object) -> object:
    """`fixed:SECONDS`, `uniform:LOW:HIGH` or `lognormal:MEDIAN:SIGMA`; anything else as it is."""
    if not isinstance(value, str):
        return value
    kind, *figures = value.split(":")
    names = _LATENCIES.get(kind, ())
    # A figure too many is kept under a name that the plan refuses, rather than dropped.
    return {"kind": kind} | {names[i] if i < len(names) else figure: figure for i, figure in enumerate(figures)}


def rate_limit(value: object) -> object:
    """`SECOND/MINUTE`; anything else as it is."""
    if not isinstance(value, str):
        return value
    second, _, minute = value.partition("/")
    return {"per_second": second, "per_minute": minute}


def outage(value: object) -> object:
    """Seconds, as a number or a text, or `SECONDS:STEP`; anything else as it is."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"seconds": value}
    if not isinstance(value, str):
        return value
    seconds, _, step = value.partition(":")
    return {"seconds": seconds} | ({"step": step} if step else {})
