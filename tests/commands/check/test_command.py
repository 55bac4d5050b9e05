"""`check --offline` is for a pipeline: no registry, no certificates, and every other fault all the same."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from consumer.cli import main
from tests.support.configs import text
from tests.support.waiting import free_port

TLS = {"security.protocol": "SSL", "ssl.ca.location": "/mounted/in/the/pod/ca.pem"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.yaml"
    registry = {
        "url": f"http://127.0.0.1:{free_port()}",
        "options": {f"ssl.{each}.location": f"/mounted/{each}.pem" for each in ("ca", "certificate", "key")},
    }
    file.write_text(text(kafka={"bootstrap_servers": "kafka:9093", "options": TLS}, schema_registry=registry))
    return file


def check(config: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["check", "--config", str(config), *options])


def test_it_passes_what_is_elsewhere(config: Path) -> None:
    done = check(config, "--offline")
    assert done.exit_code == 0, done.output
    finding, summary = map(orjson.loads, done.stdout.splitlines())
    assert finding["message"].startswith("not checked: no registry is asked")
    assert summary["checked"] == 0


def test_without_it_missing_files_are_named(config: Path) -> None:
    done = check(config)
    assert done.exit_code == 2
    assert "kafka.options.ssl.ca.location: there is no file /mounted/in/the/pod/ca.pem here" in done.stderr
    assert "ssl.ca.location: there is no file /mounted/ca.pem" in done.stderr


def test_other_faults_are_found_all_the_same(config: Path) -> None:
    config.write_text(config.read_text().replace("SSL", "SASL_SSL"))
    done = check(config, "--offline")
    assert done.exit_code == 2
    assert "kafka.options.sasl.mechanism: is required by security.protocol: SASL_SSL" in done.stderr


def test_the_brokers_cannot_be_asked_offline(config: Path) -> None:
    done = check(config, "--offline", "--from-kafka")
    assert done.exit_code == 2
    assert "give one of the two" in done.stderr
