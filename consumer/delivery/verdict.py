"""What an answer says: of the record, or of the endpoint.

Sources: the design's third promise; RudderStack's lesson that a revoked key must not lose events (any 4xx but 408
and 429 aborts a job there).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from consumer.records import Answer, NoAnswer


class Verdict(Enum):
    DELIVERED = auto()
    REJECTED = auto()  # the record is at fault, and no retry can help
    FAILED = auto()  # the record or the endpoint: only what becomes of others can tell
    REFUSED = auto()  # the endpoint is at fault, for everyone
    THROTTLED = auto()  # the endpoint asks for fewer requests


# What Vector's adaptive concurrency takes for push-back; 501 speaks of the request's kind, not of its number.
_NOT_ACCEPTABLE = 406
_PUSH_BACK = frozenset({408, 429, *range(500, 600)} - {501})


def is_push_back(answer: Answer) -> bool:
    """Whether the endpoint bears no more requests at a time, or may bear no more: no answer is one, too."""
    return answer.status is None or answer.status in _PUSH_BACK


@dataclass(frozen=True, slots=True)
class VerdictPolicy:
    """Statuses by what they say; a status in none of the lists is judged by its class."""

    reject: frozenset[int] = frozenset({400, 409, 413, 422})
    retry: frozenset[int] = frozenset({408, 425})
    pause: frozenset[int] = frozenset({401, 403, 404, 405})

    def of_rest(self) -> VerdictPolicy:
        """The same of a REST API of Bluecore's: there 406 speaks of the request's form, unless a list has it."""
        listed = self.reject | self.retry | self.pause
        return self if _NOT_ACCEPTABLE in listed else replace(self, reject=self.reject | {_NOT_ACCEPTABLE})

    def judge(self, answer: Answer) -> Verdict:
        status = answer.status
        if status is None:
            # A connection that breaks or stays silent after the request has gone may be this record's doing.
            after_sending = answer.no_answer in {NoAnswer.TIMEOUT, NoAnswer.RESET, NoAnswer.OTHER}
            return Verdict.FAILED if after_sending else Verdict.REFUSED
        if 200 <= status < 300:  # noqa: PLR2004 - the class of success
            return Verdict.REJECTED if answer.unapplied else Verdict.DELIVERED
        for statuses, verdict in (
            (self.reject, Verdict.REJECTED),
            (self.pause, Verdict.REFUSED),
            (self.retry, Verdict.FAILED),
        ):
            if status in statuses:
                return verdict
        if status == 429:  # noqa: PLR2004
            return Verdict.THROTTLED
        # A redirect speaks of the address. Any other status may be the record's doing or an outage.
        return Verdict.REFUSED if 300 <= status < 400 else Verdict.FAILED  # noqa: PLR2004
