"""The sandbox's page: its commands work on a running sandbox, and its tables are the code's own."""

from __future__ import annotations

import shutil

import pytest

from consumer.cli import main
from tests.docs.shell import Shell
from tests.support.pages import GETTING_STARTED, page

SANDBOX = page("docs/sandbox.md")
START = GETTING_STARTED["6. Start the sandbox"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page asks by curl: install it to run this test")
def test_the_commands_do_what_they_should(shell: Shell) -> None:
    """Each succeeds, and the sandbox then ends with 0."""
    shell.follow([*START.blocks, *SANDBOX.blocks])

    assert shell.stop() == [0]


def test_the_table_has_every_option() -> None:
    """The options are those of the command."""
    documented = [option.strip("`") for option, _ in SANDBOX["Options"].table("option")]
    assert sorted(documented) == sorted(parameter.opts[0] for parameter in main.commands["sandbox"].params)
