"""How mapping works: the examples give what the page shows, and the table of event types is their contract."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from consumer.commands.typecheck.findings import Severity
from consumer.mapping.contract import CONTRACTS, contract_of
from consumer.sandbox.registry import registry_app
from consumer.sandbox.serve import serve
from tests.docs.shell import Shell, exactly
from tests.support.markdown import Section
from tests.support.pages import CONFIGURATION, page

MAPPING = page("docs/mapping.md")
EXAMPLES = [section for title, section in MAPPING.sections.items() if title.startswith("Example")]
RECIPES = [
    MAPPING[title]
    for title in (
        "A dirty field costs itself",
        "Properties beyond the contract",
        "Who it is",
        "Routes that stand alone",
    )
]


@pytest.mark.parametrize("example", [*EXAMPLES, *RECIPES], ids=lambda section: section.title)
def test_an_example_gives_the_request_that_the_page_shows(shell: Shell, example: Section) -> None:
    """The example's routes are taken by `check`, and its record becomes what stands below it, digit by digit."""
    with serve(registry_app()) as registry:
        _write_routes(shell, example)
        shell.environment["BLUECORE_CONSUMER__SCHEMA_REGISTRY__URL"] = registry
        shell.run("bluecore-consumer check --config bluecore-consumer.yaml")
    record, shown = example.block("json").text, example.block("json", 1).text
    assert _previewed(shell, record, example) == exactly(shown)


def test_the_orders_that_are_not_sent_are_answered_as_the_page_says(shell: Shell) -> None:
    """An open order is skipped; one with a line that has no article is refused, and the field is named."""
    example = next(each for each in EXAMPLES if "order" in each.title)
    _write_routes(shell, example)
    record = example.block("json").text
    opened = record.replace('"PAID"', '"OPEN"')
    without_article = record.replace('"article": "SKU-1001", ', "")
    assert opened != record
    assert without_article != record
    skipped = '{"outcome":"skip","reason":"when"}'
    assert f"`{skipped}`" in MAPPING.text
    assert _previewed(shell, opened, example) == exactly(skipped)
    assert _previewed(shell, without_article, example) == exactly(example.block("json", 2).text)


def test_there_are_three_examples() -> None:
    """None is lost by another heading."""
    assert len(EXAMPLES) == 3


def test_the_table_of_event_types_is_their_contract() -> None:
    """Of each of the ten: what refuses a record when it is missing, how many products it may have, what it takes."""
    rows = {event.strip("`"): row for event, *row in MAPPING["Event types"].table("event type")}
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


def test_the_table_of_findings_has_every_severity() -> None:
    assert [finding for finding, _ in MAPPING["Checking the mapping"].table("finding")] == list(Severity)


def _write_routes(shell: Shell, example: Section) -> None:
    """The first configuration, with the example's routes in place of its own."""
    configuration: dict[str, Any] = yaml.safe_load(CONFIGURATION) | yaml.safe_load(example.block("yaml").text)
    (shell.folder / "bluecore-consumer.yaml").write_text(yaml.safe_dump(configuration, sort_keys=False))


def _previewed(shell: Shell, record: str, example: Section) -> Any:
    (shell.folder / "record.json").write_text(record)
    (topic,) = {route["topic"] for route in yaml.safe_load(example.block("yaml").text)["routes"]}
    command = f"bluecore-consumer preview --config bluecore-consumer.yaml --topic {topic} record.json"
    if example in EXAMPLES:
        assert example.block("sh").text.strip() == command
    return exactly(shell.run(command))
