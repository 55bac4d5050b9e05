"""What a check is, what it is given, and what comes of it."""

from __future__ import annotations

import itertools
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tests.helm.tools import helm
from tests.k8s.control_plane import ControlPlane
from tests.k8s.release import Release, Values
from tests.k8s.shop import NAMESPACE, Beside

SECRETS: Final = {"BLUECORE_NAMESPACE": NAMESPACE}
HELMS: Final = ("3", "4")


class NotToBeHad(Exception):
    """The check cannot be made here; the message is the reason."""


@dataclass
class Bench:
    """What a check works with."""

    plane: ControlPlane
    beside: Beside
    helms: dict[str, Path]
    _numbers: Iterator[int]

    @classmethod
    def made(cls, plane: ControlPlane, beside: Beside) -> Bench:
        return cls(plane, beside, {major: helm(major) for major in HELMS}, itertools.count(1))

    def release(self, major: str = "4", name: str = "events") -> Release:
        """One that is not installed yet, in a new namespace with a Secret."""
        release = Release(self.plane, self.helms[major], f"check-{next(self._numbers)}", name)
        release.prepare(SECRETS)
        return release

    def topic(self) -> str:
        """A new one."""
        name = f"flow.{next(self._numbers)}"
        self.beside.topics(name)
        return name

    def values(self, topic: str, **more: Any) -> Values:
        """Those that read a topic, by a group and with topics of their own."""
        return {
            "kafka": {"bootstrap_servers": "kafka:9092", "group_id": topic},
            "schema_registry": {"url": "http://registry:8081"},
            "bluecore": {"url": self.beside.url},
            "dead_letters": {"retry_topic": f"{topic}.retry", "dead_letter_topic": f"{topic}.dead"},
            "existingSecret": "bluecore",
            "routes": [{"topic": topic, "event": "search"}],
            **more,
        }


Run = Callable[[Bench], str]
"""Makes the check; what was seen, for the table. Raises `NotToBeHad`, or another exception where it fails."""


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the table.

    Attributes:
        name: in a word.
        what: for the table.
        run: makes it.
        operators: it takes KEDA or the Prometheus operator, and is of the long form.
    """

    name: str
    what: str
    run: Run
    operators: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one.

    Attributes:
        seconds: for how long it ran.
        seen: what was seen, or why it could not be had, or the fault.
        state: `works`, `fails` or `not to be had`.
    """

    name: str
    what: str
    seconds: float
    seen: str
    state: str

    def document(self) -> dict[str, Any]:
        return asdict(self)


def made(check: Check, bench: Bench) -> Result:
    """Run it."""
    began = time.monotonic()
    try:
        seen, state = check.run(bench), "works"
    except NotToBeHad as reason:
        seen, state = str(reason), "not to be had"
    except Exception as error:  # noqa: BLE001 - whatever it is, the others are still to be made
        traceback.print_exc()
        seen, state = str(error).strip() or repr(error), "fails"
    return Result(check.name, check.what, round(time.monotonic() - began, 1), seen, state)
