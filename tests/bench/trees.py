"""Folders that hold the service: a checkout, or `.cache/compiled`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


class Tree(click.Path):
    """A parameter of a command; a folder without the service would quietly be measured as this checkout."""

    def __init__(self) -> None:
        super().__init__(exists=True, file_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        folder = Path(super().convert(value, param, ctx))  # type: ignore[arg-type]
        if not (folder / "consumer/__main__.py").is_file():
            self.fail(
                f"{folder} is neither a checkout nor what `make compiled` makes: it has no consumer/", param, ctx
            )
        return folder
