"""Panels of the dashboard as one picture (SVG), as Grafana would draw them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

Point = tuple[float, float]
"""Seconds since the beginning, and a value."""

_COLUMNS, _WIDTH, _HEIGHT, _GAP = 3, 400, 250, 10
_LEFT, _TOP, _RIGHT, _BOTTOM = 52, 34, 12, 74
_LINES: Final = 4
_ROWS: Final = 3
_LONG: Final = 28
"""More letters of a legend than this have no room beside another."""
_COLOURS: Final = ("#73bf69", "#f2cc0c", "#5794f2", "#ff9830", "#f2495c", "#b877d9", "#8ab8ff", "#ffa6b0")
_FONT: Final = "font-family='Inter, Helvetica, Arial, sans-serif'"
_UNITS: Final = {"ops": "/s", "s": " s", "percentunit": "%", "reqps": "/s"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One: its title, its unit as Grafana names it, and its series by their legends."""

    title: str
    unit: str
    series: Mapping[str, Sequence[Point]]


@dataclass(frozen=True, slots=True)
class Marks:
    """What is drawn into every panel, in seconds: when pods began, and from when to when Bluecore was away."""

    starts: Sequence[float]
    outages: Sequence[tuple[float, float]]


def drawn(panels: Sequence[Panel], marks: Marks, seconds: float) -> str:
    """The picture of a run of so many seconds."""
    rows = math.ceil(len(panels) / _COLUMNS)
    width, height = _COLUMNS * (_WIDTH + _GAP) + _GAP, rows * (_HEIGHT + _GAP) + _GAP
    parts = [f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' {_FONT} font-size='11'>"]
    parts.append(f"<rect width='{width}' height='{height}' fill='#111217'/>")
    for number, panel in enumerate(panels):
        x, y = _GAP + number % _COLUMNS * (_WIDTH + _GAP), _GAP + number // _COLUMNS * (_HEIGHT + _GAP)
        parts += [f"<g transform='translate({x} {y})'>", *_panel(panel, marks, seconds), "</g>"]
    return "\n".join([*parts, "</svg>\n"])


def _panel(panel: Panel, marks: Marks, seconds: float) -> list[str]:
    inner, tall = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    top = _ceiling(max((value for points in panel.series.values() for _, value in points), default=0.0))

    def across(at: float) -> float:
        return _LEFT + inner * at / seconds

    def down(value: float) -> float:
        return _TOP + tall * (1 - value / top)

    parts = [f"<rect width='{_WIDTH}' height='{_HEIGHT}' rx='3' fill='#181b1f' stroke='#2c3235'/>"]
    parts.append(f"<text x='10' y='20' fill='#ccccdc' font-size='13' font-weight='600'>{escape(panel.title)}</text>")
    for line in range(_LINES + 1):
        value = top * line / _LINES
        parts.append(f"<path d='M{_LEFT} {down(value):.1f}H{_LEFT + inner}' stroke='#2c3235'/>")
        parts.append(_text(_LEFT - 6, down(value) + 4, _shown(value, panel.unit), "end"))
        at = seconds * line / _LINES
        parts.append(_text(across(at), _TOP + tall + 15, f"{at // 60:.0f}:{at % 60:02.0f}", "middle"))
    for begin, end in marks.outages:
        size = f"x='{across(begin):.1f}' width='{across(end) - across(begin):.1f}' y='{_TOP}' height='{tall}'"
        parts.append(f"<rect {size} fill='#f2495c' opacity='0.18'/>")
    dashed = f"v{tall}' stroke='#5794f2' stroke-dasharray='3 3'/>"
    parts += [f"<path d='M{across(at):.1f} {_TOP}{dashed}" for at in marks.starts]
    columns = 1 if any(len(legend) > _LONG for legend in panel.series) else 2
    for number, (legend, points) in enumerate(sorted(panel.series.items())):
        colour = _COLOURS[number % len(_COLOURS)]
        path = "L".join(f"{across(at):.1f} {down(value):.1f}" for at, value in points)
        parts.append(f"<path d='M{path}' fill='none' stroke='{colour}' stroke-width='1.4'/>")
        if number < _ROWS * columns:
            x, y = 12 + number % columns * (_WIDTH // 2), _TOP + tall + 36 + number // columns * 14
            parts.append(f"<rect x='{x}' y='{y - 5}' width='12' height='3' fill='{colour}'/>")
            parts.append(_text(x + 17, y, legend))
    return parts


def _text(x: float, y: float, what: str, anchor: str = "start") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' fill='#9fa7b3' text-anchor='{anchor}'>{escape(what)}</text>"


def _ceiling(value: float) -> float:
    """A round number that is not below it."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return power * next(each for each in (1, 2, 4, 5, 8, 10) if each * power >= value * 0.999)


def _shown(value: float, unit: str) -> str:
    value = value * 100 if unit == "percentunit" else value
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}{_UNITS.get(unit, '')}"
