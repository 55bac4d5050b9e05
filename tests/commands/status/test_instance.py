"""Where instances are asked, and what is made of those that do not answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from consumer.commands.status.command import status
from consumer.commands.status.instance import addresses, ask
from consumer.kafka.group import Member
from consumer.sandbox.registry import registry_app
from consumer.sandbox.serve import serve


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ([], ["10.0.0.1:8000", "[2001:db8::1]:8000"]),
        (["10.0.0.9"], ["10.0.0.9:8000"]),
        (["10.0.0.9:9000", "http://pod-1:8001/metrics"], ["10.0.0.9:9000", "pod-1:8001"]),
    ],
)
def test_it_asks_who_was_named_or_the_hosts_of_the_group_once_each(given: list[str], asked: list[str]) -> None:
    hosts = ["10.0.0.1", "10.0.0.1", "2001:db8::1"]
    assert addresses(given, [Member(host, "client", frozenset()) for host in hosts], 8000) == asked


@pytest.mark.parametrize("given", ["pod-1:metrics", "pod-1:99999", "[::1", "", "  "])
def test_an_address_that_is_none_is_refused_before_anything_is_asked(given: str, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.touch()
    done = CliRunner().invoke(status, ["--config", str(config), "--instance", given])
    assert done.exit_code == 2
    assert f"{given!r} is no HOST, HOST:PORT or URL" in done.output


def test_nobody_there_is_told() -> None:
    assert ask("127.0.0.1:1").error == "nothing of this service answers there"


def test_somebody_else_there_is_told() -> None:
    with serve(registry_app()) as url:
        assert ask(url.removeprefix("http://")).error == "nothing of this service answers there"
