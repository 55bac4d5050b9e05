"""What the bench prints: ratios first, of the same round each, as whatever else the machine does meets all alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from tests.bench.contenders import Contender
from tests.bench.latency import RATE, Latency
from tests.bench.measuring import Throughput, middle

Runs = Mapping[Contender, Sequence[Throughput]]
_NAMES = 36


def ratios(one: Contender, runs: Runs) -> str:
    """A line for each other: how many times as much the one does as it.

    Args:
        one: whose ratios they are.
        runs: of each, those of one round in the same place.
    """
    own = runs[one]
    lines = [f"{'times those of':{_NAMES}}{'events/s':>24}{'events a CPU second':>24}"]
    for each, seen in runs.items():
        if each is one:
            continue
        rates = [here.rate / there.rate for here, there in zip(own, seen, strict=True)]
        costs = [there.cpu / here.cpu for here, there in zip(own, seen, strict=True)]
        lines.append(f"{each.name:{_NAMES}}{_spread(rates, 2):>24}{_spread(costs, 2):>24}")
    return f"{one.name}, the median of {len(own)}, with the least and the most:\n" + "\n".join(lines)


def figures(runs: Runs, latencies: Mapping[Contender, Sequence[Latency]]) -> str:
    """A line for each: its rate, cost and memory, and the latency of those of which that was measured."""
    steady = f"{f'p50 ms at {RATE}/s':>18}{'p99':>18}"
    lines = [f"{'':{_NAMES}}{'events/s':>26}{'CPU µs an event':>20}{steady}{'MB':>6}"]
    for each, seen in runs.items():
        rates, costs = _spread([run.rate for run in seen]), _spread([run.cpu for run in seen])
        memory = max(run.memory for run in seen)
        late = latencies.get(each, ())
        half, most = (_spread([getattr(run, name) for run in late]) for name in ("p50", "p99"))
        lines.append(f"{each.name:{_NAMES}}{rates:>26}{costs:>20}{half:>18}{most:>18}{memory:>6.0f}")
    return "\n".join(lines)


def distances(name: str, seen: Mapping[str, Sequence[Throughput]]) -> str:
    """A line for each place of the endpoint, with its cost as a multiple of the first one's."""
    first = next(iter(seen.values()))
    lines = [f"{name + ', its endpoint':42}{'events/s':>26}{'CPU µs an event':>20}{'times':>22}{'core':>6}"]
    for place, runs in seen.items():
        rates, costs = _spread([run.rate for run in runs]), _spread([run.cpu for run in runs])
        times = _spread([run.cpu / near.cpu for run, near in zip(runs, first, strict=True)], 2)
        lines.append(f"{place:42}{rates:>26}{costs:>20}{times:>22}{middle(runs).share:>6.0%}")
    return "\n".join(lines)


def _spread(values: Sequence[float], digits: int = 0) -> str:
    if not values:
        return "-"
    return f"{median(values):,.{digits}f} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"
