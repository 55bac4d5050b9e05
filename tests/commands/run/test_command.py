"""A bad mapping never starts: `run` refuses what `check` refuses, where that is sure, and starts with all else."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from consumer.avro.registry import RegistryClient
from consumer.cli import main
from consumer.commands.run import comparison
from consumer.kafka import connection
from consumer.sandbox.registry import registry_app
from consumer.sandbox.serve import serve
from tests.avro.support import record, text
from tests.support.apicurio import Apicurio
from tests.support.configs import text as configuration
from tests.support.waiting import free_port

TOPIC = "shop.consents"
OLD, NEW = (record("com.shop.Consent", **{name: "string"}) for name in ("mail", "email"))


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that is not refused looks for its brokers, and ends with 1 where there are none."""
    monkeypatch.setattr(connection, "TIMEOUT_SECONDS", 0.5)
    monkeypatch.setenv("BLUECORE_CONSUMER__KAFKA__BOOTSTRAP_SERVERS", f"127.0.0.1:{free_port()}")
    monkeypatch.setenv("BLUECORE_CONSUMER__TELEMETRY__PORT", "0")


def command(name: str, folder: Path, registry: dict[str, str], **route: Any) -> Result:
    file = folder / "config.yaml"
    route = {"topic": TOPIC, "event": "optin", "fields": {"email": "mail"}} | route
    file.write_text(configuration(schema_registry=registry, routes=[route]))
    return CliRunner().invoke(main, [name, "--config", str(file)])


def starts(result: Result) -> bool:
    """Whether it went on to the brokers."""
    return result.exit_code == 1 and "no broker answered" in result.stderr


def test_a_mapping_that_check_refuses_does_not_start(tmp_path: Path) -> None:
    with serve(registry_app()) as url, RegistryClient(url) as client:
        client.register(f"{TOPIC}-value", text(NEW))
        checked, run = (command(name, tmp_path, {"url": url}) for name in ("check", "run"))
    assert (checked.exit_code, run.exit_code, run.stdout) == (2, 2, "")
    refused, sentence = run.stderr.splitlines()
    assert refused == f"{tmp_path / 'config.yaml'}: the mapping is refused"
    assert sentence.startswith("  error: routes[0].fields.email (path mail, schema shop.consents-value version 1): ")
    assert sentence.removeprefix("  error: ").partition("): ")[2].partition(";")[0] in checked.stdout


def test_a_trial_that_is_half_real_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUECORE_CONSUMER__BLUECORE__URL", "http://127.0.0.1:8090/api/track/mobile/v1")
    monkeypatch.setenv("BLUECORE_CONSUMER__BLUECORE__REST_API__CLIENT_ID", "c")
    monkeypatch.setenv("BLUECORE_CONSUMER__BLUECORE__REST_API__CLIENT_SECRET", "hush-hush")
    with serve(registry_app()) as url:
        run = command("run", tmp_path, {"url": url})
    assert starts(run), run.output
    assert "is Bluecore's own (https://auth.bluecore.com/oauth/token), and bluecore.url is not" in run.output


def test_a_version_that_the_mapping_does_not_fit_stops_no_start_while_another_fits(tmp_path: Path) -> None:
    """Nobody may write it any more, or nobody yet. `check` refuses it: whoever runs that can correct the mapping."""
    with serve(registry_app()) as url, RegistryClient(url) as client:
        for schema in (OLD, NEW):
            client.register(f"{TOPIC}-value", text(schema))
        for path in ("mail", "email"):
            route = {"fields": {"email": path}}
            checked, run = (command(name, tmp_path, {"url": url}, **route) for name in ("check", "run"))
            assert checked.exit_code == 2
            assert starts(run)
            assert '"finding": "warning: routes[0].fields.email' in run.stderr


def test_a_topic_that_is_not_there_yet_stops_no_start(tmp_path: Path) -> None:
    """A record that is only named like its event may be somebody else's."""
    with serve(registry_app()) as url, RegistryClient(url) as client:
        run = command("run", tmp_path, {"url": url})
        assert starts(run)
        assert "the registry has no subject shop.consents-value" in run.stderr
        client.register("com.other.Optin", text(NEW))
        checked, run = (command(name, tmp_path, {"url": url}) for name in ("check", "run"))
    assert checked.exit_code == 2
    assert starts(run)
    assert '"finding": "warning: routes[0].fields.email' in run.stderr


def test_a_paused_route_stops_no_start(tmp_path: Path) -> None:
    with serve(registry_app()) as url, RegistryClient(url) as client:
        client.register(f"{TOPIC}-value", text(NEW))
        assert starts(command("run", tmp_path, {"url": url}, paused=True))


def test_a_registry_that_is_away_stops_no_start(tmp_path: Path) -> None:
    run = command("run", tmp_path, {"url": f"http://127.0.0.1:{free_port()}"})
    assert starts(run)
    assert "the mapping cannot be compared with the schemas now: it is tried again later" in run.stderr


def test_a_registry_that_never_answers_stops_no_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "START_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        run = command("run", tmp_path, {"url": f"http://127.0.0.1:{silent.getsockname()[1]}"})
    assert starts(run)
    assert "the mapping is still being compared with the schemas: starting meanwhile" in run.stderr


def test_a_mapping_is_compared_with_what_apicurio_has(apicurio: Apicurio, tmp_path: Path) -> None:
    topic = "shop.consents-at-start"
    apicurio.create(f"{topic}-value", text(NEW))
    section = {"type": "apicurio", "url": apicurio.url}
    wrong = command("run", tmp_path, section, topic=topic)
    right = command("run", tmp_path, section, topic=topic, fields={"email": "email"})
    assert wrong.exit_code == 2
    assert f"(path mail, schema {topic}-value version 1)" in wrong.stderr
    assert starts(right)
