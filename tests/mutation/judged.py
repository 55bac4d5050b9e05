"""The survivors that somebody has looked at: `judged.toml` says of each why it changes nothing that matters.

An entry names the function and the code before and after, not the line, so that it stays valid while lines move.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

JUDGED = Path(__file__).with_name("judged.toml")


@dataclass(frozen=True)
class Change:
    """What a mutation does.

    Attributes:
        module: Of `consumer/`, such as `delivery/engine`.
        function: With its class, such as `Engine.take`; empty outside of functions.
        was: The lines that it changes, each without its indentation, one blank between two.
        now: What stands there instead, in the same form.
    """

    module: str
    function: str
    was: str
    now: str

    @classmethod
    def of(cls, module: str, function: str, diff: str) -> Self:
        """From the unified diff of a mutation."""
        return cls(module, function, _lines(diff, "-"), _lines(diff, "+"))


def judged(path: Path = JUDGED) -> dict[Change, str]:
    """Why each survivor of the list is harmless.

    Raises:
        ValueError: An entry has no reason.
    """
    reasons: dict[Change, str] = {}
    for entry in tomllib.loads(path.read_text()).get("harmless", ()):
        place = entry["module"], entry["function"], entry["was"]
        if not entry["why"].strip():
            raise ValueError(f"{path}: {place} is judged without a reason: say in `why` what makes it harmless")
        found = [entry["now"]] if isinstance(entry["now"], str) else entry["now"]
        reasons |= {Change(*place, now): entry["why"] for now in found}
    return reasons


def _lines(diff: str, sign: str) -> str:
    changed = (line for line in diff.splitlines() if line.startswith(sign) and not line.startswith(sign * 3))
    return " ".join(line[1:].strip() for line in changed)
