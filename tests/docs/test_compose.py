"""`compose.yaml` is what the compose specification asks for, and what it mounts is there and right.

There is no Docker where the tests run: nothing of this was started.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from click.testing import CliRunner

from consumer.cli import main
from consumer.config.model import EVENT_TYPES
from tests.operations.prometheus import PrometheusUnavailableError, program
from tests.support import apicurio, kafka_libraries
from tests.support.pages import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
FOLDER = ROOT / "examples" / "compose"


def mounts(service: str) -> dict[str, Path]:
    """By its place in the container, the file that is mounted there."""
    parts = [each.split(":") for each in SERVICES[service].get("volumes", ())]
    return {inside: ROOT / outside for outside, inside, _ in parts}


def test_it_is_what_the_specification_asks_for() -> None:
    """By the schema of the compose specification, as check-jsonschema brings it."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, str(ROOT / "compose.yaml")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    assert "services" in json.loads(schema.read_text())["properties"]


@pytest.mark.parametrize("service", SERVICES)
def test_every_file_that_is_mounted_is_there_and_cannot_be_written_to(service: str) -> None:
    assert all(file.is_file() for file in mounts(service).values())
    assert all(each.endswith(":ro") for each in SERVICES[service].get("volumes", ()))


@pytest.mark.parametrize("service", [name for name, each in SERVICES.items() if "build" not in each])
def test_images_of_others_are_named_whole_and_pinned(service: str) -> None:
    assert re.fullmatch(r"[a-z.]+/[a-z/-]+:v?\d+\.\d+\.\d+", SERVICES[service]["image"])


def test_the_sandbox_answers_to_the_name_by_which_the_service_calls_it() -> None:
    url = yaml.safe_load((FOLDER / "config.yaml").read_text())["bluecore"]["url"]
    command = SERVICES["sandbox"]["command"]
    assert urlsplit(url).hostname == command[command.index("--allow-host") + 1] == "sandbox"


def test_kafka_and_the_registry_are_those_that_the_tests_run() -> None:
    assert SERVICES["kafka"]["image"].endswith(f":{kafka_libraries.VERSION}")
    assert SERVICES["registry"]["image"].endswith(f":{apicurio.VERSION}")


@pytest.mark.parametrize("service", SERVICES)
def test_ports_are_open_to_this_machine_alone(service: str) -> None:
    assert all(each.startswith("127.0.0.1:") for each in SERVICES[service].get("ports", ()))


@pytest.mark.parametrize("service", SERVICES)
def test_who_is_waited_for_can_say_that_it_is_ready(service: str) -> None:
    waited = SERVICES[service].get("depends_on", {})
    for name in waited:
        assert name in SERVICES
        if isinstance(waited, dict) and waited[name]["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[name]


def test_check_accepts_the_services_configuration_and_it_reads_what_the_shop_writes() -> None:
    (config,) = mounts("consumer").values()
    result = CliRunner().invoke(main, ["check", "--config", str(config), "--schemas", str(ROOT / "schemas")])
    assert result.exit_code == 0, result.output
    routes = yaml.safe_load(config.read_text())["routes"]
    assert {route["topic"]: route["event"] for route in routes} == {f"shop.{event}": event for event in EVENT_TYPES}


@pytest.mark.parametrize("name", ["consumer", "sandbox", "shop"])
def test_commands_are_such_as_there_are(name: str) -> None:
    command, *options = SERVICES[name].get("command", ["run"])
    known = {option for each in main.commands[command].params for option in each.opts}
    assert {option for option in options if option.startswith("--")} <= known


def test_prometheus_takes_its_file_and_the_charts_rules(tmp_path: Path) -> None:
    files_of = mounts("prometheus")
    text = files_of["/etc/prometheus/prometheus.yml"].read_text()
    for inside, file in files_of.items():
        text = text.replace(inside, str(file))
    (tmp_path / "prometheus.yml").write_text(text)
    try:
        promtool = program("promtool")
    except PrometheusUnavailableError as reason:
        pytest.skip(str(reason))
    command = [str(promtool), "check", "config", str(tmp_path / "prometheus.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "rule files" in done.stdout
    (target,) = yaml.safe_load(text)["scrape_configs"][0]["static_configs"][0]["targets"]
    assert target.split(":")[0] in SERVICES


def test_grafana_finds_its_dashboard_and_its_data() -> None:
    inside = mounts("grafana")
    (provider,) = yaml.safe_load((FOLDER / "grafana" / "dashboards.yaml").read_text())["providers"]
    (dashboard,) = [place for place in inside if place.startswith(f"{provider['options']['path']}/")]
    assert SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"] == dashboard
    assert json.loads(inside[dashboard].read_text())["uid"] == "bluecore-consumer"
    (source,) = yaml.safe_load((FOLDER / "grafana" / "datasources.yaml").read_text())["datasources"]
    assert source["type"] == "prometheus"
    assert source["url"].removeprefix("http://").split(":")[0] in SERVICES
