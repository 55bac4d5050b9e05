"""Routes whose records mostly become dead letters: each is held alone, where it stands, and the others go on.

A flood of records that cannot be decoded or mapped holds their letters; what can be mapped is sent all the same. A
flood of records that Bluecore refuses holds the sends of the route as well, but for one probe at a time.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from consumer.backoff import Backoff
from consumer.delivery.flood import Flood, FloodPolicy
from consumer.delivery.lanes import Lane, Lanes
from consumer.delivery.probe_gate import ProbeGate
from consumer.delivery.task import Task
from consumer.records import EventRequest, Failure, Outcome, Reason, Reject, Stage

DEAD_LETTER_FLOOD = "dead_letter_flood"
_MOST_WATCHED = 300
"""Each is looked at in every round; and a redelivery names its topic itself, in a header that anyone may write."""


_PLACE = re.compile(r"\[\d+\]")


class Route(NamedTuple):
    """What floods are counted by.

    Attributes:
        topic: the topic that the records were first read from.
        event: what they become; empty where that is not known, as of what cannot be decoded.
        sent: whether Bluecore refuses them; else they cannot be mapped.
        destination: where they go, of what is sent with the API; empty where it has no name, or is not known.
    """

    topic: str
    event: str
    sent: bool
    destination: str = ""


class _Held:
    """One route that is watched, and what is held of it."""

    __slots__ = ("field", "flood", "gate", "letters", "sends", "why")

    def __init__(self, policy: FloodPolicy, waits: Backoff, *, on: bool = False) -> None:
        self.flood = Flood(policy, on=on)
        self.gate = ProbeGate(waits)
        self.letters: list[Lane[Task]] = []
        self.sends: deque[Lane[Task]] = deque()
        self.why = self.field = ""


class HeldRoutes:
    """Watches a route from its first dead letter until there has been none for a while."""

    def __init__(
        self, policy: FloodPolicy, waits: Backoff, lanes: Lanes[Task], changed: Callable[[str], object]
    ) -> None:
        """Begin without a route.

        Args:
            policy: when it is a flood.
            waits: between the probes of a route that Bluecore refuses.
            lanes: where what was held goes on.
            changed: is told the topic of which a flood begins or ends.
        """
        self._policy = policy
        self._waits = waits
        self._lanes = lanes
        self._changed = changed
        self._routes: dict[Route, _Held] = {}
        self.watched: Collection[Route] = self._routes
        """The routes that have had dead letters lately: where there are none, there is nothing to count."""

    @property
    def holding(self) -> list[Route]:
        """The routes of which something is held."""
        return [route for route, held in self._routes.items() if held.flood.on and (held.letters or held.sends)]

    def why(self, route: Route) -> str:
        """Why the last dead letter of a route is one, without a value of its record; empty: that is not known."""
        held = self._routes.get(route)
        return "" if held is None else held.why

    def field(self, route: Route) -> str:
        """The field that is wrong with the last of them, without a product's number; empty: of none, or unknown."""
        held = self._routes.get(route)
        return "" if held is None else held.field

    # What is counted

    def mapped(self, topic: str, requests: Iterable[EventRequest], now: float) -> None:
        """A record of this topic could be mapped."""
        for event, destination in {("", ""), *((request.event, request.destination) for request in requests)}:
            self._good(Route(topic, event, sent=False, destination=destination), now)

    def unmappable(self, topic: str, reject: Reject, now: float) -> None:
        """A record could not be decoded, or not be mapped."""
        if reject.reason is not Reason.TOO_OLD:
            if reject.event:
                self._good(Route(topic, "", sent=False), now)  # it could be decoded
            held = self._bad(Route(topic, reject.event, sent=False, destination=reject.destination or ""), now)
            held.why, held.field = reject.message, _PLACE.sub("", reject.field or "")

    def delivered(self, task: Task, now: float) -> None:
        """Bluecore took the present request of a record."""
        if not self._routes:
            return
        route = _route_of(task)
        if (held := self._routes.get(route)) is not None:
            held.gate.probe_passed(task.number, now)
            self._good(route, now)

    def refused(self, task: Task, now: float) -> None:
        """Bluecore did not take the present request of a record, and will not; what is too old says nothing."""
        if task.failure is not None and task.failure.reason is Reason.TOO_OLD:
            self.release_probe(task, now)
            return
        route = _route_of(task)
        held = self._bad(route, now)
        held.why = f"HTTP {task.failure.status}" if task.failure is not None and task.failure.status else ""
        if held.flood.on:
            held.gate.trip(task.number, now, DEAD_LETTER_FLOOD)

    def release_probe(self, task: Task, now: float) -> None:
        """What came of the task says nothing of its route: another may be the probe."""
        if self._routes and task.requests and (held := self._routes.get(_route_of(task))) is not None:
            held.gate.release_probe(task.number, now)

    # What is held

    def floods(self, task: Task) -> bool:
        """Whether this dead letter is one of a flood.

        What has grown too old is no sign of a bad mapping; what was written once is written again.
        """
        failure = task.failure
        if not self._routes or failure is None or task.write_failures:
            return False
        if failure.outcome is not Outcome.DEAD_LETTER or failure.reason is Reason.TOO_OLD:
            return False
        if task.delivered:
            return False  # else a restart would send the rest again, behind later records of the customer
        return self._flood_of(task, failure) is not None

    def keep_letter(self, task: Task) -> None:
        """Keeps a letter of a flood until that has ended; it must be the head of a lane that is open."""
        lane, failure = task.lane, task.failure
        if lane is None or failure is None:
            return
        if task.rest is None and task.legs is None:
            # Later records of the key need not wait with it.
            self._lanes.release(lane)
            lane = task.lane = self._lanes.add_busy(task.state.lanes, ("held", task.number), task)
        if (held := self._flood_of(task, failure)) is not None:
            held.letters.append(lane)
            task.state.held_lanes += 1

    def keeps_send(self, lane: Lane[Task], now: float) -> bool:
        """Whether the head of a lane is not to be sent now; it is kept then."""
        task = lane.head
        held = self._held_by_refusals(task)
        if held is None or held.gate.may_pass(now):
            return False
        held.sends.append(lane)
        task.state.held_lanes += 1
        return True

    def probing(self, task: Task) -> None:
        """The task goes; if its route is held, it is its probe. What only may go is none yet."""
        if (held := self._held_by_refusals(task)) is not None:
            held.gate.probing(task.number)

    def wake(self, now: float) -> None:
        """Lets a lane of each route go on whose probe is due."""
        for held in self._routes.values():
            while held.sends and held.sends[0].closed:
                held.sends.popleft()
            if held.sends and held.gate.may_pass(now):
                self._again([held.sends.popleft()])

    @property
    def probe_at(self) -> float:
        """When the next probe is due of a route that has something to send; infinity if none has."""
        return min((held.gate.probe_at for held in self._routes.values() if held.sends), default=float("inf"))

    # What outlives the process

    def note(self, topic: str) -> str:
        """The floods of a topic, for its commits' metadata; empty if there is none."""
        floods = [
            f"{'sent' if route.sent else 'map'}={route.event}{'@' if route.destination else ''}{route.destination}"
            for route, held in self._routes.items()
            if route.topic == topic and held.flood.on
        ]
        return "\n".join([self._policy.name, *floods]) if floods else ""

    def resume(self, topic: str, note: str) -> None:
        """Goes on with the floods that such a note tells of: what was held then is held now."""
        policy, *floods = note.split("\n")
        if policy != self._policy.name:
            return
        for flood in floods:
            kind, _, place = flood.partition("=")
            event, _, destination = place.partition("@")
            route = Route(topic, event, sent=kind == "sent", destination=destination)
            if route not in self._routes:
                self._routes[route] = _Held(self._policy, self._waits, on=True)
                if route.sent:
                    self._routes[route].gate.trip(0, 0.0, DEAD_LETTER_FLOOD)

    def forget(self, topic: str) -> None:
        """Nothing of this topic is read here any more."""
        for route in [route for route in self._routes if route.topic == topic]:
            self._end(self._routes.pop(route))

    # The inside

    def _flood_of(self, task: Task, failure: Failure) -> _Held | None:
        """What holds a letter: the first of its routes whose letters are a flood."""
        watched = (self._routes.get(route) for route in _routes_of_letter(task, failure))
        return next((held for held in watched if held is not None and held.flood.on), None)

    def _held_by_refusals(self, task: Task) -> _Held | None:
        held = self._routes.get(_route_of(task)) if self._routes else None
        return held if held is not None and held.flood.on and held.gate.open else None

    def _good(self, route: Route, now: float) -> None:
        held = self._routes.get(route)
        if held is None:
            return
        before = held.flood.on
        held.flood.good(now)
        if before and not held.flood.on:
            held.gate = ProbeGate(self._waits)
            self._end(held)
            self._changed(route.topic)
        if held.flood.over(now):
            del self._routes[route]

    def _bad(self, route: Route, now: float) -> _Held:
        held = self._routes.get(route)
        if held is None:
            if len(self._routes) >= _MOST_WATCHED:
                self._forget_one()
            held = self._routes[route] = _Held(self._policy, self._waits)
        before = held.flood.on
        held.flood.bad(now)
        if held.flood.on and not before:
            self._changed(route.topic)
        return held

    def _forget_one(self) -> None:
        """The one that has been watched for longest and is no flood."""
        oldest = next((route for route, held in self._routes.items() if not held.flood.on), None)
        if oldest is not None:
            del self._routes[oldest]

    def _end(self, held: _Held) -> None:
        letters, held.letters = held.letters, []
        sends, held.sends = held.sends, deque()
        self._again([*letters, *sends])

    def _again(self, lanes: Iterable[Lane[Task]]) -> None:
        for lane in lanes:
            if not lane.closed:
                lane.head.state.held_lanes -= 1
                self._lanes.ready(lane)


def _route_of(task: Task) -> Route:
    event = task.request.event if task.requests else task.rejected_event
    return Route(task.record.origin.topic, event, sent=True, destination=task.endpoint)


def _routes_of_letter(task: Task, failure: Failure) -> Iterator[Route]:
    topic = task.record.origin.topic
    if failure.stage is Stage.DELIVER:
        event = task.rejected_event or task.request.event
        yield Route(topic, event, sent=True, destination=task.rejected_by or task.endpoint)
    else:
        for each in task.refused:
            yield Route(topic, each.event, sent=False, destination=each.destination or "")
