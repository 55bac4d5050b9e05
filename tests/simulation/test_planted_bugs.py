"""The simulation finds bugs: each is planted in the real code, and a seed must break a promise."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from consumer.age import AgeLimit
from consumer.delivery import offset_map, taking
from consumer.delivery.answers import Answers
from consumer.delivery.attempts import Attempts, suspect_key
from consumer.delivery.commits import CommitFailure, Commits, _map_of
from consumer.delivery.concurrency import Concurrency
from consumer.delivery.endpoint import Endpoint
from consumer.delivery.engine import Engine
from consumer.delivery.gates import Gates
from consumer.delivery.lanes import Lane, LaneGroup, Lanes
from consumer.delivery.legs import Legs
from consumer.delivery.offset_ranges import OffsetRanges
from consumer.delivery.offset_tracker import OffsetTracker
from consumer.delivery.order import KeyOrder
from consumer.delivery.orphans import Orphans
from consumer.delivery.parking import Parked, ParkedKeys
from consumer.delivery.partitions import Partitions
from consumer.delivery.parts import ordering_key
from consumer.delivery.policy import DeliveryPolicy
from consumer.delivery.receipts import Receipts
from consumer.delivery.route_rates import RouteRates
from consumer.delivery.setting_aside import SettingAside
from consumer.delivery.settled_memory import SettledMemory
from consumer.delivery.shares import Share
from consumer.delivery.task import PartitionState, Task
from consumer.delivery.throttle import Throttle
from consumer.delivery.verdict import VerdictPolicy
from consumer.kafka.headers import redelivery
from consumer.kafka.starts import Starts
from consumer.pipeline.intake import Intake
from consumer.pipeline.reporter import Reporter
from consumer.pipeline.service import Service
from consumer.records import Answer, EventRequest, Mapped, OrderClass, Outcome, Partition, Record, Redelivery, Send
from tests.simulation.brokers import RETRY
from tests.simulation.seeds import run_seed

pytestmark = pytest.mark.slow

MOST_SEEDS = 1500
Plant = Callable[[pytest.MonkeyPatch], None]
_OTHER_THAN = {OrderClass.CONSENT: OrderClass.OTHER, OrderClass.OTHER: OrderClass.CONSENT}


def _commit_early(patch: pytest.MonkeyPatch) -> None:
    """The watermark is what was read, not what is settled."""
    patch.setattr(OffsetTracker, "watermark", property(lambda self: self._next))


def _settle_before_acknowledged(patch: pytest.MonkeyPatch) -> None:
    """A failed record counts as settled once it is handed to the producer."""
    write = Answers.write

    def hasty(self: Answers, task: Task, now: float) -> None:
        write(self, task, now)
        task.state.settled.settle(task.record.offset)
        task.state.changed = True

    patch.setattr(Answers, "write", hasty)


def _commit_what_is_revoked_unsettled(patch: pytest.MonkeyPatch) -> None:
    """On revocation everything that was taken is committed, as if it had been settled."""
    revoked = Service.on_revoked

    def hasty(self: Service, partitions: Sequence[Partition]) -> None:
        for state in self._engine.partitions._states_of(partitions):
            for task in list(state.lanes.tasks()):
                state.settled.settle(task.record.offset)
                state.changed = True
        revoked(self, partitions)

    patch.setattr(Service, "on_revoked", hasty)


def _let_what_fails_lose_its_place(patch: pytest.MonkeyPatch) -> None:
    """What is on its way to a topic when its partition leaves and comes back holds up its key no more."""
    lane_key = KeyOrder.lane_key

    def alone(self: KeyOrder, task: Task) -> Hashable:
        return lane_key(self, task) if task.failure is None else task.record.offset

    patch.setattr(KeyOrder, "lane_key", alone)


def _release_a_lane_twice(patch: pytest.MonkeyPatch) -> None:
    """A lane that was released is made ready twice: two of a key go at once."""
    release = Lanes.release

    def twice(self: Lanes[Any], lane: Lane[Any]) -> None:
        release(self, lane)
        if lane.queue and not lane.closed:
            second = Lane(lane.owner, lane.key)
            second.queue = lane.queue
            self.ready(second)

    patch.setattr(Lanes, "release", twice)


def _forget_parked_keys(patch: pytest.MonkeyPatch) -> None:
    """A key's later records overtake the one in the retry topic."""
    patch.setattr(ParkedKeys, "is_parked", lambda *_args: False)


def _do_not_wait_for_the_watch(patch: pytest.MonkeyPatch) -> None:
    """A new owner sends before it knows what is parked."""
    patch.setattr(ParkedKeys, "known", property(lambda _self: True))
    patch.setattr(ParkedKeys, "is_parked", lambda *_args: False)


def _park_for_ever_what_has_left(patch: pytest.MonkeyPatch) -> None:
    """What was read of a retry partition parks its key though the partition is another's, and all is settled."""
    patch.setattr(ParkedKeys, "leave", lambda *_args: False)


def _park_for_ever_what_is_acknowledged_late(patch: pytest.MonkeyPatch) -> None:
    """What was written parks its key once that is acknowledged, though the watch has told its end before."""

    def park(self: ParkedKeys, parked: Parked, *, acknowledged: bool) -> None:
        if acknowledged:
            self.apply(parked)

    patch.setattr(ParkedKeys, "written", park)


def _settle_in_the_order_of_the_receipts(patch: pytest.MonkeyPatch) -> None:
    """A record is settled with its own receipts, though those of an earlier one of its key are not there."""
    after = Receipts.after

    def alone(self: Receipts, task: Task, then: Callable[[PartitionState], None], *, ends: bool) -> None:
        self._last.clear()
        after(self, task, then, ends=ends)

    patch.setattr(Receipts, "after", alone)


def _forget_the_map(patch: pytest.MonkeyPatch) -> None:
    """What was settled beyond the watermark is not remembered over a restart."""
    patch.setattr("consumer.delivery.commits.encode", lambda *_args: "")


def _dead_letter_for_an_outage(patch: pytest.MonkeyPatch) -> None:
    """Attempts are charged whether or not anything else passes."""
    patch.setattr("consumer.delivery.breaker.Breaker.others_pass", lambda _self, _now: True)
    patch.setattr("consumer.delivery.breaker.Breaker.failed", lambda *_args: None)


def _let_what_is_pushed_back_lead_for_ever(patch: pytest.MonkeyPatch) -> None:
    """A record that always gets 429 goes first again, and alone."""
    patch.setattr(Attempts, "accused", lambda *_args: False)
    patch.setattr(Attempts, "passed_by", lambda *_args: False)
    patch.setattr(Endpoint, "went_alone", lambda *_args: False)


def _take_what_turns_one_record_away_for_an_outage(patch: pytest.MonkeyPatch) -> None:
    """401, 403, 404, 405 and 3xx open the breaker, whatever becomes of others."""
    patch.setattr(Attempts, "accused", lambda *_args: False)


def _let_no_record_grow_too_old_while_it_is_turned_away(patch: pytest.MonkeyPatch) -> None:
    """Age ends what fails, and not what gets 401 or 429."""

    def ageless(self: Attempts, task: Task, _answer: Answer, now: float) -> None:
        task.failed_at = now
        self._breaker.turned_away(suspect_key(task))

    patch.setattr(Attempts, "turned_away", ageless)


def _let_no_record_grow_too_old_in_an_outage(patch: pytest.MonkeyPatch) -> None:
    """Age ends what is turned away, and not what gets 503 while the breaker is open."""
    patch.setattr(Attempts, "failed", _ageless(Attempts.failed))


def _let_no_redelivery_grow_too_old(patch: pytest.MonkeyPatch) -> None:
    """Where nothing else passes, it is tried for ever."""
    patch.setattr(Attempts, "_charge", _ageless(Attempts._charge))


def _ageless(method: Callable[..., None]) -> Callable[..., None]:
    """The method, in a world in which nothing grows old."""

    def called(self: Attempts, *args: Any, **named: Any) -> None:
        policy, self._policy = self._policy, replace(self._policy, max_age=AgeLimit(0))
        try:
            method(self, *args, **named)
        finally:
            self._policy = policy

    return called


def _never_resume_a_partition(patch: pytest.MonkeyPatch) -> None:
    """A partition whose schema was awaited stays paused."""
    patch.setattr(Intake, "_go_on", lambda _self, _partition, _now_ms: iter(()))


def _skip_what_cannot_be_written(patch: pytest.MonkeyPatch) -> None:
    """A record that the brokers do not take in the dead-letter topic is passed over."""
    written = Engine.written

    def careless(self: Engine, ticket: int, error: str | None, now: float) -> None:
        task = self._outbox._gone.get(ticket)
        if task is not None and error is not None and task.state.active:
            self._outbox.written(ticket)
            self._settle(task, Outcome.DEAD_LETTER, now)
        else:
            written(self, ticket, error, now)

    patch.setattr(Engine, "written", careless)


def _trust_that_nothing_is_paused(patch: pytest.MonkeyPatch) -> None:
    """A partition that comes back is still paused in the client, and nobody resumes it."""
    assign = Partitions.assign

    def trusting(self: Partitions, partition: Partition, *args: Any, **start: Any) -> None:
        assign(self, partition, *args, **start)
        self._states[partition].paused = False

    patch.setattr(Partitions, "assign", trusting)


def _commit_for_others(patch: pytest.MonkeyPatch) -> None:
    """A draining partition drops its tasks as if they had been settled."""
    drain = Partitions.drain

    def careless(self: Partitions, partitions: Iterable[Partition]) -> None:
        states = self._states_of(partitions)
        dropped = [
            (state, task.record.offset) for state in states for task in state.lanes.tasks() if not task.in_flight
        ]
        drain(self, [state.partition for state in states])
        for state, offset in dropped:
            state.settled.settle(offset)
            state.changed = True

    patch.setattr(Partitions, "drain", careless)


def _forget_what_has_left(patch: pytest.MonkeyPatch) -> None:
    """A partition that comes back to the process that lost it is as new."""
    patch.setattr(SettledMemory, "recall", lambda *_args: OffsetRanges())


def _send_beside_what_is_on_its_way(patch: pytest.MonkeyPatch) -> None:
    """A record that is read again is sent, though the answer to its first send is still to come."""
    patch.setattr(Orphans, "adopted", lambda *_args: None)


def _forget_what_was_delivered_in_part(patch: pytest.MonkeyPatch) -> None:
    """Of a record of several requests that is read again, the first goes again."""
    patch.setattr(SettledMemory, "delivered_of", lambda *_args: 0)


def _let_consents_wait_for_all_else(patch: pytest.MonkeyPatch) -> None:
    """A customer has one lane, as they had once: an unsubscribe waits behind a profile that fails."""
    lane_of = KeyOrder._key_of

    def one_lane(self: KeyOrder, task: Task, _kind: OrderClass, key: bytes | None, *, ordered: bool) -> Any:
        return lane_of(self, task, OrderClass.OTHER, key, ordered=ordered)

    patch.setattr(KeyOrder, "_key_of", one_lane)


def _park_consents_with_all_else(patch: pytest.MonkeyPatch) -> None:
    """A profile in the retry topic takes an unsubscribe along."""
    is_parked = ParkedKeys.is_parked
    patch.setattr(
        ParkedKeys, "is_parked", lambda self, key, _kind: any(is_parked(self, key, each) for each in OrderClass)
    )


def _park_by_the_other_class(patch: pytest.MonkeyPatch) -> None:
    """A consent in the retry topic holds the profiles, and not the consents that came after it."""
    is_parked = ParkedKeys.is_parked
    patch.setattr(ParkedKeys, "is_parked", lambda self, key, kind: is_parked(self, key, _OTHER_THAN[kind]))


def _give_consents_no_order(patch: pytest.MonkeyPatch) -> None:
    """Each consent is a lane of its own."""
    lane_of = KeyOrder._key_of

    def alone(self: KeyOrder, task: Task, kind: OrderClass, key: bytes | None, *, ordered: bool) -> Any:
        consent = kind is OrderClass.CONSENT
        return task.record.offset if consent else lane_of(self, task, kind, key, ordered=ordered)

    patch.setattr(KeyOrder, "_key_of", alone)


def _let_the_rest_lose_its_place(patch: pytest.MonkeyPatch) -> None:
    """What is left of a record of both classes goes behind what was read after it."""
    reserve = Lanes.reserve

    def of_its_own(self: Lanes[Task], group: LaneGroup[Task], key: Hashable, task: Task) -> Lane[Task]:
        return reserve(self, group, (key, task.number), task)

    patch.setattr(Lanes, "reserve", of_its_own)


def _forget_what_is_half_settled(patch: pytest.MonkeyPatch) -> None:
    """After a restart a consent goes again though newer ones have passed it."""
    patch.setattr("consumer.delivery.partitions.decode_halves", lambda *_args: OffsetRanges())
    # It takes a consent and a profile in one record, and others behind it: in most seeds these are too few.
    patch.setattr("tests.simulation.scenario.RECORDS", 200)
    patch.setattr("tests.simulation.scenario._KINDS", ("good", "profile", "profile"))
    patch.setattr("tests.simulation.scenario._SHAPES", (("customer_patch", "unsubscribe"), ("optin",)))


def _send_the_whole_record_again(patch: pytest.MonkeyPatch) -> None:
    """A part of a record comes back from the retry topic as all of it."""
    patch.setattr("consumer.kafka.record.redelivery", lambda headers: _whole(redelivery(headers)))


def _whole(past: Redelivery | None) -> Redelivery | None:
    return None if past is None else replace(past, part=None)


def _let_a_letter_not_say_what_was_sent(patch: pytest.MonkeyPatch) -> None:
    """A replay of what one route has refused would send the others again."""
    patch.setattr(Task, "which", property(lambda _self: ()))


def _forget_what_was_refused(patch: pytest.MonkeyPatch) -> None:
    """Of a record that one route refuses the others are sent, and nobody is told of the rest."""
    task_of = taking.task_of

    def careless(record: Record, share: Share, *others: Any, **named: Any) -> Task | None:
        return task_of(record, share._replace(mapped=share.mapped._replace(refused=())), *others, **named)

    patch.setattr("consumer.delivery.arrivals.task_of", careless)


def _withhold_what_stands_beside_a_refusal(patch: pytest.MonkeyPatch) -> None:
    """A record is sent whole or not at all, as it was once."""
    take = Engine.take

    def whole(self: Engine, record: Record, mapped: Mapped, now: float) -> None:
        take(self, record, mapped.refused[0] if isinstance(mapped, Send) and mapped.refused else mapped, now)

    patch.setattr(Engine, "take", whole)


def _count_what_is_sent_from_the_first(patch: pytest.MonkeyPatch) -> None:
    """Where a request before it is refused, another has its key, and keeps it when that one is sent."""
    take = Engine.take

    def renumbered(self: Engine, record: Record, mapped: Mapped, now: float) -> None:
        take(self, record, mapped._replace(numbers=()) if isinstance(mapped, Send) else mapped, now)

    patch.setattr(Engine, "take", renumbered)


def _order_by_the_kafka_key(patch: pytest.MonkeyPatch) -> None:
    """A topic that is keyed by order has its customers out of order."""
    patch.setattr("tests.simulation.setting.ORDERINGS", ("customer",))

    def by_key(record: Record, requests: tuple[EventRequest, ...], **_: bool) -> bytes | None:
        return ordering_key(record, requests, by_customer=False)

    patch.setattr("consumer.delivery.task.ordering_key", by_key)


def _do_not_commit_where_reading_begins(patch: pytest.MonkeyPatch) -> None:
    """A partition without a record has no commit: `latest` is decided again at the next start."""
    assign = Partitions.assign

    def silent(self: Partitions, partition: Partition, *args: Any, **start: Any) -> None:
        assign(self, partition, *args, **start)
        self._states[partition].changed = False

    patch.setattr(Partitions, "assign", silent)


def _begin_added_partitions_at_their_end(patch: pytest.MonkeyPatch) -> None:
    """With `latest`, what a partition holds that was added while the group ran is skipped."""

    def ended(self: Starts, _partition: Partition, low: int, high: int) -> int:
        return high if self._policy == "latest" else low

    patch.setattr(Starts, "_first", ended)


def _begin_the_retry_topic_at_its_end(patch: pytest.MonkeyPatch) -> None:
    """With `latest`, what an earlier process wrote to the retry topic is never read."""
    look = Starts.look
    patch.setattr(Starts, "look", lambda self, consumer, subscription: look(self, consumer, [*subscription, RETRY]))


def _begin_at_the_start(patch: pytest.MonkeyPatch) -> None:
    """`latest` is not heard: what is from before is sent."""
    patch.setattr(Starts, "look", lambda *_args, **_names: None)


def _live_on_after_a_fatal_error(patch: pytest.MonkeyPatch) -> None:
    """The client says that it cannot go on, by a code of its own, and the process polls it for ever."""
    patch.setattr("consumer.kafka.member.is_fatal", lambda _error: False)


def _end_and_stay_in_the_group(patch: pytest.MonkeyPatch) -> None:
    """After a fatal error the process ends, and its partitions stand until its session has ended."""
    patch.setattr(Service, "_abandon", lambda _self: None)


def _send_maps_of_any_size(patch: pytest.MonkeyPatch) -> None:
    """The brokers take 4,096 characters, and the client appends one."""
    patch.setattr("consumer.delivery.commits.LIMIT", 4096 * 4)
    patch.setattr("tests.simulation.scenario.WIDE_MAPS", 1.0)  # few seeds have one


def _send_a_refused_map_again(patch: pytest.MonkeyPatch) -> None:
    """Brokers that take less metadata refuse each commit with a map."""
    patch.setattr("consumer.delivery.commits._map_of", _with_a_map)
    patch.setattr("tests.simulation.scenario.WIDE_MAPS", 1.0)  # of large maps few seeds have one


def _with_a_map(state: PartitionState, watermark: int, note: str) -> str:
    state.mapless = False
    return _map_of(state, watermark, note)


def _send_all_commits_in_one_request(patch: pytest.MonkeyPatch) -> None:
    """Those of many partitions are too large together."""
    patch.setattr(Commits, "requests", lambda _self, commits: iter([list(commits)]))


def _do_not_make_a_refused_request_smaller(patch: pytest.MonkeyPatch) -> None:
    """An unknown error of a commit may mean that it is too large: it is sent again as it was."""
    patch.setattr("consumer.kafka.offset_commits._failure_of", lambda _error: CommitFailure.LOST)


def _do_not_wake_for_the_last_bit_of_a_token(patch: pytest.MonkeyPatch) -> None:
    """A token that lacks less than the clock can tell is waited for until something else happens."""
    patch.setattr("consumer.delivery.token_bucket.math.nextafter", lambda now, _towards: now)


def _count_no_request_against_the_rate(patch: pytest.MonkeyPatch) -> None:
    """A configured rate is no limit."""
    patch.setattr(Throttle, "started", lambda _self: None)


def _do_not_hear_a_hold(patch: pytest.MonkeyPatch) -> None:
    """A 429 with `Retry-After` holds nothing back."""
    patch.setattr(Throttle, "hold", lambda *_args: None)


def _never_move_the_limit(patch: pytest.MonkeyPatch) -> None:
    """That the limit was reached is not told: it stays where it began."""
    patch.setattr(Concurrency, "reached", lambda _self: None)


def _take_each_record_for_a_key(patch: pytest.MonkeyPatch) -> None:
    """One customer's failing records look like those of many, and open the breaker."""
    patch.setattr("consumer.delivery.answers.suspect_key", lambda task: task.number)
    patch.setattr("consumer.delivery.attempts.suspect_key", lambda task: task.number)


def _count_only_what_was_delivered(patch: pytest.MonkeyPatch) -> None:
    """What was skipped, put off or given up is not in `events_total`."""
    patch.setattr(Reporter, "_others", lambda *_args: None)


def _read_what_is_urgent_with_all_else(patch: pytest.MonkeyPatch) -> None:
    """Ready lanes leave in the order in which they became ready, whatever their priority."""
    patch.setattr(Task, "priority", property(lambda _self: 0.0, lambda *_args: None))


def _commit_without_the_receipt(patch: pytest.MonkeyPatch) -> None:
    """What has ended counts as settled while its receipt is still on its way."""
    patch.setattr(Receipts, "after", lambda _self, task, then, **_ends: then(task.state))


def _pass_over_a_receipt_that_failed(patch: pytest.MonkeyPatch) -> None:
    """One that the brokers did not take is not written again."""
    result = Receipts.result
    patch.setattr(Receipts, "result", lambda self, ticket, _error, now: result(self, ticket, None, now))


def _write_no_receipt_of_a_dead_letter(patch: pytest.MonkeyPatch) -> None:
    """Only what Bluecore has taken has one."""
    patch.setattr(Receipts, "ended", lambda *_args: None)


def _send_what_only_waits_for_its_receipt(patch: pytest.MonkeyPatch) -> None:
    """A partition has left and come back meanwhile: its record is as new."""
    patch.setattr(Receipts, "adopt", lambda *_args: False)
    patch.setattr(Receipts, "half", lambda *_args: False)


def _count_no_request_against_the_routes_rate(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(RouteRates, "keeps", lambda *_args: False)


def _never_wake_what_waits_for_the_routes_rate(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(RouteRates, "wake", lambda *_args: None)


def _let_one_gate_hold_all_destinations(patch: pytest.MonkeyPatch) -> None:
    """What one destination answers holds back the requests to all."""
    begin, shared = Endpoint.__init__, list[Gates]()

    def with_one_gate(self: Endpoint, name: str, policy: DeliveryPolicy) -> None:
        begin(self, name, policy)
        shared.append(self.gates)
        self.gates = shared[0]
        self.attempts = Attempts(policy, self.gates.breaker)

    patch.setattr(Endpoint, "__init__", with_one_gate)


def _set_nothing_aside(patch: pytest.MonkeyPatch) -> None:
    """What waits for a destination that is away fills the memory, and all others wait behind it."""
    patch.setattr(SettingAside, "go_on", lambda *_args: False)


def _settle_with_the_first_share(patch: pytest.MonkeyPatch) -> None:
    """A record counts as settled when one of its destinations has it."""
    patch.setattr(Legs, "settled", lambda _self: True)


def _let_a_share_pass_before_its_record_has_ended(patch: pytest.MonkeyPatch) -> None:
    """Later records of a customer do not wait for the other share: a crash repeats the older one behind them."""

    def gone(self: Legs[Any, Any]) -> list[Any]:
        self._gone += 1
        lanes, self._lanes = self._lanes, []
        return lanes

    patch.setattr(Legs, "gone", gone)


def _redeliver_to_all_destinations(patch: pytest.MonkeyPatch) -> None:
    """What failed for one destination goes to the others again."""
    patch.setattr("consumer.kafka.headers._destination", lambda _value: None)


def _forget_a_share_that_has_ended(patch: pytest.MonkeyPatch) -> None:
    """A partition that comes back brings a record for several, of which one has its share."""
    patch.setattr(SettledMemory, "delivered_of", lambda *_args: OffsetRanges())


def _let_what_has_ended_lose_its_place(patch: pytest.MonkeyPatch) -> None:
    """A share that was delivered before its partition came back lets newer records of its key pass the record."""
    patch.setattr("consumer.delivery.arrivals.Arrivals._keep_places", lambda *_args: None)


def _leave_out_what_is_wanted_again(patch: pytest.MonkeyPatch) -> None:
    """Somebody deletes the group's commit, and of some records a part is remembered as delivered."""
    patch.setattr("consumer.delivery.settled_memory.SettledMemory._forget_partly", lambda *_args: None)


def _give_each_api_an_order_of_its_own(patch: pytest.MonkeyPatch) -> None:
    """A withdrawal by the one API overtakes an opt-in by the other."""
    patch.setattr("tests.simulation.scenario.BY_APIS", 1.0)
    key_of = KeyOrder._key_of

    def by_api(self: KeyOrder, task: Task, kind: OrderClass, key: bytes | None, *, ordered: bool) -> Hashable:
        return key_of(self, task, kind, key, ordered=ordered), task.endpoint

    patch.setattr(KeyOrder, "_key_of", by_api)


def _take_another_state_for_what_was_asked(patch: pytest.MonkeyPatch) -> None:
    """An answer counts by its status alone."""
    patch.setattr("tests.simulation.scenario.BY_APIS", 1.0)
    judge = VerdictPolicy.judge
    patch.setattr(VerdictPolicy, "judge", lambda self, answer: judge(self, answer._replace(unapplied="")))


def _send_what_is_next_where_the_last_went(patch: pytest.MonkeyPatch) -> None:
    """Of a record for two APIs all goes by the first."""
    patch.setattr("tests.simulation.scenario.BY_APIS", 1.0)
    look_ahead = Task._look_ahead

    def once(self: Task) -> None:
        if not self.index:
            look_ahead(self)

    patch.setattr(Task, "_look_ahead", once)


def _send_all_to_one_destination(patch: pytest.MonkeyPatch) -> None:
    """A record for several goes to the first of them as a whole."""
    patch.setattr(
        "consumer.delivery.arrivals.shares_of",
        lambda mapped, _past: [Share(mapped.requests[0].destination, "", mapped)],
    )


def _take_the_old_answer_for_what_is_wanted_again(patch: pytest.MonkeyPatch) -> None:
    """Somebody sets the commit back, and what was on its way just then goes before what is older."""
    patch.setattr(SettledMemory, "is_set_back", lambda *_args: False)


def _leave_out_what_is_older_than_what_another_has_repeated(patch: pytest.MonkeyPatch) -> None:
    """An older consent is sent again by another member, and a part of the newer one, sent before, is left out."""
    patch.setattr("consumer.delivery.consents.Consents.overtaken", lambda *_args: set())


def _let_what_lacks_its_letter_lose_its_place(patch: pytest.MonkeyPatch) -> None:
    """A record of which all was delivered but what a route refuses does not hold up its key when it comes back."""
    lane_key = KeyOrder.lane_key
    patch.setattr(
        KeyOrder, "lane_key", lambda self, task: lane_key(self, task) if task.requests else task.record.offset
    )


def _take_each_answer_for_one_of_a_new_window(patch: pytest.MonkeyPatch) -> None:
    """An answer that others have overtaken raises what is left of the quota."""
    note = Throttle._note

    def anew(self: Throttle, *args: Any) -> None:
        self._remaining = None
        note(self, *args)

    patch.setattr(Throttle, "_note", anew)


def _note_the_last_of_many_ranges_alone(patch: pytest.MonkeyPatch) -> None:
    """What is written in bits, where many ranges are settled, lacks all but one."""
    to_bits = offset_map._to_bits
    patch.setattr(offset_map, "_to_bits", lambda relative: to_bits(relative[-1:]))


_FIRST_SEEDS: dict[Plant, int] = {
    _let_what_has_ended_lose_its_place: 3132,
    _leave_out_what_is_wanted_again: 3929,
    _let_one_gate_hold_all_destinations: 83,
    _set_nothing_aside: 83,
    _park_for_ever_what_has_left: 79,
    _do_not_wake_for_the_last_bit_of_a_token: 91,
    _count_no_request_against_the_rate: 3,
    _do_not_hear_a_hold: 15,
    _never_move_the_limit: 11,
    _take_each_record_for_a_key: 7,
    _count_only_what_was_delivered: 7,
    _let_consents_wait_for_all_else: 7,
    _read_what_is_urgent_with_all_else: 23,
    _dead_letter_for_an_outage: 33,
    _let_what_is_pushed_back_lead_for_ever: 43,
    _take_what_turns_one_record_away_for_an_outage: 43,
    _let_no_record_grow_too_old_while_it_is_turned_away: 51,
    _let_no_redelivery_grow_too_old: 59,
    _forget_what_was_delivered_in_part: 256,
    _park_for_ever_what_is_acknowledged_late: 1100,
    _settle_in_the_order_of_the_receipts: 448,
    _let_what_fails_lose_its_place: 1080,
    _send_all_commits_in_one_request: 39,
    _do_not_make_a_refused_request_smaller: 39,
    _note_the_last_of_many_ranges_alone: 87,
    _take_each_answer_for_one_of_a_new_window: 191,
    _take_the_old_answer_for_what_is_wanted_again: 6154,
    _let_what_lacks_its_letter_lose_its_place: 6504,
    _leave_out_what_is_older_than_what_another_has_repeated: 7145,
}
"""Where it does not take long to find a bug that few seeds find, or only those of one kind."""


@pytest.mark.parametrize(
    "plant",
    [
        _commit_early,
        _settle_before_acknowledged,
        _commit_what_is_revoked_unsettled,
        _let_what_fails_lose_its_place,
        _release_a_lane_twice,
        _forget_parked_keys,
        _do_not_wait_for_the_watch,
        _park_for_ever_what_has_left,
        _park_for_ever_what_is_acknowledged_late,
        _forget_the_map,
        _dead_letter_for_an_outage,
        _let_what_is_pushed_back_lead_for_ever,
        _take_what_turns_one_record_away_for_an_outage,
        _let_no_record_grow_too_old_while_it_is_turned_away,
        _let_no_record_grow_too_old_in_an_outage,
        _let_no_redelivery_grow_too_old,
        _never_resume_a_partition,
        _skip_what_cannot_be_written,
        _trust_that_nothing_is_paused,
        _commit_for_others,
        _forget_what_has_left,
        _send_beside_what_is_on_its_way,
        _forget_what_was_delivered_in_part,
        _let_consents_wait_for_all_else,
        _park_consents_with_all_else,
        _park_by_the_other_class,
        _give_consents_no_order,
        _let_the_rest_lose_its_place,
        _forget_what_is_half_settled,
        _send_the_whole_record_again,
        _let_a_letter_not_say_what_was_sent,
        _forget_what_was_refused,
        _withhold_what_stands_beside_a_refusal,
        _count_what_is_sent_from_the_first,
        _order_by_the_kafka_key,
        _do_not_commit_where_reading_begins,
        _begin_added_partitions_at_their_end,
        _begin_the_retry_topic_at_its_end,
        _begin_at_the_start,
        _live_on_after_a_fatal_error,
        _end_and_stay_in_the_group,
        _send_maps_of_any_size,
        _send_a_refused_map_again,
        _send_all_commits_in_one_request,
        _do_not_make_a_refused_request_smaller,
        _do_not_wake_for_the_last_bit_of_a_token,
        _count_no_request_against_the_rate,
        _do_not_hear_a_hold,
        _take_each_answer_for_one_of_a_new_window,
        _take_the_old_answer_for_what_is_wanted_again,
        _let_what_lacks_its_letter_lose_its_place,
        _leave_out_what_is_older_than_what_another_has_repeated,
        _never_move_the_limit,
        _take_each_record_for_a_key,
        _count_only_what_was_delivered,
        _read_what_is_urgent_with_all_else,
        _commit_without_the_receipt,
        _pass_over_a_receipt_that_failed,
        _settle_in_the_order_of_the_receipts,
        _write_no_receipt_of_a_dead_letter,
        _send_what_only_waits_for_its_receipt,
        _count_no_request_against_the_routes_rate,
        _never_wake_what_waits_for_the_routes_rate,
        _let_one_gate_hold_all_destinations,
        _set_nothing_aside,
        _settle_with_the_first_share,
        _let_a_share_pass_before_its_record_has_ended,
        _redeliver_to_all_destinations,
        _forget_a_share_that_has_ended,
        _send_all_to_one_destination,
        _note_the_last_of_many_ranges_alone,
        _let_what_has_ended_lose_its_place,
        _leave_out_what_is_wanted_again,
        _give_each_api_an_order_of_its_own,
        _take_another_state_for_what_was_asked,
        _send_what_is_next_where_the_last_went,
    ],
    ids=lambda plant: plant.__name__.strip("_"),
)
def test_a_planted_bug_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some seed among the first few hundred ends with a promise broken, or with the engine's own alarm."""
    plant(monkeypatch)
    first = _FIRST_SEEDS.get(plant, 0)
    for seed in range(first, first + MOST_SEEDS):
        try:
            run_seed(seed)
        except (TypeError, AttributeError):
            raise  # the plant itself does not fit the code
        except Exception:  # noqa: BLE001 - a broken promise, or a state that the engine itself finds impossible
            return
    pytest.fail(f"{plant.__name__} was not found in {MOST_SEEDS} seeds")
