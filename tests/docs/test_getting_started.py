"""The steps lead to a running service."""

from __future__ import annotations

import shutil

import pytest

from consumer.cli import main
from tests.docs.shell import Shell
from tests.support.pages import GETTING_STARTED, ROOT


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page asks by curl: install it to run this test")
def test_the_steps_lead_to_a_running_service(shell: Shell, cluster: dict[str, str]) -> None:
    """Every command of the steps does what it should. Those that run until they are stopped end with 0."""
    (shell.folder / "schemas").symlink_to(ROOT / "schemas")
    shell.environment |= cluster

    shell.follow(GETTING_STARTED.blocks)

    assert shell.stop() == [0, 0]


def test_the_tables_have_every_option_of_preview_and_rehearse() -> None:
    """Beside those without which there is neither."""
    documented = [option.strip("`").split()[0] for option, _ in GETTING_STARTED.rows("option")]
    commands = (main.commands[name] for name in ("preview", "rehearse"))
    options = [each.opts[0] for command in commands for each in command.params if each.opts[0].startswith("--")]
    assert sorted(documented) == sorted(set(options) - {"--config", "--topic"})


def test_the_options_of_the_demo_are_there() -> None:
    """Each that the page names is one, and none is left out."""
    options = {each.opts[0] for each in main.commands["demo"].params}
    text = GETTING_STARTED.text.partition("## Without a cluster")[2]
    assert {option for option in options if f"{option} " in text} == options
