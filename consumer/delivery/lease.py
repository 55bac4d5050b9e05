"""How long a partition is surely ours: an instance that was cut off may have lost it, and hear of it last of all.

While no broker answers, the group gives its members up. When the brokers are back, records may be read before the
group can be heard, and the next owner reads the same ones from the last commit on.
"""

from __future__ import annotations

_NEVER = float("-inf")


class Lease:
    """Begins with the assignment. Each commit that the group takes renews it, from the time at which it was sent.

    Where it has ended, a commit has to pass before anything is sent.
    """

    __slots__ = ("_asked", "_seconds", "until")

    def __init__(self, seconds: float = float("inf"), now: float = 0.0) -> None:
        """`seconds`: for how long the group's word holds; `now`: seconds since the epoch."""
        self._seconds = seconds
        self.until = now + seconds
        """From then on it holds no longer."""
        self._asked = now

    def holds(self, now: float) -> bool:
        return now < self.until

    def asked(self, now: float) -> None:
        """A commit is sent."""
        self._asked = now

    def granted(self) -> None:
        """The group has taken it."""
        self.until = self._asked + self._seconds

    def refused(self) -> None:
        """The group does not know this member any more."""
        self.until = _NEVER
