"""All checks, in the order in which they are made."""

from __future__ import annotations

from typing import Final

from tests.k8s.checks import installing, members, missing, refusing, rolling, scaling, watching

_PARTS: Final = (installing, rolling, refusing, members, watching, scaling, missing)
CHECKS: Final = tuple(check for part in _PARTS for check in part.CHECKS)
