"""What the dashboard shows of a run with an outage and a rollout."""

from __future__ import annotations

import json
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from consumer.sandbox.faults import FaultPlan, OutagePlan
from tests.k8s.check import Bench, Check, NotToBeHad
from tests.k8s.drawing import Marks, Panel, Point, drawn
from tests.k8s.release import Release
from tests.k8s.shop import flowing
from tests.operations.files import DASHBOARD, PANELS
from tests.operations.prometheus import Prometheus, PrometheusUnavailableError, program, running
from tests.support.pages import ROOT
from tests.support.waiting import eventually

PICTURE: Final = ROOT / ".cache" / "k8s-dashboard.svg"
SHOWN: Final = (
    "Settled, by outcome",
    "Age when delivered",
    "Requests, by status",
    "Records behind, by topic",
    "Oldest undelivered, by topic",
    "In flight",
    "Partitions",
    "Rebalances",
    "Where the time goes",
)
_CALM_SECONDS: Final = 45.0
_OUTAGE_SECONDS: Final = 30.0
_STEP_SECONDS: Final = 2.0
_RATE: Final = "12s"
_VARIABLE: Final = re.compile(r"\$(job|instance|destination)\b")
_LABEL: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
Series = list[tuple[dict[str, str], list[Point]]]


def dashboard(bench: Bench) -> str:
    try:
        program("prometheus")
    except PrometheusUnavailableError as reason:
        raise NotToBeHad(str(reason)) from None
    topic = bench.topic()
    release = bench.release()
    values = bench.values(topic, check={"enabled": False})
    release.install(values=values)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(_told(release, folder / "targets.json"))
        prometheus = stack.enter_context(running(folder, _config(folder / "targets.json")))
        eventually(lambda: len(prometheus.query("up == 1")) == 2, 60, "Prometheus to find two pods")
        began = time.time()
        with flowing(bench.beside, topic):
            time.sleep(_CALM_SECONDS)
            bench.beside.sandbox.faults.apply(FaultPlan(outage=OutagePlan(seconds=_OUTAGE_SECONDS, step=503)))
            time.sleep(_OUTAGE_SECONDS + _CALM_SECONDS)
            release.upgrade(values={**values, "podLabels": {"deploy": "2"}})
            time.sleep(_CALM_SECONDS)
        seconds = time.time() - began
        panels = [_panel(prometheus, title, began, seconds) for title in SHOWN]
        marks = _marks(prometheus, began, seconds)
        text = drawn(panels, marks, seconds)
    release.uninstall()
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(text, encoding="utf-8")
    assert marks.outages, "the outage is not seen"
    assert all(panel.series for panel in panels), [panel.title for panel in panels if not panel.series]
    nameless = [panel.title for panel in panels if "" in panel.series]
    assert not nameless, f"series without a name: {nameless}"
    return f"{len(panels)} panels of a run of {seconds:.0f} s, an outage, and the start of {len(marks.starts)} pods"


def _config(targets: Path) -> dict[str, Any]:
    """With the labels that the Prometheus operator makes of the PodMonitor."""
    found = [{"files": [str(targets)], "refresh_interval": "1s"}]
    scraped = {"job_name": "pods", "file_sd_configs": found}
    return {"global": {"scrape_interval": "2s", "scrape_timeout": "2s"}, "scrape_configs": [scraped]}


def _targets(release: Release) -> list[dict[str, Any]]:
    """The pods that there are."""
    pods = [(each["metadata"]["name"], each.get("status", {}).get("podIP")) for each in release.pods()]
    labels = {"namespace": release.namespace, "job": f"{release.namespace}/{release.full_name}"}
    return [{"targets": [f"{ip}:8000"], "labels": {**labels, "pod": name}} for name, ip in pods if ip]


@contextmanager
def _told(release: Release, file: Path) -> Iterator[None]:
    """Prometheus is told which pods there are, each second: Debian's cannot ask the API server."""
    stopped = threading.Event()

    def tell() -> None:
        while not stopped.wait(1):
            written = file.with_suffix(".new")
            written.write_text(json.dumps(_targets(release)))
            written.rename(file)

    teller = threading.Thread(target=tell, name="targets")
    teller.start()
    try:
        yield
    finally:
        stopped.set()
        teller.join()


def _asked(prometheus: Prometheus, expression: str, began: float, seconds: float) -> Series:
    text = _VARIABLE.sub(".*", expression.replace("$__rate_interval", _RATE))
    return [
        (each["metric"], [(float(at) - began, float(value)) for at, value in each["values"] if value != "NaN"])
        for each in prometheus.query_range(text, began, began + seconds, _STEP_SECONDS)
    ]


def _panel(prometheus: Prometheus, title: str, began: float, seconds: float) -> Panel:
    found: dict[str, list[Point]] = {}
    for target in PANELS[title]["targets"]:
        for labels, points in _asked(prometheus, target["expr"], began, seconds):
            if any(value for _, value in points):
                found[named(target["legendFormat"], labels)] = points
    return Panel(title, PANELS[title]["fieldConfig"]["defaults"]["unit"], found)


def named(legend: str, labels: dict[str, str]) -> str:
    """As Grafana fills a legend in."""
    return " ".join(_LABEL.sub(lambda label: labels.get(label[1], ""), legend).split())


def _marks(prometheus: Prometheus, began: float, seconds: float) -> Marks:
    """What the dashboard's annotations find."""
    asked = {each["name"]: each["expr"] for each in DASHBOARD["annotations"]["list"]}
    begun, away_ = (_asked(prometheus, asked[name], began, seconds) for name in ("Starts", "Outages"))
    starts = {value / 1000 - began for _, points in begun for _, value in points}
    away = [at for _, points in away_ for at, _ in points]
    outages = [(min(away), max(away))] if away else []
    return Marks(sorted(at for at in starts if 0 <= at <= seconds), outages)


CHECKS: Final = (Check("dashboard", "the dashboard's queries, through an outage and a rollout", dashboard),)
