"""Two releases with routes of their own that share a retry topic: each has its own records delivered, once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.sandbox.faults import FaultPlan, Scripts
from tests.end_to_end.test_redelivery import ATTEMPTS, LUCKY, SETTINGS, UNLUCKY, outcomes
from tests.support.pipeline import PREFIX, Pipeline
from tests.support.waiting import eventually


def test_a_record_of_another_group_is_left_to_it(
    pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ours, theirs = pipeline.broker.topic(1), pipeline.broker.topic(1)
    other = replace(pipeline, group=pipeline.broker.group(), folder=tmp_path_factory.mktemp("other"))
    names = {"retry_topic": pipeline.retry_topic, "dead_letter_topic": pipeline.dead_letter_topic}
    letters = {**SETTINGS["dead_letters"], **names}
    scripts = Scripts(distinct_id={UNLUCKY: (500,) * ATTEMPTS})
    pipeline.sandbox.faults.apply(FaultPlan(scripts=scripts))
    with (
        pipeline.service([{"topic": ours, "event": "search"}], **SETTINGS) as first,
        other.service([{"topic": theirs, "event": "wishlist"}], **SETTINGS | {"dead_letters": letters}) as second,
    ):
        first.wait_ready()
        second.wait_ready()
        pipeline.produce(theirs, "wishlist", [LUCKY, UNLUCKY, LUCKY])
        pipeline.accepted(3)
        for each in (pipeline, other):
            each.committed_to_the_end(pipeline.retry_topic)
        eventually(lambda: outcomes(first, theirs).get("skipped"), 30, "the skip")
        warnings = [line["event"] for line in first.logs("warning")]
        assert first.metric(PREFIX + "dead_letters_total") == second.metric(PREFIX + "dead_letters_total") == 0
    assert "the retry topic has another group's records: they are left to it" in warnings
    assert pipeline.failed(pipeline.dead_letter_topic) == []
    assert [event.status for event in pipeline.sandbox.events(distinct_id=UNLUCKY)] == [500] * ATTEMPTS + [202]
