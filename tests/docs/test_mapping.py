"""How mapping works: the examples give what the page shows, and the table of event types is their contract."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
import yaml

from consumer.commands.typecheck.findings import Severity
from consumer.config.presets import PRESETS
from consumer.config.route import RouteConfig
from consumer.mapping.contract import CONTRACTS, contract_of
from consumer.mapping.date_functions import read_form_fault, written_form_fault
from consumer.mapping.emails import email
from consumer.mapping.errors import InvalidValueError
from consumer.mapping.functions import OWN_FUNCTIONS
from consumer.mapping.paths import compile_path
from consumer.mapping.rest_contract import REST_CONTRACTS
from consumer.mapping.router import compile_routes
from consumer.mapping.shared import Shared
from consumer.mapping.values import jsonable
from consumer.records import Send
from consumer.sandbox.registry import registry_app
from consumer.sandbox.serve import serve
from tests.docs.shell import Shell, exactly
from tests.support.markdown import Section
from tests.support.pages import CONFIGURATION, page

MAPPING = page("docs/mapping.md")
SHORT_RECIPES = [section for title, section in MAPPING.sections.items() if title.startswith("Recipe:")]
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


@pytest.mark.parametrize("recipe", SHORT_RECIPES, ids=lambda section: section.title)
def test_a_recipe_gives_the_request_that_the_page_shows(shell: Shell, recipe: Section) -> None:
    """Its configuration is a right one, and the record becomes what stands below it, digit by digit."""
    _write_routes(shell, recipe)
    (shell.folder / "record.json").write_text(recipe.block("json").text)
    topic = yaml.safe_load(recipe.block("yaml").text)["routes"][0]["topic"]
    line = shell.run(f"bluecore-consumer preview --config bluecore-consumer.yaml --topic {topic} record.json")
    shown = recipe.block("json", 1).text
    request = re.sub(r'"properties": \{\s*', '"properties": {"token": "***", ', shown, count=1)
    assert request != shown
    assert exactly(line) == exactly(f'{{"outcome": "send", "requests": [{request}]}}')


def test_the_record_s_own_time_is_read_as_the_page_says(shell: Shell) -> None:
    section = MAPPING["The event's own time"]
    configuration = yaml.safe_load(CONFIGURATION) | yaml.safe_load(section.block("yaml").text)
    (shell.folder / "bluecore-consumer.yaml").write_text(yaml.safe_dump(configuration))
    (shell.folder / "record.json").write_text(section.block("json").text)
    line = shell.run("bluecore-consumer preview --config bluecore-consumer.yaml --topic shop.orders record.json")
    shown = orjson.loads(line)
    assert (shown["outcome"], shown["event_time"]) == ("send", "2026-01-31T12:00:00.000Z")


@pytest.mark.parametrize("fields", ['"nieuwsbrief": "ONBEKEND"', '"nieuwsbrief": null', '"other": 1'])
def test_who_was_never_asked_is_skipped_as_the_page_says(shell: Shell, fields: str) -> None:
    recipe = next(each for each in SHORT_RECIPES if "consent" in each.title)
    _write_routes(shell, recipe)
    skipped = '{"outcome":"skip","reason":"event"}'
    assert f"`{skipped}`" in MAPPING.text
    assert _previewed(shell, f'{{"email": "jane@example.com", {fields}}}', recipe) == exactly(skipped)


def test_a_deleted_row_unsubscribes_and_its_tombstone_is_skipped(shell: Shell) -> None:
    recipe = next(each for each in SHORT_RECIPES if "change records" in each.title)
    row = orjson.loads(recipe.block("json").text)["before"]
    deleted = orjson.dumps({"op": "d", "before": row, "after": None}).decode()
    unsubscribe, tombstone = _outcomes(shell, recipe, deleted, '{"_kafka": {"key": "7"}}')
    (request,) = unsubscribe["requests"]
    assert (request["event"], request["properties"]["distinct_id"]) == ("unsubscribe", "jane@example.com")
    assert f"`{orjson.dumps(tombstone).decode()}`" in MAPPING.text


def test_both_versions_of_the_schema_become_the_same(shell: Shell) -> None:
    recipe = next(each for each in SHORT_RECIPES if "two versions" in each.title)
    new = orjson.loads(recipe.block("json").text)
    old = {"order_id": "O-2", "email": "jane@example.com", "total": 19.99, "products": new["products"]}
    outcomes = _outcomes(shell, recipe, *(orjson.dumps(each).decode() for each in (new, old)))
    assert outcomes[0] == outcomes[1]


def test_a_return_is_no_purchase(shell: Shell) -> None:
    recipe = next(each for each in SHORT_RECIPES if "minor units" in each.title)
    returned = recipe.block("json").text.replace("90240", "-90240")
    whole = recipe.block("json").text.replace("90240", "99900")
    skipped, sent = _outcomes(shell, recipe, *(text.replace("\n", " ") for text in (returned, whole)))
    assert skipped == {"outcome": "skip", "reason": "when"}
    assert sent["requests"][0]["properties"]["total"] == 999


def test_the_visitor_of_the_recipe_is_linked_once_there_is_an_email(shell: Shell) -> None:
    recipe = next(each for each in SHORT_RECIPES if "visitors" in each.title)
    _write_routes(shell, recipe)
    record = recipe.block("json").text.replace("null", '{"mail": "jane@example.com"}')
    (outcome,) = _outcomes(shell, recipe, record)
    identify, view = outcome["requests"]
    assert (identify["event"], identify["properties"]["distinct_id"]) == ("identify", "b-81f2")
    assert view["properties"]["distinct_id"] == identify["properties"]["customer"]["email"] == "jane@example.com"


def test_the_hint_is_the_one_that_preview_gives(shell: Shell) -> None:
    routes = [{"topic": "t", "event": "purchase", "fields": {"total": "totaalCenten"}}]
    configuration = yaml.safe_load(CONFIGURATION) | {"routes": routes}
    (shell.folder / "c.yaml").write_text(yaml.safe_dump(configuration))
    record = {"email": "jane@example.com", "order_id": 1, "totaalCenten": 90240, "products": [{"id": 1}]}
    (shell.folder / "r.json").write_text(orjson.dumps(record).decode())
    said = shell.run("bluecore-consumer preview --config c.yaml --topic t r.json 2>&1 >/dev/null")
    assert said.strip() == MAPPING["Checking the mapping"].block("text").text.strip()


def test_the_address_of_the_recipe_is_refused_as_the_page_says() -> None:
    with pytest.raises(
        InvalidValueError, match=r"^is no e-mail address: it holds U\+0022 \(QUOTATION MARK\)"
    ) as refused:
        email('"Doe, Jane" <mailto:Jane@Example.COM>')
    assert str(refused.value).partition(";")[0] in MAPPING.text


def test_the_table_of_functions_has_each_with_what_it_gives() -> None:
    stores = {"stores": {"12": "Utrecht"}}
    rows = MAPPING["Functions"].table("function")
    named = [function.strip("`").partition("(") for function, *_ in rows]
    assert [name for name, *_ in named] == list(dict.fromkeys(name for name, *_ in named))
    assert {name for name, *_ in named} == set(OWN_FUNCTIONS)
    for (name, _, written), (_, example, gives, _) in zip(named, rows, strict=True):
        assert [part.endswith("?") for part in written.rstrip(")").split(", ")][: OWN_FUNCTIONS[name].least] == [
            False
        ] * len(OWN_FUNCTIONS[name].parameters[: OWN_FUNCTIONS[name].least])
        expression = re.sub(r"^`+ ?| ?`+$", "", example)
        given = compile_path(expression, Shared(tables=stores)).get({})
        assert orjson.dumps(jsonable(given)) == gives.strip("`").replace(", ", ",").encode()


def test_the_parts_of_a_date_are_those_that_the_page_names() -> None:
    for part in re.findall(r"%[A-Za-z%]", MAPPING.text.partition("The parts are `")[2].partition("`")[0]):
        assert written_form_fault(part) is None
    assert read_form_fault("%Q") is not None


def test_the_events_of_the_preset_are_those_that_the_page_names() -> None:
    text = MAPPING.text.partition("### Recipe: events of Segment")[2]
    assert all(f"`{event}`" in text.replace("\n", " ") for event in PRESETS["segment"].event["values"])


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


def _outcomes(shell: Shell, recipe: Section, *records: str) -> list[dict[str, Any]]:
    """What becomes of these records, each of one line, by the recipe's routes."""
    _write_routes(shell, recipe)
    (shell.folder / "records.jsonl").write_text("\n".join(records))
    topic = yaml.safe_load(recipe.block("yaml").text)["routes"][0]["topic"]
    lines = shell.run(f"bluecore-consumer preview --config bluecore-consumer.yaml --topic {topic} records.jsonl")
    return [orjson.loads(line) for line in lines.splitlines()]


def _previewed(shell: Shell, record: str, example: Section) -> Any:
    (shell.folder / "record.json").write_text(record)
    (topic,) = {route["topic"] for route in yaml.safe_load(example.block("yaml").text)["routes"]}
    command = f"bluecore-consumer preview --config bluecore-consumer.yaml --topic {topic} record.json"
    if example in EXAMPLES:
        assert example.block("sh").text.strip() == command
    return exactly(shell.run(command))


def test_a_consent_by_sms_is_the_document_that_the_page_shows() -> None:
    section = MAPPING["Bluecore's REST APIs"]
    (route,) = yaml.safe_load(section.block("yaml").text)["routes"]
    router = compile_routes([RouteConfig.model_validate(route)], token="shop")
    outcome = router.map(route["topic"], None, orjson.loads(section.block("json").text), None, None)
    assert isinstance(outcome, Send)
    assert [orjson.loads(request.body) for request in outcome.requests] == [
        orjson.loads(section.block("json", 1).text)
    ]


def test_the_table_of_apis_is_their_contract() -> None:
    rows = MAPPING["Bluecore's REST APIs"].table("api")
    written = {
        api.strip("`"): (re.findall(r"`(\w+)`", events), re.findall(r"`(\w+)`", fields))
        for api, events, fields, _ in rows
        if api != "`events`"
    }
    assert written == {api: (list(each.events), list(each.fields)) for api, each in REST_CONTRACTS.items()}
