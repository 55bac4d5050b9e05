"""docs/consent.md: its configuration can be used, its figures follow from the quota, its sources are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from consumer.bluecore.consent_differences import Kind
from consumer.bluecore.consent_states import ConsentState, Status
from consumer.cli import main
from consumer.commands.reconcile.judging import Difference
from consumer.commands.reconcile.printing import print_found, print_summary
from consumer.commands.reconcile.reconciling import Found
from consumer.commands.reconcile.words import Consent, Word
from consumer.commands.validation.configuration import load_checked
from consumer.config.model import Config
from consumer.config.route import RouteConfig
from consumer.mapping.router import compile_routes
from consumer.records import Partition, Send
from tests.support.configs import SOUND
from tests.support.pages import page

CONSENT = page("docs/consent.md")
COMPARED = CONSENT["Consents compared"]
ENVIRONMENT = {"BLUECORE_NAMESPACE": "shop", "BLUECORE_CLIENT_SECRET": "hush"}
A_MINUTE = 1_000


def test_its_configuration_passes_the_services_own_checks(tmp_path: Path) -> None:
    (block,) = [each for each in CONSENT["Turning it on"].blocks if each.language.startswith("yaml")]
    (tmp_path / "consent.yaml").write_text(block.text)

    config = load_checked(tmp_path / "consent.yaml", ENVIRONMENT)

    rest_api = config.endpoints[""].rest_api
    assert rest_api
    assert (config.routes[0].api, rest_api.client_secret.get_secret_value()) == ("eligibility", "hush")


def test_its_record_becomes_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, record, told = (block.text for block in CONSENT["Turning it on"].blocks if "sh" not in block.language)
    (tmp_path / "consent.yaml").write_text(config)
    (tmp_path / "record.json").write_text(record)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    arguments = ["--config", str(tmp_path / "consent.yaml"), "--topic", "shop.consent", str(tmp_path / "record.json")]

    result = CliRunner().invoke(main, ["preview", *arguments], catch_exceptions=False)

    assert json.loads(result.stdout) == json.loads(told)


def test_the_recipe_adds_the_plus_that_phone_numbers_lack() -> None:
    route, record, shown = (block.text for block in CONSENT["Phone numbers without a plus"].blocks)
    configs = [RouteConfig.model_validate(each) for each in yaml.safe_load(route)["routes"]]
    router = compile_routes(configs, token="shop")
    outcome = router.map("shop.sms-consent", None, json.loads(record), None, None)
    assert isinstance(outcome, Send)
    assert json.loads(outcome.requests[0].body) == json.loads(shown)


def test_reconcile_prints_lines_as_they_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    (shown,) = [block.text for block in COMPARED.blocks if block.language == "json"]
    word = Word("unsubscribe", 1_000, told=False, queued=True, partition=Partition("shop.consents", 3), offset=1842)
    consent, there = Consent("", "jane@example.com"), ConsentState(Status.SUBSCRIBED, 500, "integration")
    found = Found(checked=2, differences=[Difference(Kind.STILL_SUBSCRIBED, consent, word, there, "id")])
    print_found(found, Config.model_validate(SOUND), show_values=False)
    print_summary(found, None)

    printed = map(json.loads, capsys.readouterr().out.splitlines())
    documented = map(json.loads, shown.splitlines())
    for line, example in zip(printed, documented, strict=True):
        assert list(line) == list(example)
        assert list(line.get("summary", {})) == list(example.get("summary", {}))


def test_the_options_of_reconcile_are_all_there() -> None:
    options = {option for parameter in main.commands["reconcile"].params for option in parameter.opts} - {"--config"}
    described = {name.strip("`").split()[0] for name, _ in COMPARED.table("option")}
    assert options - {"--yes"} == described


@pytest.mark.parametrize(("consents", "time"), CONSENT["The quota"].table("consents"))
def test_how_long_a_load_takes_follows_from_the_quota(consents: str, time: str) -> None:
    hours, minutes = divmod(int(consents.replace(",", "")) // A_MINUTE, 60)
    parts = [f"{hours} hour{'s' * (hours > 1)}" if hours else "", f"{minutes} minutes"]
    assert time == " ".join(filter(None, parts))


def test_it_says_that_nothing_was_tried_against_bluecore() -> None:
    words = " ".join(CONSENT.text.split())
    assert "None of it was tried against Bluecore" in words
    assert "(sources.md#the-rest-apis)" in words
