"""What is told of a pod follows from its containers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.k8s.nodes.api import Object
from tests.k8s.nodes.logs import log_of
from tests.k8s.nodes.status import Conditions, phase_of


def container(restarts: int = 0, **state: Object) -> Object:
    return {"state": state, "restartCount": restarts}


@pytest.mark.parametrize(
    ("containers", "ending", "phase"),
    [
        ([container(waiting={})], False, "Pending"),
        ([container(running={})], False, "Running"),
        ([container(2, waiting={})], False, "Running"),
        ([container(terminated={"exitCode": 0})], False, "Succeeded"),
        ([container(terminated={"exitCode": 0}), container(terminated={"exitCode": 2})], False, "Failed"),
        ([container(terminated={"exitCode": 0})], True, "Running"),
    ],
)
def test_the_phase_is_that_of_the_containers(containers: list[Object], ending: bool, phase: str) -> None:  # noqa: FBT001 - a parameter
    assert phase_of(containers, ending=ending) == phase


def test_a_condition_keeps_since_when_it_holds() -> None:
    conditions = Conditions()
    first = {each["type"]: each for each in conditions.told(ready=False)}
    assert (first["PodScheduled"]["status"], first["Ready"]["status"]) == ("True", "False")
    assert conditions.told(ready=False) == list(first.values())
    assert {each["type"]: each["status"] for each in conditions.told(ready=True)}["Ready"] == "True"


def test_the_log_is_that_of_the_pod_that_has_the_name_now(tmp_path: Path) -> None:
    for at, (uid, text) in enumerate((("bbbbbbbb", "old"), ("aaaaaaaa", "new"))):
        file = tmp_path / f"shop_events-0_{uid}" / "consumer" / "log"
        file.parent.mkdir(parents=True)
        file.write_text(text)
        os.utime(file, (at, at))
    assert log_of(tmp_path, "/containerLogs/shop/events-0/consumer?tailLines=5") == b"new"
    assert log_of(tmp_path, "/containerLogs/shop/events-1/consumer") == b""
    assert log_of(tmp_path, "/metrics") == b""
