"""What the bench prints: ratios of the same round, with their range."""

from __future__ import annotations

from tests.bench.contenders import Contender
from tests.bench.latency import Latency
from tests.bench.measuring import Throughput
from tests.bench.report import distances, figures, ratios

OURS, THEIRS = Contender("ours", lambda _: []), Contender("theirs", lambda _: [])


def run(rate: float, cpu: float) -> Throughput:
    return Throughput(rate, cpu, 0.5, 100)


RUNS = {
    OURS: [run(1000, 50), run(900, 40), run(800, 80)],
    THEIRS: [run(500, 100), run(900, 60), run(200, 240)],
}


def test_a_ratio_is_of_one_round_and_stands_with_its_range() -> None:
    said = ratios(OURS, RUNS).splitlines()

    assert said[0] == "ours, the median of 3, with the least and the most:"
    assert said[2].split("  ")[0] == "theirs"
    assert "2.00 (1.00 to 4.00)" in said[2]
    assert "2.00 (1.50 to 3.00)" in said[2]


def test_whose_latency_was_not_measured_has_none() -> None:
    _, ours, theirs = figures(RUNS, {OURS: [Latency(1.4, 9.6)]}).splitlines()

    assert "10 (10 to 10)" in ours
    assert theirs.split()[-3:-1] == ["-", "-"]


def test_a_distance_is_compared_with_the_first_of_its_round() -> None:
    said = distances("ours", {"near": RUNS[OURS], "far": RUNS[THEIRS]}).splitlines()

    assert "1.00 (1.00 to 1.00)" in said[1]
    assert "2.00 (1.50 to 3.00)" in said[2]
