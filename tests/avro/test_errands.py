"""Errands are run by a thread of their own, each again until it is done, and none waits for another's time."""

from __future__ import annotations

from collections import Counter
from threading import Event

from consumer.avro.errands import Errands
from tests.support.waiting import eventually


def test_what_is_wanted_is_run_at_once_and_once() -> None:
    ran: list[str] = []
    errands: Errands[str] = Errands(ran.append, "test")
    errands.want("a")
    errands.want("b")
    eventually(lambda: ran == ["a", "b"], 10, "both")
    errands.want("a")
    eventually(lambda: ran == ["a", "b", "a"], 10, "a again, as it was wanted again")
    errands.close()
    assert errands.ended(10)


def test_one_that_is_not_done_is_run_again_and_keeps_no_other_waiting() -> None:
    ran: Counter[str] = Counter()

    def run(key: str) -> float | None:
        ran[key] += 1
        return {"late": 3600.0, "soon": 0.01}.get(key) if ran[key] < 4 else None

    errands = Errands(run, "test")
    for key in ("late", "soon", "done"):
        errands.want(key)
    eventually(lambda: ran == {"late": 1, "soon": 4, "done": 1}, 10, "the one that is due soon")
    errands.want("late")
    errands.want("last")
    eventually(lambda: ran["last"], 10, "the last")
    assert ran["late"] == 1, "it was wanted already, and is not due"
    errands.close()


def test_one_that_has_become_due_by_the_clock_is_run_when_it_is_wanted_again() -> None:
    now, ran = [0.0], Counter[str]()

    def run(key: str) -> float:
        ran[key] += 1
        return 60

    errands = Errands(run, "test", clock=lambda: now[0])
    errands.want("a")
    eventually(lambda: ran["a"] == 1, 10, "the first time")
    now[0] = 60

    def again() -> bool:
        errands.want("a")
        return ran["a"] == 2

    eventually(again, 10, "the second time")
    errands.close()


def test_a_closed_one_ends_with_what_is_under_way() -> None:
    under_way, may_end = Event(), Event()
    ran: list[str] = []

    def run(key: str) -> None:
        ran.append(key)
        under_way.set()
        may_end.wait(10)

    errands = Errands(run, "test")
    errands.want("a")
    assert under_way.wait(10)
    errands.want("b")
    errands.close()
    assert not errands.ended(0)
    may_end.set()
    assert errands.ended(10)
    assert ran == ["a"]
