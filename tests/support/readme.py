"""The README, read once."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.support.markdown import sections

ROOT: Final = Path(__file__).parent.parent.parent
PAGE: Final = (ROOT / "README.md").read_text(encoding="utf-8")
README: Final = sections(PAGE)
