"""The picture has every panel, with its legends, and what is drawn into each."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tests.k8s.checks.watching import SHOWN, named
from tests.k8s.drawing import Marks, Panel, drawn
from tests.operations.files import PANELS

MARKS = Marks(starts=[30.0, 40.0], outages=[(10.0, 20.0)])


def test_each_panel_has_its_title_its_lines_and_the_marks() -> None:
    panels = [
        Panel("Read", "ops", {"a<b": [(0, 1.0), (60, 3.0)], "c": [(0, 0.5)]}),
        Panel("Share", "percentunit", {}),
    ]
    root = ET.fromstring(drawn(panels, MARKS, 60))  # noqa: S314 - our own
    text = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Read", "Share", "a<b", "c", "4/s", "100%", "1:00"} <= set(text)
    paths = [each.attrib["d"] for each in root.iter("{http://www.w3.org/2000/svg}path") if each.get("stroke-width")]
    assert len(paths) == 2
    dashed = [each for each in root.iter("{http://www.w3.org/2000/svg}path") if each.get("stroke-dasharray")]
    assert len(dashed) == len(panels) * len(MARKS.starts)


@pytest.mark.parametrize(
    ("legend", "labels", "expected"),
    [("{{pod}} {{instance}}", {"instance": "127.1.0.10:8000"}, "127.1.0.10:8000"), ("lag", {}, "lag")],
)
def test_a_legend_is_filled_in_as_grafana_does(legend: str, labels: dict[str, str], expected: str) -> None:
    assert named(legend, labels) == expected


def test_what_is_shown_is_of_the_dashboard() -> None:
    assert set(SHOWN) <= PANELS.keys()
