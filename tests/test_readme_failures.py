"""The README's section for when something is wrong: its commands find, show and replay a record that failed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from consumer.commands.dead_letters.command import dead_letters
from tests.support.brokers import Message
from tests.support.markdown import Block
from tests.support.pipeline import Pipeline
from tests.support.readme import README
from tests.support.shop import usual

SECTION = README["When something is wrong"]
DOCTOR, LIST, SHOW, REPLAY = SECTION.blocks
ORDER = usual("jane@example.com") | {
    "total": 19.9,
    "note": "",
    "products": [{"sku": "SKU-1", "name": "Scarf"}],
}


@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
def test_the_commands_lead_from_a_failed_record_to_its_delivery(pipeline: Pipeline) -> None:
    """A route that looks for the order's number in the wrong place, mended: the letter reaches Bluecore."""
    topic = pipeline.broker.topic(1)
    with pipeline.service([{"topic": topic, "event": "purchase", "fields": {"order_id": "nowhere"}}]) as service:
        service.wait_ready()
        pipeline.broker.produce(topic, [Message(b"jane", pipeline.shop.encode("order", ORDER))])
        pipeline.committed_to_the_end(topic)
        assert service.terminate() == 0
    with pipeline.service([{"topic": topic, "event": "purchase"}]) as service:
        service.wait_ready()
        codes = {row[0] for row in SECTION.table("`doctor` ends with")}

        examined, _ = ran(DOCTOR, pipeline)
        _, (counted,) = ran(LIST, pipeline)
        _, (by_place, by_reason) = ran(SHOW, pipeline)
        _, (planned, replayed) = ran(REPLAY, pipeline)

        pipeline.accepted(1)
        # The embedded broker tells nothing of permissions: that is a warning.
        assert examined == 3
        assert codes == {"0", "1", "2", "3"}
        assert (counted["reason"], counted["topic"], counted["count"]) == ("missing_field", topic, 1)
        assert by_place == by_reason
        assert by_place["now"]["outcome"] == "send"
        assert (planned["would_replay"], replayed["replayed"]) == (1, 1)
        assert service.terminate() == 0


@pytest.mark.parametrize("name", ["list", "show", "replay"])
def test_the_options_of_dead_letters_are_all_there(name: str) -> None:
    """Each row names the commands that take its options."""
    documented = {
        option
        for options, commands, _ in SECTION.table("option")
        if commands == "all" or f"`{name}`" in commands
        for option in re.findall(r"--[a-z-]+", options)
    }
    assert documented == {each.opts[0] for each in dead_letters.commands[name].params} - {"--config"}


def ran(block: Block, pipeline: Pipeline) -> tuple[int, list[Any]]:
    """The exit code of the block's commands, and the JSON lines that they print."""
    (letter,) = [each for each in pipeline.failed(pipeline.dead_letter_topic) if each.value is not None]
    script = block.text.replace("bluecore-consumer.yaml", "config.yaml")
    script = script.replace("--partition 0", f"--partition {letter.partition.number}")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-euc", script],
        cwd=pipeline.folder,
        env={"PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in {0, 3}, done.stdout + done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]
