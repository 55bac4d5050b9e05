"""What becomes of a record that is not to be sent again now: the retry topic, a later redelivery, a dead letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from consumer.delivery.task import Task
from consumer.records import Answer, Failure, Outcome, Reason, Reject, Stage


class TooLargeToWrite(str):
    """Why a record could not be written: its topic takes none of this size."""

    __slots__ = ()


def unmappable(task: Task, reject: Reject, now: float) -> Failure:
    """The record could not be decoded or mapped, or what is left of it could not."""
    past = task.record.redelivery
    return Failure(
        Outcome.DEAD_LETTER,
        reject.reason,
        reject.stage,
        reject.message,
        None,
        0,
        now,
        delivered=task.delivered or (0 if past is None else past.delivered),
        which=task.which,
    )


def refused_in_part(task: Task, now: float) -> Failure:
    """All that can be is sent of a record of which Bluecore, or some of its routes, refuse the rest."""
    if not task.given_up:
        return unmappable(task, joined(task.refused), now)
    first = task.given_up[0][1]
    words = dict.fromkeys([failure.message for _, failure in task.given_up] + [each.message for each in task.refused])
    return replace(first, message="; ".join(words), delivered=task.delivered, which=task.which)


def joined(refused: Sequence[Reject]) -> Reject:
    """Why several routes refuse a record, as one dead letter tells it: the reason of the first, the words of all."""
    words = dict.fromkeys(each.message for each in refused)
    first, several = refused[0], tuple(refused) if len(refused) > 1 else ()
    alike = all(each.destination == first.destination for each in refused)
    return replace(first, message="; ".join(words), several=several, destination=first.destination if alike else None)


def refused(task: Task, answer: Answer, now: float, reason: Reason = Reason.REJECTED) -> Failure:
    """Bluecore does not take the record, now or later, or has stored something else."""
    return Failure(
        Outcome.DEAD_LETTER,
        Reason.NOT_APPLIED if answer.unapplied else reason,
        Stage.DELIVER,
        answer.unapplied or _text(answer),
        answer.status,
        task.attempts_before + task.attempts,
        task.first_failed_at or now,
        delivered=task.delivered,
        which=task.which,
        request_id=answer.request_id,
    )


def parked(task: Task, now: float) -> Failure:
    """An earlier record of this key waits in the retry topic: this one follows it, and waits for nothing else."""
    return Failure(
        Outcome.RETRY,
        Reason.RETRIES_EXHAUSTED,
        Stage.DELIVER,
        "an earlier record of this key is in the retry topic",
        attempts=task.attempts,
        first_failed_at=task.first_failed_at or now,
        not_before=now,
        delivered=task.delivered,
        which=task.which,
    )


def set_aside(task: Task, now: float) -> Failure:
    """Its destination is away, and others are behind it in its topic: it waits in the retry topic."""
    return replace(parked(task, now), message="its destination does not keep up: it waits in the retry topic")


def unread_again(task: Task, delays: Sequence[float], now: float) -> Failure:
    """The topic of this record is gone, and the process ends: it waits in the retry topic, if there is one."""
    return Failure(
        Outcome.RETRY if delays else Outcome.DEAD_LETTER,
        Reason.RETRIES_EXHAUSTED,
        Stage.DELIVER,
        "its topic was deleted before it was delivered, and the service was stopped",
        attempts=task.attempts,
        first_failed_at=task.first_failed_at or now,
        not_before=now if delays else 0.0,
        delivered=task.delivered,
        which=task.which,
    )


def too_large_to_write(task: Task, error: str, now: float) -> Failure:
    """The retry topic takes no record of this size, and without its value it cannot be redelivered."""
    return Failure(
        Outcome.DEAD_LETTER,
        Reason.TOO_LARGE,
        Stage.DELIVER,
        f"{error}; its value is at its origin only",
        None if task.failure is None else task.failure.status,
        attempts=task.attempts_before + task.attempts,
        first_failed_at=task.first_failed_at or now,
        delivered=task.delivered,
        which=task.which,
    )


def after_failures(task: Task, answer: Answer, delays: Sequence[float], now: float) -> None:
    """The attempts are used up while others pass: sets when the record goes again, or the failure that ends it."""
    if not task.state.redelivers and delays:
        task.fail(
            Failure(
                Outcome.RETRY,
                Reason.RETRIES_EXHAUSTED,
                Stage.DELIVER,
                _text(answer),
                answer.status,
                task.attempts,
                task.first_failed_at,
                now + delays[0],
                task.delivered,
                task.which,
                answer.request_id,
            )
        )
    elif task.state.redelivers and task.redeliveries + 1 < len(delays):
        task.redeliveries += 1
        task.due = now + delays[task.redeliveries]
        task.attempts_before += task.attempts
        task.attempts = 0
    else:
        reason = Reason.REDELIVERIES_EXHAUSTED if task.state.redelivers else Reason.RETRIES_EXHAUSTED
        task.fail(refused(task, answer, now, reason))


def _text(answer: Answer) -> str:
    return answer.text or (f"HTTP {answer.status}" if answer.status else f"no answer: {answer.no_answer}")
