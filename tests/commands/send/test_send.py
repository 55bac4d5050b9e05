"""One event to Bluecore, after a question: shown without the namespace, sent once, and answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from consumer.cli import main
from consumer.sandbox.faults import FaultPlan, Scripts
from consumer.sandbox.sandbox import Running, running_sandbox
from consumer.sandbox.settings import SandboxSettings
from tests.support.configs import text
from tests.support.waiting import free_port

JANE = {"email": "jane@example.com"}
BOTH = [{"topic": "shop", "event": "customer_patch"}, {"topic": "shop", "event": "unsubscribe"}]


@pytest.fixture(scope="module")
def bluecore() -> Iterator[Running]:
    with running_sandbox(SandboxSettings(namespace="a-secret-namespace", strict=True)) as running:
        yield running


@pytest.fixture
def config(tmp_path: Path, bluecore: Running) -> Path:
    bluecore.sandbox.faults.clear()
    return written(tmp_path, bluecore.api_url)


def written(folder: Path, url: str, *routes: dict[str, Any], **settings: Any) -> Path:
    file = folder / "config.yaml"
    sections = {"url": url, "namespace": "a-secret-namespace", "timeout_seconds": 2, **settings}
    file.write_text(text(bluecore=sections, routes=[*routes] or [{"topic": "shop", "event": "optin"}]))
    return file


def sent(config: Path, record: object, *options: str, answer: str | None = None) -> Result:
    """`answer`: what a person at a terminal types; None: the record comes by a pipe, and nobody is there."""
    arguments = ["send", "--config", str(config), "--topic", "shop", *options]
    if answer is None:
        return CliRunner().invoke(main, arguments, input=json.dumps(record))
    file = config.parent / "record.json"
    file.write_text(json.dumps(record))
    return CliRunner().invoke(main, [*arguments, str(file)], input=answer)


def accepted(bluecore: Running) -> int:
    return bluecore.sandbox.counts.accepted


def test_it_is_shown_sent_and_answered(config: Path, bluecore: Running) -> None:
    before = accepted(bluecore)
    result = sent(config, JANE, "--yes")

    shown, answered = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 0, result.output
    assert shown["requests"][0]["properties"]["token"] == "***"
    assert (answered["event"], answered["outcome"], answered["status"]) == ("optin", "delivered", 202)
    assert accepted(bluecore) == before + 1


@pytest.mark.parametrize(("answer", "code", "count"), [("y\n", 0, 1), ("n\n", 1, 0), ("\n", 1, 0)])
def test_a_person_is_asked(  # noqa: PLR0913, PLR0917 - a table and three fixtures
    config: Path,
    bluecore: Running,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    code: int,
    count: int,
) -> None:
    monkeypatch.setattr("consumer.commands.send.command.asking_is_possible", lambda: True)
    before = accepted(bluecore)

    result = sent(config, JANE, answer=answer)

    assert f"Send optin to {bluecore.api_url}" in result.stderr
    assert (result.exit_code, accepted(bluecore) - before) == (code, count)


def test_without_a_person_nothing_is_sent_unless_that_is_said(config: Path, bluecore: Running) -> None:
    before = accepted(bluecore)
    result = sent(config, JANE)
    assert (result.exit_code, accepted(bluecore) - before) == (2, 0)
    assert "give --yes" in result.stderr


def test_no_secret_is_shown(config: Path, bluecore: Running) -> None:
    """Not in the request, and not in an answer that quotes it."""
    bluecore.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id={"jane@example.com": (400,)})))
    result = sent(config, JANE, "--yes")
    assert result.exit_code == 1
    assert "a-secret-namespace" not in result.output


def test_consents_go_first_and_nothing_behind_a_refusal(tmp_path: Path, bluecore: Running) -> None:
    """As in the service; but nothing is tried again."""
    config = written(tmp_path, bluecore.api_url, *BOTH)
    bluecore.sandbox.faults.clear()
    _, first, second = map(json.loads, sent(config, JANE, "--yes").stdout.splitlines())
    assert (first["event"], second["event"]) == ("unsubscribe", "customer_patch")

    bluecore.sandbox.faults.apply(FaultPlan(scripts=Scripts(distinct_id={"jane@example.com": (503, 503)})))
    result = sent(config, JANE, "--yes")
    _, only = map(json.loads, result.stdout.splitlines())
    assert (result.exit_code, only["event"], only["outcome"], only["status"]) == (1, "unsubscribe", "failed", 503)


def test_what_makes_no_event_is_not_sent(config: Path, bluecore: Running) -> None:
    before = accepted(bluecore)
    result = sent(config, {"email": "no address"}, "--yes")
    (shown,) = map(json.loads, result.stdout.splitlines())
    assert (shown["outcome"], shown["field"]) == ("reject", "email")
    assert result.exit_code == 1
    assert "not sent: this record makes no event" in result.stderr
    assert accepted(bluecore) == before


def test_the_list_of_the_first_day_holds_here_too(tmp_path: Path, bluecore: Running) -> None:
    config = written(tmp_path, bluecore.api_url, only_emails=["retailer.example"])
    result = sent(config, JANE, "--yes")
    assert json.loads(result.stdout) == {"outcome": "skip", "reason": "only_emails"}
    assert result.exit_code == 1


@pytest.mark.parametrize("record", [[JANE, JANE], []], ids=["two", "none"])
def test_one_record_at_a_time(config: Path, record: object) -> None:
    result = sent(config, record, "--yes")
    assert result.exit_code == 2
    assert "one record is sent at a time" in result.stderr


def test_a_topic_without_a_route_is_told(config: Path) -> None:
    result = CliRunner().invoke(
        main, ["send", "--config", str(config), "--topic", "shops", "--yes"], input=json.dumps(JANE)
    )
    assert "no route takes the topic shops; the nearest that one takes is shop" in result.stderr
    assert result.exit_code == 1


def test_an_endpoint_that_is_not_there_is_an_answer_too(tmp_path: Path) -> None:
    result = sent(written(tmp_path, f"http://127.0.0.1:{free_port()}"), JANE, "--yes")
    _, answered = map(json.loads, result.stdout.splitlines())
    assert (result.exit_code, answered["outcome"], answered["status"]) == (1, "refused", "refused")
