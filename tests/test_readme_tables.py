"""The README's tables are the code's own: nothing is missing, and nothing is there that is not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import yaml
from prometheus_client import CollectorRegistry
from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined

from consumer.commands.sandbox import sandbox
from consumer.config.model import Config
from consumer.kafka.headers import failure_headers
from consumer.mapping.contract import CONTRACTS, contract_of
from consumer.records import Failure, Outcome, Partition, Reason, Record, Stage
from consumer.telemetry.metrics import PREFIX, Metrics
from tests.support.readme import PAGE, README, ROOT


def test_the_configuration_table_has_every_key_with_its_default() -> None:
    """No key is missing, none is invented, and each default is the one that the service uses."""
    documented = {key.strip("`"): default.strip("`") for key, default, _ in README["Configuration"].table("key")}
    assert documented == dict(_settings(Config))


def test_the_table_of_event_types_is_their_contract() -> None:
    """Of each of the ten: what refuses a record when it is missing, how many products it may have, what it takes."""
    rows = {event.strip("`"): row for event, *row in README["How mapping works"].table("event type")}
    assert list(rows) == [*CONTRACTS, "a custom name"]
    for name, (required, optional) in rows.items():
        contract = contract_of(name)
        ids = (["email"] if contract.customer else []) + (
            ["distinct_id"] if contract.links or not contract.customer else []
        )
        assert re.findall(r"`(\w+)`", required) == [*ids, *contract.required]
        assert re.findall(r"\((\d+)", required) == ([str(contract.max_products)] if contract.max_products else [])
        assert ("each id once" in required) == contract.distinct_products
        assert ("no e-mail" in required) == contract.links
        assert ("default attributes" in optional) == contract.customer
        assert re.findall(r"`(\w+)`", optional.partition(", and what else")[0]) == list(contract.optional)
        assert ("what else `fields` names" in optional) == contract.custom


def test_the_commands_that_the_readme_names_can_be_made() -> None:
    """The two commands, and those for whoever works on it, are targets of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", PAGE))
    assert {command.strip("`") for command, _ in README["Two commands"].table("command")} == {
        "make demo",
        "make test",
    }
    assert {"demo", "test", "simulate", "chaos"} <= named <= targets


def test_the_metrics_table_names_metrics_that_there_are() -> None:
    """Each metric is served under this name."""
    registry = CollectorRegistry()
    Metrics(registry)
    served = {name for family in registry.collect() for name in (family.name, f"{family.name}_total")}
    named = [name for cell, _ in README["Operations"].table("metric") for name in re.findall(r"`([a-z_]+)", cell)]
    assert {f"{PREFIX}_{name}" for name in named} <= served


def test_the_reasons_table_is_the_closed_list() -> None:
    """Every reason that a failed record can carry is explained, and no other."""
    assert [reason.strip("`") for reason, _ in README["Operations"].table("reason")] == list(Reason)


def test_the_headers_table_has_every_header_of_a_failed_record() -> None:
    """The names are those that are written."""
    record = Record(Partition("shop.orders", 0), 1, b"key", b"value", timestamp_ms=1)
    failure = Failure(
        Outcome.RETRY,
        Reason.RETRIES_EXHAUSTED,
        Stage.DELIVER,
        "HTTP 500",
        status=500,
        attempts=4,
        first_failed_at=1,
        not_before=2,
        delivered=1,
    )
    written = [name for name, _ in failure_headers(record, failure, parking_key=b"key")]
    documented = [name.strip("`") for name, _ in README["Operations"].table("header")]
    assert sorted(documented) == sorted(written)


def test_the_sandbox_table_has_every_option() -> None:
    """The options are those of the command."""
    documented = [option.strip("`") for option, _ in README["The sandbox"].table("option")]
    assert sorted(documented) == sorted(parameter.opts[0] for parameter in sandbox.params)


def test_what_the_readme_links_to_is_there() -> None:
    """Files of the repository, and sections of the page itself."""
    anchors = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in README}
    links = [link for link in re.findall(r"\]\(([^)]+)\)", PAGE) if not link.startswith("https://")]
    assert links
    assert [link for link in links if link.startswith("#") and link[1:] not in anchors] == []
    assert [link for link in links if not link.startswith("#") and not (ROOT / link).exists()] == []


def _settings(section: type[BaseModel], above: str = "") -> Iterator[tuple[str, str]]:
    """Every key below a section, as the table writes it, and its default as YAML would."""
    for name, field in section.model_fields.items():
        key = f"{above}{field.alias or name}"
        inner = list(_models(field.annotation))
        listed = field.annotation is not None and str(field.annotation).startswith("tuple")
        keyed = str(field.annotation).startswith("dict")
        if not inner or keyed or key.endswith(".event"):
            yield key, _written(field.get_default())
        for model in inner:
            yield from _settings(model, f"{key}[]." if listed else f"{key}.*." if keyed else f"{key}.")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _written(default: Any) -> str:
    if default is PydanticUndefined:
        return "required"
    if default is None:
        return "none"
    value = default.get_secret_value() if isinstance(default, SecretStr) else default
    if isinstance(value, str) and (not value or value != value.strip()):
        return json.dumps(value)
    plain = list(value) if isinstance(value, tuple) else value
    return yaml.safe_dump(plain, default_flow_style=True, width=1000).removesuffix("\n...\n").strip()
