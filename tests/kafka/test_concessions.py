"""What the producer of failed records gives up where it is refused, and what it does not."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError
from structlog.testing import capture_logs

from consumer.kafka.concessions import Concessions


def fatal(code: int) -> KafkaError:
    return KafkaError(code, "refused", fatal=True)


def test_compression_is_given_up_and_told_once() -> None:
    concessions = Concessions()
    with capture_logs() as logs:
        heard = [concessions.heard(KafkaError(KafkaError.UNSUPPORTED_COMPRESSION_TYPE)) for _ in range(3)]
    assert heard == [True, False, False]
    assert concessions.options == {"compression.type": "none"}
    assert len(logs) == 1


@pytest.mark.parametrize(
    "code",
    [
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.UNSUPPORTED_VERSION,
        KafkaError._UNSUPPORTED_FEATURE,  # noqa: SLF001 - confluent-kafka's name
    ],
)
def test_idempotence_is_given_up_and_the_order_kept(code: int) -> None:
    concessions = Concessions()
    with capture_logs() as logs:
        assert concessions.heard(fatal(code))
    assert concessions.options == {"enable.idempotence": False, "max.in.flight.requests.per.connection": 1}
    assert "may be written twice" in logs[0]["event"]


def test_both_are_given_up_together() -> None:
    concessions = Concessions()
    assert concessions.heard(KafkaError(KafkaError.UNSUPPORTED_COMPRESSION_TYPE))
    assert concessions.heard(fatal(KafkaError.UNSUPPORTED_VERSION))
    assert len(concessions.options) == 3


@pytest.mark.parametrize(
    "error",
    [
        KafkaError(KafkaError.MSG_SIZE_TOO_LARGE),
        KafkaError(KafkaError.CLUSTER_AUTHORIZATION_FAILED),
        fatal(KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER),
    ],
)
def test_other_errors_give_up_nothing(error: KafkaError) -> None:
    """An error that is not fatal leaves the producer as it is."""
    concessions = Concessions()
    assert not concessions.heard(error)
    assert concessions.options == {}
