"""`trim_keda.py MODULE FOLDER`: a copy of KEDA's module that has its Kafka scaler, and not the other sixty.

Their files are left out of the copy, and their cases out of the switch that chooses a scaler by a trigger's type:
with them go the clients of a dozen clouds, and half of what there is to compile. The two servers that would listen on
every address listen on loopback. Nothing else is changed.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

KEPT = {"scaler.go", "kafka_scaler.go", "cpu_memory_scaler.go", "cron_scaler.go"}
CASE = re.compile(r'\tcase "(kafka|cpu|memory|cron)"')


def main(module: Path, folder: Path) -> None:
    """Make it, in place of what is there."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(module, folder, ignore=shutil.ignore_patterns("*_test.go", "tests", "images", ".github"))
    for each in [folder, *folder.rglob("*")]:
        each.chmod(each.stat().st_mode | 0o200)
    for each in (folder / "pkg/scalers").glob("*.go"):
        if each.name not in KEPT:
            each.unlink()
    builder = folder / "pkg/scaling/scalers_builder.go"
    builder.write_text(kept_cases(builder.read_text()))
    adapter, webhooks = folder / "cmd/adapter/main.go", folder / "cmd/webhooks/main.go"
    change(adapter, 'fmt.Sprintf(":%v", metricsAPIServerPort)', 'fmt.Sprintf("127.0.0.1:%v", metricsAPIServerPort)')
    change(webhooks, "Port:    webhooksPort,", 'Host: "127.0.0.1", Port: webhooksPort,')


def kept_cases(source: str) -> str:
    """The switch with those of the kept scalers alone."""
    head, rest = source.split("\tswitch triggerType {\n", 1)
    cases, tail = rest.split("\tdefault:\n", 1)
    kept = [each for each in re.split(r"(?=^\tcase )", cases, flags=re.MULTILINE) if CASE.match(each)]
    return f"{head}\tswitch triggerType {{\n{''.join(kept)}\tdefault:\n{tail}"


def change(file: Path, old: str, new: str) -> None:
    """Replace it.

    Raises:
        SystemExit: it is not there.
    """
    text = file.read_text()
    if old not in text:
        raise SystemExit(f"{file} of this version has no {old!r}")
    file.write_text(text.replace(old, new))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
