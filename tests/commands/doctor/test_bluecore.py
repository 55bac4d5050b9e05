"""What an answer to an event without a customer says of the address, the credentials and the clocks."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from consumer.commands.doctor.bluecore import answer_finding, check_bluecore, clock_findings
from consumer.commands.doctor.finding import Severity
from consumer.config.model import Config
from consumer.records import Answer, NoAnswer
from consumer.sandbox.sandbox import running_sandbox
from consumer.sandbox.settings import SandboxSettings
from tests.support.configs import SOUND
from tests.support.waiting import free_port

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp()


def config(url: str = "https://bluecore.example/track", namespace: str = "shop", key: str = "right") -> Config:
    return Config.model_validate({**SOUND, "bluecore": {"url": url, "namespace": namespace, "api_key": key}})


@pytest.mark.parametrize(
    ("answer", "severity", "advice"),
    [
        (Answer(202), Severity.OK, ""),
        (Answer(400, text="distinct_id is missing"), Severity.OK, ""),
        (Answer(401), Severity.ERROR, "bluecore.namespace and bluecore.api_key"),
        (Answer(403), Severity.ERROR, "bluecore.namespace and bluecore.api_key"),
        (Answer(404), Severity.ERROR, "bluecore.url"),
        (Answer(301), Severity.ERROR, "bluecore.url"),
        (Answer(429), Severity.WARNING, "again later"),
        (Answer(500), Severity.WARNING, "again later"),
        (Answer(None, NoAnswer.DNS), Severity.ERROR, "DNS"),
        (Answer(None, NoAnswer.TLS), Severity.ERROR, "bluecore.ca_location"),
        (Answer(None, NoAnswer.REFUSED), Severity.ERROR, "firewall"),
        (Answer(None, NoAnswer.TIMEOUT), Severity.ERROR, "bluecore.timeout_seconds"),
        (Answer(None, NoAnswer.OTHER), Severity.ERROR, "bluecore.url"),
    ],
    ids=lambda value: str(value.status or value.no_answer) if isinstance(value, Answer) else None,
)
def test_each_answer_has_its_meaning_and_what_to_do(answer: Answer, severity: Severity, advice: str) -> None:
    finding = answer_finding(config(), answer)
    assert finding.severity is severity
    assert advice in finding.advice
    assert bool(advice) == bool(finding.advice)


def test_what_bluecore_says_is_shown_without_the_credentials() -> None:
    finding = answer_finding(config(namespace="the-namespace"), Answer(401, text="no account the-namespace"))
    assert "no account ***" in finding.message


@pytest.mark.parametrize(
    ("ahead", "severity"),
    [(0, Severity.OK), (-4, Severity.OK), (30, Severity.WARNING), (-30, Severity.WARNING), (900, Severity.ERROR)],
)
def test_a_clock_that_is_off_is_told_by_how_much(ahead: float, severity: Severity) -> None:
    date = format_datetime(datetime.fromtimestamp(NOW, UTC), usegmt=True)
    (finding,) = clock_findings(date, NOW + ahead)
    assert finding.severity is severity
    assert (f"{abs(ahead):.0f} s" in finding.message) == (severity is not Severity.OK)


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_an_answer_without_a_date_says_nothing_of_the_clock(date: str) -> None:
    assert list(clock_findings(date, NOW)) == []


def test_no_customer_is_created() -> None:
    """The sandbox is asked as Bluecore would be: right and wrong credentials are told apart, nothing is accepted."""
    with running_sandbox(SandboxSettings(namespace="shop", api_key="right")) as running:
        found = [
            next(check_bluecore(config(running.api_url, namespace, key))).severity
            for namespace, key in (("shop", "right"), ("shop", "wrong"), ("other", "right"))
        ]
        assert found == [Severity.OK, Severity.ERROR, Severity.ERROR]
        assert running.sandbox.counts.accepted == 0


def test_nothing_listens() -> None:
    finding = next(check_bluecore(config(f"http://127.0.0.1:{free_port()}/track")))
    assert finding.severity is Severity.ERROR
    assert "refused" in finding.message


def test_a_key_that_fits_no_header_is_an_error_without_the_key() -> None:
    (finding,) = check_bluecore(config(key="schlüssel"))
    assert finding.severity is Severity.ERROR
    assert "schlüssel" not in finding.message
