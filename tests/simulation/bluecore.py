"""A model of Bluecore: what it answers, when, and what it has accepted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

import orjson

from consumer.config.endpoints import endpoint_of, is_rest
from consumer.records import CONSENTS, Answer, NoAnswer
from tests.delivery.endpoints import Serve
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
_DOWN["token"] = Answer(None, NoAnswer.TOKEN)
_OTHERWISE = Answer(200, unapplied="Bluecore has another state")
TURNED_AWAY = ("401", "429", "403", "302", "404", "307", "405")
"""What speaks of the endpoint, or of us: as a kind, it is the answer to each of a record's requests."""
REFUSALS = ("400", "409", "413", "422")
TOO_MANY = 429
REFUSED = 400


@dataclass(slots=True)
class Quota:
    """So many requests in a window; `form`: how an answer tells of it, if it does."""

    most: int
    seconds: float
    form: str
    _window: int = -1
    _used: int = 0

    def use(self, requests: int) -> None:
        """Somebody else has sent so many in this window."""
        self._used += requests

    def refusal(self, now: float) -> Answer | None:
        """Counts a request; the answer where it is one too many."""
        if (window := int(now / self.seconds)) != self._window:
            self._window, self._used = window, 0
        self._used += 1
        return None if self._used <= self.most else Answer(TOO_MANY, headers=self._after(now) | self.told(now))

    def told(self, now: float) -> dict[str, str]:
        """The headers of an answer."""
        left, reset = str(max(0, self.most - self._used)), str(math.ceil(self._left(now)))
        forms: Mapping[str, dict[str, str]] = {
            "headers": {"ratelimit-remaining": left, "ratelimit-reset": reset},
            "x-headers": {"x-ratelimit-remaining": left, "x-ratelimit-reset": reset},
            "epoch": {"x-ratelimit-remaining": left, "x-ratelimit-reset": str(math.ceil(now + self._left(now)))},
            "members": {"ratelimit": f"limit={self.most}, remaining={left}, reset={reset}"},
            "items": {"ratelimit": f'"all";r={left};t={reset}'},
            "policy": {
                "ratelimit": f'"bytes";r=0;t=99, "all";r={left};t={reset}',
                "ratelimit-policy": f'"bytes";q=9;w=99;qu="content-bytes", "all";q={self.most};w={self.seconds:.0f}',
            },
        }
        return forms.get(self.form, {})

    def _after(self, now: float) -> dict[str, str]:
        wait = math.ceil(self._left(now))
        if self.form == "date":
            return {"retry-after": format_datetime(datetime.fromtimestamp(math.ceil(now + wait), UTC), usegmt=True)}
        return {"retry-after": str(wait)} if self.form == "seconds" else {}

    def _left(self, now: float) -> float:
        return (int(now / self.seconds) + 1) * self.seconds - now


def _answer(word: str) -> Answer:
    """Of a status, or of the name of an outage."""
    return _DOWN[word] if word in _DOWN else Answer(int(word))


def _own(kind: str, event: str, number: int, key: str) -> Answer | None:
    """The answer to the attempt of this number that is the record's own doing; None: there is none."""
    if kind == "refused":
        return Answer(REFUSED, text="refused")
    if kind.isdigit():
        return _answer(kind)
    if (twice := kind.removeprefix("twice ")) != kind:
        return _answer(twice) if number <= 2 else None
    fails = {
        "profile": event not in CONSENTS,
        "poison": True,
        "unlucky": number <= 5,
        "late": number <= 4 and key.endswith(":1"),
        "halting": number <= 2 and key.endswith(":1"),
    }
    return Answer(500) if fails.get(kind) else None


FORMS = ("seconds", "date", "headers", "x-headers", "epoch", "members", "items", "policy", "none")


@dataclass(slots=True)
class Bluecore:
    """`down` names the outage that is on; `unsteady` is the share of requests that fail for no reason."""

    world: World
    oracle: Oracle
    down: str = ""
    away: dict[str, str] = field(default_factory=dict)
    """The outage that is on, of an endpoint alone."""
    unsteady: float = 0.0
    quota: Quota | None = None
    latency: Serve = lambda _, __: 0.05
    answered: list[tuple[float, str, int | None]] = field(default_factory=list)
    """When each request arrived, its idempotency key, and the status that it got."""
    attempts: dict[str, int] = field(default_factory=dict)
    mended: set[str] = field(default_factory=set)
    """Kinds that are refused no more."""
    pushed_back: int = 0
    """How many requests the quota refused."""

    @staticmethod
    def hold_of(answer: Answer) -> float | None:
        """For how many seconds this answer wants no request at all; None: it does not say."""
        if answer.status != TOO_MANY:
            return None
        spent = answer.headers.get("ratelimit-remaining") == "0"
        after = answer.headers.get("ratelimit-reset" if spent else "retry-after", "")
        return float(after) if after.isdigit() else None

    def receive(self, body: bytes, key: str, endpoint: str, *, excused: bool) -> Answer:
        """A request has arrived: accepts it or not, and gives the answer. `excused`: from an instance cut off."""
        answer = self._judge(body, key, endpoint, excused=excused)
        self.answered.append((self.world.time, key, answer.status))
        return answer

    def _judge(self, body: bytes, key: str, endpoint: str, *, excused: bool) -> Answer:
        number = self.attempts[key] = self.attempts.get(key, 0) + 1
        plain = key.partition("@")[0]
        if down := self.down or self.away.get(endpoint, ""):
            return _answer(down)
        if self.quota is not None and (refusal := self.quota.refusal(self.world.time)) is not None:
            self.pushed_back += 1
            return refusal
        event = orjson.loads(body)
        if endpoint_of(endpoint.partition("/")[0], event.get("api", "")) != endpoint:
            raise self.oracle.broke(f"{key} arrives at {endpoint!r}, and is for {event.get('api', 'events')}")
        if event["kind"] not in self.mended and (own := _own(event["kind"], event["event"], number, plain)):
            return _OTHERWISE if is_rest(endpoint) and own.status == REFUSED else own
        if self.world.chance(self.unsteady):
            return self._fail(key, excused=excused)
        self.oracle.accepted(key, excused=excused, now=self.world.time)
        return Answer(202, headers={} if self.quota is None else self.quota.told(self.world.time))

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
