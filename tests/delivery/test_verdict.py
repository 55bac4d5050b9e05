"""What each answer says: of the record, or of the endpoint."""

from __future__ import annotations

import pytest

from consumer.delivery.verdict import Verdict, VerdictPolicy, is_push_back
from consumer.records import NoAnswer
from tests.delivery.samples import answer, silence


@pytest.mark.parametrize(
    ("verdict", "statuses"),
    [
        (Verdict.DELIVERED, (200, 201, 202, 204, 299)),
        (Verdict.REJECTED, (400, 409, 413, 422)),
        (Verdict.REFUSED, (301, 302, 304, 307, 308, 401, 403, 404, 405)),
        (Verdict.THROTTLED, (429,)),
        (Verdict.FAILED, (408, 425, 500, 501, 502, 503, 504, 599)),
        (Verdict.FAILED, (101, 402, 410, 418, 451)),
    ],
)
def test_statuses(verdict: Verdict, statuses: tuple[int, ...]) -> None:
    """Only four statuses condemn a record; of a status that nobody listed, others' answers must tell."""
    assert {status: VerdictPolicy().judge(answer(status)) for status in statuses} == dict.fromkeys(statuses, verdict)


@pytest.mark.parametrize(
    ("verdict", "reasons"),
    [
        (Verdict.REFUSED, (NoAnswer.DNS, NoAnswer.TLS, NoAnswer.REFUSED)),
        (Verdict.FAILED, (NoAnswer.TIMEOUT, NoAnswer.RESET, NoAnswer.OTHER)),
    ],
)
def test_no_answer(verdict: Verdict, reasons: tuple[NoAnswer, ...]) -> None:
    """No connection speaks of the endpoint; one lost after the request has gone may be the record's doing."""
    assert {why: VerdictPolicy().judge(silence(why)) for why in reasons} == dict.fromkeys(reasons, verdict)


def test_the_lists_are_configurable() -> None:
    policy = VerdictPolicy(reject=frozenset({404}), retry=frozenset({409}), pause=frozenset({429, 503}))

    judged = {status: policy.judge(answer(status)) for status in (404, 409, 429, 503, 400)}

    assert judged == {
        404: Verdict.REJECTED,
        409: Verdict.FAILED,
        429: Verdict.REFUSED,
        503: Verdict.REFUSED,
        400: Verdict.FAILED,
    }


@pytest.mark.parametrize(
    ("pushes_back", "statuses"),
    [(True, (408, 429, 500, 502, 503, 504, 599)), (False, (202, 400, 401, 404, 425, 501))],
)
def test_push_back(pushes_back: bool, statuses: tuple[int, ...]) -> None:  # noqa: FBT001 - a row of the table
    """What lowers the number of requests at a time, whatever it says of the record."""
    assert {status: is_push_back(answer(status)) for status in statuses} == dict.fromkeys(statuses, pushes_back)
    assert is_push_back(silence(NoAnswer.TIMEOUT))
