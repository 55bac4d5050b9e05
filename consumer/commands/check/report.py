"""What `check` prints: each finding, then how much of the configuration they are about."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

import click
import orjson

from consumer.commands.check.routes import RouteCheck
from consumer.commands.typecheck.findings import Finding, Severity
from consumer.config.findings import Finding as SettingFinding

_PRINTED = ("severity", "key", "path", "schema", "message", "nearest")


def print_checks(
    checks: Sequence[RouteCheck], unused: Sequence[str] = (), doubtful: Sequence[SettingFinding] = ()
) -> int:
    """Prints each finding: a sentence on a terminal, JSON in a pipe. Gives the exit code: 2 when there are errors.

    Args:
        checks: one for each route.
        unused: the destinations that no route names.
        doubtful: what of the settings will not have been meant.
    """
    spare = "is named by no route: name it in routes[].destination, or remove it"
    findings = [Finding(Severity.WARNING, spare, key=f"destinations.{name}") for name in unused]
    findings += [Finding(Severity.WARNING, each.message, key=each.key) for each in doubtful]
    findings += [finding for check in checks for finding in check.findings]
    found = Counter(finding.severity for finding in findings)
    counts = {severity.value: found[severity] for severity in Severity}
    checked = sum(check.checked for check in checks)
    verdict = _verdict(found[Severity.ERROR], checked, len(checks))
    if sys.stdout.isatty():
        for finding in findings:
            click.echo(sentence(finding))
        totals = ", ".join(f"{count} {severity}{'' if count == 1 else 's'}" for severity, count in counts.items())
        click.echo(f"{verdict}: {totals}")
    else:
        for finding in findings:
            click.echo(orjson.dumps(_line(finding)))
        click.echo(orjson.dumps({"summary": verdict, "checked": checked, "routes": len(checks)} | counts))
    return 2 if found[Severity.ERROR] else 0


def _verdict(errors: int, checked: int, routes: int) -> str:
    part = "" if checked == routes else f"{checked} of {routes} routes {'is' if checked == 1 else 'are'} checked"
    if errors:
        return "the mapping is refused" + (f", and only {part}" if part else "")
    return f"the configuration is right, and only {part}" if part else "the configuration and its mapping are right"


def _line(finding: Finding) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in _PRINTED}


def sentence(finding: Finding) -> str:
    """What a person reads of a finding."""
    where = (
        f" (path {finding.path}" + (f", schema {finding.schema})" if finding.schema else ")") if finding.path else ""
    )
    hint = f"; did you mean {finding.nearest}?" if finding.nearest else ""
    return f"{finding.severity.value}: {finding.key}{where}: {finding.message}{hint}"
