"""What the doctor says of a release with other routes and the same names."""

from __future__ import annotations

from consumer.commands.doctor.finding import Severity
from consumer.commands.doctor.neighbours import judged
from consumer.config.model import Config
from consumer.kafka.neighbours import Neighbours
from tests.support.configs import SOUND

CONFIG = Config.model_validate(SOUND)


def test_nobody_else_is_well() -> None:
    (finding,) = judged(CONFIG, Neighbours((), {}))
    assert finding.severity is Severity.OK


def test_each_is_named_with_what_becomes_of_it() -> None:
    parked = {("shop.b", "theirs"): 2, ("shop.c", "bluecore-consumer"): 1, ("shop.d", None): 1}
    members, *records = judged(CONFIG, Neighbours(("shop.b",), parked))
    assert {each.severity for each in (members, *records)} == {Severity.WARNING}
    assert members.message.startswith("its members read topics that no route takes: shop.b")
    assert [each.message for each in records] == [
        "holds 2 records of shop.b, which no route takes: the group theirs has written them, and they are left to it",
        "holds 1 record of shop.c, which no route takes: when they are due they become dead letters, as unroutable",
        "holds 1 record of shop.d, which no route takes: when they are due they become dead letters, as unroutable",
    ]
    assert "a kafka.group_id, a dead_letters.retry_topic and a dead_letter_topic of its own" in members.advice
