"""The whole pipeline: Kafka records in, Bluecore requests out, failures to their topics, offsets committed.

One thread runs it all. Everything that waits is handed in, so that the same loop runs against Apache Kafka, against
the embedded broker, and in a simulation.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import structlog

from consumer.clock import Clock
from consumer.delivery.commits import CommitFailure
from consumer.delivery.decisions import Commit
from consumer.delivery.engine import Engine
from consumer.delivery.lease import Lease
from consumer.pipeline.intake import Intake
from consumer.pipeline.reporter import Reporter
from consumer.pipeline.routing import ANYWHERE, TopicDestinations
from consumer.ports import Assigned, Client, Publisher, Source, Watch
from consumer.records import Partition, Reason, Record, Reject, Stage

log = structlog.get_logger(__name__)

# More would keep the answers waiting that arrive meanwhile.
_BATCH = 100
_IDLE_SECONDS = 0.1
_BUSY_SECONDS = 0.004
# Kafka's client calls back from within a poll only: a rebalance or an error waits no longer than this.
_POLL_SECONDS = 0.05
_CLOSE_SECONDS = 5.0
_UNREADABLE = Reject(
    Reason.UNDECODABLE, Stage.DECODE, "its topic was deleted while its schema was not to be had from the registry"
)


class Service:
    """Reads, maps, delivers and commits until it is stopped. It is its source's listener."""

    def __init__(  # noqa: PLR0913 - the parts of the pipeline, handed in
        self,
        *,
        engine: Engine,
        intake: Intake,
        source: Callable[[Service], Source],
        publisher: Publisher,
        client: Client,
        retry_watch: Watch,
        reporter: Reporter,
        clock: Clock,
        priority_of: Callable[[str], float],
        drain_seconds: float,
        is_paused: Callable[[str], bool] = lambda _: False,
        destinations_of: Callable[[str], TopicDestinations] = lambda _: ANYWHERE,
        recovered: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._engine = engine
        self._intake = intake
        self._publisher = publisher
        self._client = client
        self._retry_watch = retry_watch
        self._report = reporter
        self._clock = clock
        self._priority_of = priority_of
        self._is_paused = is_paused
        self._destinations_of = destinations_of
        self._drain_seconds = drain_seconds
        self._recovered = recovered
        self.wake_at = 0.0
        """When the next step is due even if nothing arrives, in seconds since the epoch."""
        self._poll_at = 0.0
        self._stopping = False
        self._source = source(self)

    def run(self) -> None:
        """Returns once it was stopped and has left the group.

        Raises:
            Fatal: Kafka cannot be used any more. The group is left then, too, or partitions would stand until the
                session ends.
        """
        try:
            while not self._stopping:
                self.step()
            self._leave()
        except Exception:
            self._abandon()
            raise
        finally:
            self._report.flush()

    def stop(self) -> None:
        """Asks `run` to finish what is in flight and to leave; safe from a signal handler or another thread."""
        self._stopping = True

    def step(self) -> None:
        """One round: collect results, take records, decide, act."""
        enter = self._report.stopwatch.enter
        busy = self._client.in_flight
        longest = max(0.0, min(_BUSY_SECONDS if busy else _IDLE_SECONDS, self.wake_at - self._clock.now()))
        if busy:
            enter("waiting")
        # While nothing is in flight, it is only looked at what Bluecore has closed.
        self._collect(longest if busy else 0)
        enter("polling" if busy else self._report.resting)
        records = self._wanted(self._read(0 if busy else longest, busy=bool(busy)))
        self._collect_writes()
        changes = self._retry_watch.changes()
        for change in changes:
            self._engine.parked.apply(change)
        enter("mapping")
        now = self._clock.now()
        self._report.consumed(records, now)
        for record, mapped in self._intake.translate(records, now):
            self._report.mapped(record, mapped, now)
            self._engine.take(record, mapped, now)
        for name in self._recovered():
            self._engine.recovered(name, now)
        self._act(now)
        if not self._source.committing and (commits := self._engine.partitions.commits.due(now)):
            enter("committing")
            self._commit(commits)
            self._report.committing(commits)
        if not self._source.committing:
            self.wake_at = min(self.wake_at, self._engine.partitions.commits.next_at)
        if changes:
            self.wake_at = now  # there may be more of them
        self._report.state(now, joined=self._source.joined)

    def _read(self, seconds: float, *, busy: bool) -> list[Record]:
        """Records as they are of use; Kafka's client is asked now and then even when none are."""
        fetch_demand = self._engine.fetch_demand
        now = self._clock.now()
        if busy and not fetch_demand and now < self._poll_at and not self._source.committing:
            return []
        self._poll_at = now + _POLL_SECONDS
        return self._source.poll(min(_BATCH, fetch_demand or _BATCH), seconds)

    def _wanted(self, records: Sequence[Record]) -> list[Record]:
        """Without those of partitions that are not to be read, which were fetched before: mapping remembers links."""
        refused = self._engine.partitions.refused(records)
        return [record for record in records if record.partition not in refused] if refused else list(records)

    def _collect(self, seconds: float) -> None:
        answers = self._client.wait(seconds)
        now = self._clock.now()
        for ticket, answer in answers:
            self._engine.answered(ticket, answer, now)

    def _collect_writes(self) -> None:
        for ticket, error in self._publisher.poll():
            now = self._clock.now()
            if error is not None:
                receipts = self._engine.receipts
                self._report.write_failed(error, now, receipt=receipts is not None and receipts.owns(ticket))
            self._engine.written(ticket, error, now)

    def _act(self, now: float) -> None:
        decided = self._engine.decide(now)
        send = self._client.send
        for ticket, task in decided.sends:
            send(ticket, task.request.body, task.idempotency_key, task.traceparent, task.endpoint)
        for ticket, task in decided.writes:
            self._publisher.publish(ticket, task)
        for ticket, receipt in decided.receipts:
            self._publisher.receipt(ticket, receipt)
        if decided.pause:
            self._source.pause(decided.pause)
        if decided.resume:
            self._source.resume(decided.resume)
        self._report.settled(decided.settled, now)
        self.wake_at = decided.wake_at

    def _commit(self, commits: Sequence[Commit], *, wait: bool = False) -> None:
        for request in self._engine.partitions.commits.requests(commits):
            self._source.commit(request, wait=wait)

    # Partitions come and go

    def on_assigned(self, assigned: Sequence[Assigned]) -> None:
        if assigned:
            self._retry_watch.catch_up(self._engine.parked.ask())
        for each in assigned:
            destinations = self._destinations_of(each.partition.topic)
            self._engine.partitions.assign(
                each.partition,
                each.committed,
                each.metadata,
                self._priority_of(each.partition.topic),
                start=each.start,
                stopped=self._is_paused(each.partition.topic),
                destinations=destinations.names,
                sets_aside=destinations.set_aside,
            )
            self._engine.partitions.lend(each.partition, Lease(each.lease, self._clock.now()))
        self._report.rebalanced("assigned", [each.partition for each in assigned], self._engine.partitions.assigned)

    def on_revoked(self, partitions: Sequence[Partition]) -> None:
        """Settles what is out of these partitions within the deadline, commits, and hands them over."""
        if not (partitions := self._ours(partitions)):
            return  # handed over already, as `_leave` does before it closes the consumer
        self._engine.partitions.drain(partitions)
        self._intake.forget(partitions)
        if left := self._wait_for(lambda: self._engine.partitions.outstanding(partitions)):
            log.warning(
                "handing partitions over with requests unanswered; their records are sent again", requests=left
            )
        self._report.stopwatch.enter("committing")
        if commits := self._engine.partitions.commits.due(self._clock.now(), leaving=True):
            self._commit(commits, wait=True)
        self._forget("revoked", partitions)

    def _wait_for(self, unfinished: Callable[[], int]) -> int:
        """Goes on with what is in flight until nothing is unfinished; what is left when the time is up."""
        self._report.stopwatch.enter("waiting")
        deadline = self._clock.now() + self._drain_seconds
        while (left := unfinished()) and self._clock.now() < deadline:
            self._collect(_BUSY_SECONDS)
            self._collect_writes()
            self._act(self._clock.now())
        return left

    def on_lost(self, partitions: Sequence[Partition]) -> None:
        partitions = self._ours(partitions)
        self._intake.forget(partitions)
        self._forget("lost", partitions)

    def on_deleted(self, partitions: Sequence[Partition]) -> None:
        partitions = self._ours(partitions)
        for record in self._intake.forget(partitions):
            # They cannot be read again, and without their schema they cannot be sent.
            self._engine.take(record, _UNREADABLE, self._clock.now())
        self._engine.partitions.detach(partitions)
        self._report.rebalanced("deleted", partitions, self._engine.partitions.assigned)

    def on_committed(self, partitions: Sequence[Partition]) -> None:
        self._engine.partitions.commits.acknowledged(partitions)
        self._report.committed()

    def on_commit_failed(self, partitions: Sequence[Partition], error: str, failure: CommitFailure) -> None:
        self._engine.partitions.commits.failed(partitions, failure)
        self._report.commit_failed(partitions, error, self._clock.now())

    def _ours(self, partitions: Sequence[Partition]) -> list[Partition]:
        assigned = set(self._engine.partitions.assigned)
        return [partition for partition in partitions if partition in assigned]

    def _forget(self, kind: str, partitions: Sequence[Partition]) -> None:
        self._engine.partitions.forget(partitions)
        if self._engine.parked.leave(partitions):
            self._retry_watch.catch_up(self._engine.parked.ask())
        self._report.rebalanced(kind, partitions, self._engine.partitions.assigned)

    def _abandon(self) -> None:
        """The loop cannot go on: what is settled is committed if that is possible, and the group is left."""
        partitions = self._engine.partitions
        try:
            partitions.drain(partitions.assigned)
            self._commit(partitions.commits.due(self._clock.now(), leaving=True), wait=True)
            partitions.forget(partitions.assigned)
        except Exception as error:  # noqa: BLE001 - what ended the loop is told, and this is none of it
            log.warning("the last commit failed; what it covered is sent again", error=str(error))
        self._close_source()

    def _leave(self) -> None:
        self._report.leaving()
        self.on_revoked(self._engine.partitions.assigned)
        if left := self._wait_for(lambda: self._engine.give_up_detached(self._clock.now())):
            log.error("records of topics that were deleted could not be delivered or set aside", records=left)
        self._close_source()
        self._retry_watch.close()
        self._publisher.close(_CLOSE_SECONDS)
        self._client.close()
        self._report.left()

    def _close_source(self) -> None:
        # Consumer.close() has been seen to hang (confluent-kafka-python issue 1667): it gets a deadline.
        closing = threading.Thread(target=self._source.close, name="close", daemon=True)
        closing.start()
        closing.join(_CLOSE_SECONDS)
        if closing.is_alive():
            log.warning("the consumer did not close in time; the group will notice by itself")
