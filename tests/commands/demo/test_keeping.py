"""A Kafka, a registry and a sandbox for those who have none: `demo --keep`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import requests
import yaml
from click.testing import CliRunner

from consumer.cli import main
from tests.support.processes import CONSUMER
from tests.support.waiting import eventually, free_port


def test_what_it_prints_runs_the_service_until_it_is_stopped(tmp_path: Path) -> None:
    """Its output is a configuration: sample events go in by `--feed`, and arrive on the sandbox's page."""
    trial = tmp_path / "trial.yaml"
    with trial.open("wb") as out, (tmp_path / "told").open("wb") as told:
        running = [subprocess.Popen([*CONSUMER, "demo", "--keep"], stdout=out, stderr=told)]
    try:
        eventually(lambda: "until Ctrl+C" in (tmp_path / "told").read_text(), 60, "the addresses")
        kept = yaml.safe_load(trial.read_text())
        key = kept["bluecore"]["rest_api"]
        asked = {"audience": "https://a.bluecore.com", "grant_type": "client_credentials", **key}
        assert requests.post(key["token_url"], json=asked, timeout=10).status_code == 200
        counts = kept["bluecore"]["url"].partition("/api/")[0] + "/_counts"
        with (tmp_path / "trial.yaml").open("a") as file:
            file.write(f"telemetry: {{host: 127.0.0.1, port: {free_port()}}}\n")
        with (tmp_path / "log").open("wb") as log:
            running += [
                subprocess.Popen([*CONSUMER, *command, "--config", str(trial)], stdout=log, stderr=log)
                for command in (["demo", "--feed", "50"], ["run"])
            ]
        eventually(lambda: requests.get(counts, timeout=5).json()["accepted"] > 0, 120, "an event on the page")
        for process in reversed(running):
            process.terminate()
            assert process.wait(60) == 0
    finally:
        for process in running:
            process.kill()
            process.wait()


@pytest.mark.parametrize("other", [["--feed", "5"], ["--config", "none.yaml"]])
def test_it_goes_alone(other: list[str]) -> None:
    result = CliRunner().invoke(main, ["demo", "--keep", *other])
    assert result.exit_code == 2
    assert "--keep goes without --config and --feed" in result.output


def test_a_file_of_kafka_and_a_registry_is_enough_for_the_demo(tmp_path: Path) -> None:
    """Sample events never go to the Bluecore of a file, which need not name one: nothing of it is asked for."""
    file = tmp_path / "sources.yaml"
    file.write_text("kafka: {bootstrap_servers: 'localhost:1'}\nschema_registry: {type: glue}\n")
    result = CliRunner().invoke(main, ["demo", "--config", str(file)])
    assert result.exit_code == 2
    assert (
        result.output
        == f"{file}: schema_registry.type: the demo's schemas can be registered with type confluent only\n"
    )
