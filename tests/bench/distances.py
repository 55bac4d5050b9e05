"""What an event costs the service by how far away its endpoint is, and over what it is reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from tests.bench.contenders import Contender, Run
from tests.bench.ground import Ground
from tests.bench.measuring import Throughput, throughput
from tests.bench.sinks import DELAY_SECONDS

_USUAL = 64
FAR = (128, 512)


def distances(  # noqa: PLR0913, PLR0917 - what is measured, where and for how long
    place: Ground, topic: str, rounds: int, seconds: float, service: Contender, over_tls: Contender
) -> Mapping[str, Sequence[Throughput]]:
    """Each in its turn, round after round; the first is the endpoint that answers at once, over plain HTTP."""
    near = partial(Run, place, topic, place.sinks.fast)
    runs: dict[str, tuple[Contender, Callable[[], Run]]] = {
        f"answers at once, {_USUAL} in flight": (service, partial(near, _USUAL)),
        f"the same over TLS 1.3, {_USUAL} in flight": (over_tls, partial(near, _USUAL)),
    }
    for most in FAR:
        far = partial(Run, place, topic, place.sinks.slow, most)
        runs[f"{DELAY_SECONDS * 1000:.0f} ms away, {most} in flight"] = (service, far)
    seen: dict[str, list[Throughput]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, (contender, run) in runs.items():
            seen[name].append(throughput(contender, run(), seconds))
    return seen
