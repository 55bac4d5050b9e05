"""Which topics of the brokers each route takes now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from consumer.cli import main
from consumer.commands.check.topics import taken
from consumer.commands.typecheck.findings import Severity
from consumer.config.route import RouteConfig
from consumer.kafka import connection
from consumer.kafka.embedded import embedded_broker
from tests.support.configs import text
from tests.support.waiting import free_port

TOPICS = ["crm.customers", "shop.v1", "shop.v2", "shop.vd"]


@pytest.mark.parametrize(
    ("route", "severity", "message", "nearest"),
    [
        ({"topic_pattern": "^shop\\.v[0-9]$"}, Severity.INFO, "takes 2 topics now: shop.v1, shop.v2", None),
        ({"topic_pattern": "^crm"}, Severity.INFO, "takes 1 topic now: crm.customers", None),
        ({"topic_pattern": "^web"}, Severity.WARNING, "takes no topic now, or none that we may see", None),
        ({"topic": "shop.v1"}, Severity.INFO, "the topic shop.v1 is there", None),
        (
            {"topic": "crm.customer"},
            Severity.WARNING,
            "there is no topic crm.customer now, or none that we may see",
            "crm.customers",
        ),
    ],
)
def test_a_route_is_told_what_it_takes(
    route: dict[str, Any], severity: Severity, message: str, nearest: str | None
) -> None:
    found = taken("routes[1]", RouteConfig.model_validate(route | {"event": "optin"}), TOPICS)
    assert (found.severity, found.message, found.nearest) == (severity, message, nearest)
    assert found.key == f"routes[1].{next(iter(route))}"


def check(folder: Path, bootstrap: str) -> Any:
    file = folder / "config.yaml"
    routes = [{"topic_pattern": "^shop", "event": "optin"}]
    file.write_text(text(kafka={"bootstrap_servers": bootstrap}, routes=routes))
    return CliRunner().invoke(main, ["check", "--config", str(file), "--schemas", "schemas", "--from-kafka"])


@pytest.mark.kafka
def test_the_check_lists_the_topics_of_the_brokers(tmp_path: Path) -> None:
    with embedded_broker(TOPICS) as bootstrap:
        result = check(tmp_path, bootstrap)
    assert result.exit_code == 0
    messages = [json.loads(line).get("message") for line in result.stdout.splitlines()]
    assert "takes 3 topics now: shop.v1, shop.v2, shop.vd" in messages


def test_brokers_that_are_away_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "TIMEOUT_SECONDS", 0.5)
    result = check(tmp_path, f"127.0.0.1:{free_port()}")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("the topics cannot be looked at: no broker answered")
