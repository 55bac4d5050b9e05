"""What is measured is what was named."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from tests.bench.trees import Tree

HERE = Path(__file__).parents[2]


def test_a_checkout_is_a_tree() -> None:
    assert Tree().convert(str(HERE), None, None) == HERE


def test_a_folder_without_the_service_is_refused(tmp_path: Path) -> None:
    with pytest.raises(click.BadParameter, match="neither a checkout nor"):
        Tree().convert(str(tmp_path), None, None)
