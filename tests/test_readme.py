"""The README tells the truth: its commands run, and its examples give what it shows."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from consumer.kafka.embedded import embedded_broker
from consumer.sandbox.registry import registry_app
from consumer.sandbox.serve import serve
from tests.support.markdown import Section
from tests.support.readme import PAGE, README, ROOT
from tests.support.waiting import eventually, free_port

STEPS = README["Your own cluster, step by step"]
EXAMPLES = [section for title, section in README.items() if title.startswith("Example")]
SECRETS = {"KAFKA_USERNAME", "KAFKA_PASSWORD", "REGISTRY_USERNAME", "REGISTRY_PASSWORD", "BLUECORE_NAMESPACE"}


@pytest.fixture
def environment() -> dict[str, str]:
    """The reader's shell after the installation: the command is found, and the secrets are set."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "HOME": os.environ.get("HOME", "")} | dict.fromkeys(SECRETS, "a-secret")


@pytest.fixture
def cluster() -> Iterator[dict[str, str]]:
    """The settings by which the README's configuration finds a Kafka and a registry on this machine."""
    topics = [route["topic"] for route in _configuration()["routes"]]
    with embedded_broker(topics) as bootstrap, serve(registry_app()) as registry:
        yield {
            "BLUECORE_CONSUMER__KAFKA__BOOTSTRAP_SERVERS": bootstrap,
            "BLUECORE_CONSUMER__KAFKA__OPTIONS": "{session.timeout.ms: 6000}",
            "BLUECORE_CONSUMER__SCHEMA_REGISTRY__URL": registry,
        }


@pytest.mark.skipif(shutil.which("curl") is None, reason="the README asks by curl: install it to run this test")
def test_the_steps_lead_to_a_running_service(
    tmp_path: Path, environment: dict[str, str], cluster: dict[str, str]
) -> None:
    """Every command of the steps, and then of the sandbox's section, does what it should.

    Those that run until they are stopped end with 0.
    """
    (tmp_path / "schemas").symlink_to(ROOT / "schemas")
    ports = {"8090": str(free_port()), "8000": str(free_port())}
    environment |= cluster | {"BLUECORE_CONSUMER__TELEMETRY__PORT": ports["8000"]}
    started: list[subprocess.Popen[bytes]] = []
    try:
        for block in [*STEPS.blocks, *README["The sandbox"].blocks]:
            if block.file:
                (tmp_path / block.file).write_text(block.text)
            if block.language != "sh":
                continue
            script = re.sub("|".join(ports), lambda match: ports[match[0]], block.text)
            script = script.replace("consumer sandbox", f"consumer sandbox --port {ports['8090']}")
            endless = re.search("^bluecore-consumer (run|sandbox)", script, re.MULTILINE)
            if endless is None:
                _run(script, tmp_path, environment)
            else:
                started.append(_start(script, tmp_path, environment))
                _await_answer(ports["8000" if endless[1] == "run" else "8090"], started[-1])
        assert [_stop(process) for process in reversed(started)] == [0, 0]
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda section: section.title)
def test_an_example_gives_the_request_that_the_readme_shows(
    tmp_path: Path, environment: dict[str, str], example: Section
) -> None:
    """The example's routes are taken by `check`, and its record becomes what stands below it, digit by digit."""
    with serve(registry_app()) as registry:
        _write_routes(tmp_path, example)
        address = {"BLUECORE_CONSUMER__SCHEMA_REGISTRY__URL": registry}
        _run("bluecore-consumer check --config bluecore-consumer.yaml", tmp_path, environment | address)
    record, shown = example.block("json").text, example.block("json", 1).text
    assert _preview(record, tmp_path, environment, example) == _exactly(shown)


def test_the_orders_that_are_not_sent_are_answered_as_the_readme_says(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """An open order is skipped; one with a line that has no article is refused, and the field is named."""
    example = next(each for each in EXAMPLES if "order" in each.title)
    _write_routes(tmp_path, example)
    record = example.block("json").text
    opened = record.replace('"PAID"', '"OPEN"')
    without_article = record.replace('"article": "SKU-1001", ', "")
    assert opened != record
    assert without_article != record
    skipped = '{"outcome":"skip","reason":"when"}'
    assert f"`{skipped}`" in PAGE
    assert _preview(opened, tmp_path, environment, example) == _exactly(skipped)
    assert _preview(without_article, tmp_path, environment, example) == _exactly(example.block("json", 2).text)


def test_the_variables_of_the_example_are_settings(tmp_path: Path, environment: dict[str, str]) -> None:
    """The lines of the example override the first configuration without a fault."""
    (tmp_path / "bluecore-consumer.yaml").write_text(STEPS.block("yaml").text)
    lines = README["Configuration"].block("env").text.splitlines()
    environment |= dict(line.split("=", 1) for line in lines)
    _run(f"bluecore-consumer check --config bluecore-consumer.yaml --schemas {ROOT}/schemas", tmp_path, environment)


def _configuration() -> Any:
    return yaml.safe_load(STEPS.block("yaml").text)


def _write_routes(folder: Path, example: Section) -> None:
    """The first configuration, with the example's routes in place of its own."""
    configuration = _configuration() | yaml.safe_load(example.block("yaml").text)
    (folder / "bluecore-consumer.yaml").write_text(yaml.safe_dump(configuration, sort_keys=False))


def _preview(record: str, folder: Path, environment: Mapping[str, str], example: Section) -> Any:
    (folder / "record.json").write_text(record)
    return _exactly(_run(example.block("sh").text, folder, environment))


def _exactly(document: str) -> Any:
    """Objects with the order of their keys, numbers with their digits."""
    return json.loads(document, parse_float=lambda text: ("number", text), object_pairs_hook=tuple)


def _run(script: str, folder: Path, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        ["sh", "-euc", script],
        cwd=folder,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout


def _start(script: str, folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    *before, last = script.strip().splitlines()
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            ["sh", "-euc", "\n".join([*before, f"exec {last}"])], cwd=folder, env=dict(environment), stderr=log
        )


def _await_answer(port: str, process: subprocess.Popen[bytes]) -> None:
    def answers() -> bool:
        assert process.poll() is None, "it has ended"
        try:
            return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code in {200, 404}
        except requests.RequestException:
            return False

    eventually(answers, 40, f"port {port} to answer")


def _stop(process: subprocess.Popen[bytes]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(40)
