"""What a misspelt option was meant to be."""

from __future__ import annotations

import pytest
from confluent_kafka import Consumer, KafkaException

from consumer.kafka.option_names import OPTION_NAMES
from consumer.kafka.options import option_findings
from consumer.kafka.security import Access


def _is_known(name: str) -> bool:
    try:
        Consumer({"group.id": "g", name: "?"}).close()
    except KafkaException as error:
        return "No such configuration property" not in str(error)
    return True


def test_each_name_is_an_option_of_librdkafka() -> None:
    assert [name for name in OPTION_NAMES if not _is_known(name)] == []


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("sasl.pasword", "sasl.password"), ("sasl.usrname", "sasl.username"), ("ssl.ca.locaton", "ssl.ca.location")],
)
def test_a_slip_is_answered_with_the_option_that_was_meant(slip: str, meant: str) -> None:
    (finding,) = option_findings(Access("kafka:9092", {slip: "x"}))
    assert finding.key == slip
    assert finding.message.endswith(f"; did you mean {meant}?")
