"""What the engine has decided and not handed out yet, and what has gone without a result."""

from __future__ import annotations

from itertools import count

from consumer.delivery.decisions import Decisions, Settlement
from consumer.delivery.task import Task
from consumer.records import Receipt


class Outbox:
    """Each send and each write has a ticket, under which its result comes back exactly once."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._gone: dict[int, Task] = {}
        self._decided = Decisions()
        self.requests_in_flight = 0
        self.resent = 0
        """How many sends were repetitions."""

    def number(self) -> int:
        """One that no task and no ticket has."""
        return next(self._numbers)

    def send(self, task: Task) -> None:
        """The present request of a record is to be sent."""
        self.requests_in_flight += 1
        if task.sent:
            self.resent += 1
        task.sent = True
        self._decided.sends.append((self._ticket(task), task))

    def write(self, task: Task) -> None:
        """A record is to be written to the topic of its failure."""
        self._decided.writes.append((self._ticket(task), task))

    def receipt(self, ticket: int, receipt: Receipt) -> None:
        """A receipt is to be written, for the first time or again."""
        self._decided.receipts.append((ticket, receipt))

    def settled(self, settlement: Settlement | None) -> None:
        """This is to be told; None: nothing is."""
        if settlement is not None:
            self._decided.settled.append(settlement)

    def answered(self, ticket: int) -> Task:
        """The record whose send has an answer."""
        self.requests_in_flight -= 1
        return self.written(ticket)

    def written(self, ticket: int) -> Task:
        """The record whose write has a result."""
        task = self._gone.pop(ticket)
        task.in_flight = False
        task.state.in_flight_count -= 1
        return task

    def take(self) -> Decisions:
        """What was decided since the last time."""
        decided, self._decided = self._decided, Decisions()
        return decided

    def _ticket(self, task: Task) -> int:
        ticket = next(self._numbers)
        self._gone[ticket] = task
        task.in_flight = True
        task.state.in_flight_count += 1
        return ticket
