"""Whether the modules that every event goes through are machine code here: the image's are, a checkout's are not."""

from __future__ import annotations

from importlib.util import find_spec


def is_compiled() -> bool:
    """Whether delivery's engine, which stands for all of them, is found as machine code."""
    found = find_spec("consumer.delivery.engine")
    return found is not None and found.origin is not None and not found.origin.endswith(".py")
