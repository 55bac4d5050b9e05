"""Of a schema's versions, those that nobody writes any more keep nobody from working."""

from __future__ import annotations

import json

import pytest

from consumer.avro.registry import RegistryClient
from consumer.commands.doctor.finding import Severity
from consumer.commands.doctor.schemas import check_schemas
from consumer.config.model import Config
from tests.support.shop import Shop


def version(*fields: str) -> str:
    typed = [{"name": name, "type": "string", "default": ""} for name in fields]
    return json.dumps({"type": "record", "name": "Search", "fields": typed})


@pytest.mark.parametrize(
    ("versions", "severity"),
    [
        pytest.param([("email", "term"), ("email", "search_term")], Severity.WARNING, id="an older one lacks it"),
        pytest.param([("email", "search_term"), ("email", "term")], Severity.ERROR, id="the newest lacks it"),
    ],
)
def test_only_the_newest_version_is_an_error(shop: Shop, versions: list[tuple[str, ...]], severity: Severity) -> None:
    topic = f"shop.searches.{severity}"
    with RegistryClient(shop.registry_url) as client:
        for fields in versions:
            client.register(f"{topic}-value", version(*fields))
    config = Config.model_validate(
        {
            "kafka": {"bootstrap_servers": "none:9092"},
            "schema_registry": {"url": shop.registry_url},
            "bluecore": {"namespace": "shop"},
            "routes": [{"topic": topic, "event": "search"}],
        }
    )
    findings = list(check_schemas(config))
    assert [each.severity for each in findings if "search_term" in f"{each.what} {each.message}"] == [severity], (
        findings
    )
