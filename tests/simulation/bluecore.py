"""A model of Bluecore: what it answers, when, and what it has accepted."""

from __future__ import annotations

from dataclasses import dataclass, field

import orjson

from consumer.records import CONSENTS, Answer, NoAnswer
from tests.simulation.oracle import Oracle
from tests.simulation.world import World

_DOWN = {
    "503": Answer(503),
    "401": Answer(401),
    "302": Answer(302),
    "429": Answer(429, headers={"retry-after": "1"}),
    "refused": Answer(None, NoAnswer.REFUSED),
    "timeout": Answer(None, NoAnswer.TIMEOUT),
}
OUTAGES = tuple(_DOWN)


@dataclass(slots=True)
class Bluecore:
    """`down` names the outage that is on; `unsteady` is the share of requests that fail for no reason."""

    world: World
    oracle: Oracle
    down: str = ""
    unsteady: float = 0.0
    attempts: dict[str, int] = field(default_factory=dict)

    def receive(self, body: bytes, key: str, *, excused: bool) -> Answer:
        """A request has arrived: accepts it or not, and gives the answer. `excused`: from an instance cut off."""
        number = self.attempts[key] = self.attempts.get(key, 0) + 1
        if self.down:
            return _DOWN[self.down]
        event = orjson.loads(body)
        kind = event["kind"]
        if kind == "refused":
            return Answer(400, text="refused")
        fails = {
            "profile": event["event"] not in CONSENTS,
            "poison": True,
            "unlucky": number <= 5,
            "halting": number <= 2 and key.endswith(":1"),
        }
        if fails.get(kind):
            return Answer(500)
        if self.world.chance(self.unsteady):
            return self._fail(key, excused=excused)
        self.oracle.accepted(key, excused=excused, now=self.world.time)
        return Answer(202, seconds=0.05)

    def _fail(self, key: str, *, excused: bool) -> Answer:
        fault = self.world.random.choice(("500", "reset", "lost", "429", "timeout"))
        if fault == "lost":
            # Accepted, and the answer lost on its way: an honest client has to send it again.
            self.oracle.accepted(key, excused=excused, now=self.world.time)
            self.oracle.excuse(key)
            return Answer(None, NoAnswer.RESET)
        if fault == "429":
            return Answer(429)
        if fault == "500":
            return Answer(500)
        return Answer(None, NoAnswer.RESET if fault == "reset" else NoAnswer.TIMEOUT)
