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


def test_a_trial_that_is_half_real_is_warned_of(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Step 7 of getting started with one variable of three: consents would go to the real Bluecore."""
    monkeypatch.setenv("BLUECORE_CONSUMER__BLUECORE__URL", "http://127.0.0.1:8090/api/track/mobile/v1")
    monkeypatch.setenv("BLUECORE_CONSUMER__BLUECORE__REST_API__CLIENT_ID", "c")
    monkeypatch.setenv("BLUECORE_CONSUMER__BLUECORE__REST_API__CLIENT_SECRET", "s")
    half = check(config, "--offline")
    assert half.exit_code == 0, half.output
    found = [each for each in map(orjson.loads, half.stdout.splitlines()) if each.get("severity") == "warning"]
    rest, token = (f"bluecore.rest_api.{each}" for each in ("url", "token_url"))
    assert [each["key"] for each in found] == [rest, token]

    monkeypatch.setenv("BLUECORE_CONSUMER__BLUECORE__REST_API__URL", "http://127.0.0.1:8090/api")
    monkeypatch.setenv("BLUECORE_CONSUMER__BLUECORE__REST_API__TOKEN_URL", "http://127.0.0.1:8090/oauth/token")
    assert orjson.loads(check(config, "--offline").stdout.splitlines()[-1])["warning"] == 0


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
