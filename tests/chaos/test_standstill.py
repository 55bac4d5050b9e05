"""A partition stands still while records of it wait and none is sent; not while nobody could have sent one."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tests.chaos.endpoint import Arrival
from tests.chaos.spans import Span
from tests.chaos.standstill import longest

ALL = Span(0, 1_000_000)


def arrived(**at_ms: int) -> list[Arrival]:
    """Records of partition 0, `r` and their offset, in the order in which they came."""
    return [Arrival(at, f"t:0:{name[1:]}", "jane@example.com", 0, "0-1") for name, at in at_ms.items()]


def standstill(
    visible: Mapping[str, int], came: list[Arrival], put_aside: Collection[str] = (), excused: Collection[Span] = ()
) -> float:
    (seconds,) = longest(visible, came, put_aside, excused, [ALL])
    return seconds


def test_it_is_measured_from_the_record_that_waits_or_the_last_that_came() -> None:
    """An empty partition does not stand still, however long nothing comes."""
    assert standstill({"t:0:0": 1_000, "t:0:1": 60_000}, arrived(r0=1_100, r1=60_200)) == 0.2
    assert standstill({"t:0:0": 1_000, "t:0:1": 1_000}, arrived(r0=1_100, r1=9_100)) == 8.0


def test_another_partition_that_flows_does_not_hide_it() -> None:
    """Each is looked at by itself."""
    other = [Arrival(at, f"t:1:{at}", "joe@example.com", 0, "0-1") for at in range(1_000, 6_000, 100)]
    visible = {"t:0:0": 1_000} | {each.key: each.at_ms for each in other}

    assert standstill(visible, [*other, *arrived(r0=6_000)]) == 5.0


def test_a_record_that_is_overtaken_is_not_its_partition() -> None:
    """While others come, one that waits for its customer's turn is no stand-still."""
    assert standstill({"t:0:0": 0, "t:0:1": 0, "t:0:2": 4_000}, arrived(r1=2_000, r2=4_500, r0=6_000)) == 2.5


def test_what_was_put_aside_waits_elsewhere() -> None:
    """Its partition goes on without it."""
    came = arrived(r1=1_100, r0=61_000)

    assert standstill({"t:0:0": 1_000, "t:0:1": 1_000}, came, put_aside={"t:0:0"}) == 0.1


def test_what_nobody_could_send_does_not_count() -> None:
    """Bluecore was away, or all brokers were."""
    assert standstill({"t:0:0": 1_000}, arrived(r0=11_000), excused=[Span(2_000, 9_000)]) == 3.0


def test_it_is_put_down_to_the_stretch_that_it_lies_in() -> None:
    """One that reaches over the border counts in each with its part."""
    windows = [Span(0, 3_000), Span(3_000, 9_000), Span(9_000, 20_000)]

    assert longest({"t:0:0": 1_000}, arrived(r0=8_000), (), (), windows) == [2.0, 5.0, 0.0]


def test_a_duplicate_is_no_progress() -> None:
    """Only what comes for the first time is."""
    again = Arrival(3_000, "t:0:0", "jane@example.com", 0, "1-1")

    assert standstill({"t:0:0": 0, "t:0:1": 0}, [*arrived(r0=100), again, *arrived(r1=5_100)]) == 5.0
