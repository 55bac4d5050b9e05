"""What keeps the memory of a sandbox bounded."""

from __future__ import annotations

from consumer.sandbox.bounded import MOST_NAME, BoundedMapping, memory_size, short_name


def test_a_name_of_usual_length_is_kept_as_it_is() -> None:
    assert short_name("x" * MOST_NAME) == "x" * MOST_NAME


def test_long_names_are_cut_and_still_told_apart() -> None:
    one, other = short_name("x" * 10_000 + "1"), short_name("x" * 10_000 + "2")
    assert one != other
    assert len(one) == len(other) == MOST_NAME


def test_beyond_the_most_entries_the_oldest_is_forgotten_and_given() -> None:
    kept: BoundedMapping[int] = BoundedMapping(2)
    assert [kept.put(name, number) for number, name in enumerate("abc")] == [[], [], [("a", 0)]]
    assert list(kept) == ["b", "c"]


def test_beyond_the_most_bytes_the_oldest_are_forgotten() -> None:
    kept: BoundedMapping[str] = BoundedMapping(1_000, most_bytes=10_000)
    for number in range(1_000):
        kept.put(str(number), "x" * 1_000)
    assert kept.size <= 10_000
    assert list(kept) == [str(number) for number in range(1_000 - len(kept), 1_000)]


def test_the_account_follows_what_is_put_replaced_and_dropped() -> None:
    kept: BoundedMapping[object] = BoundedMapping(10)
    kept.put("a", "x" * 1_000)
    assert kept.size > 1_000
    kept.put("a", {"line": "x" * 5_000})
    assert kept.size > 5_000
    kept.put("a", 1)
    assert kept.size < 500
    kept.drop("a")
    kept.drop("a")
    assert kept.size == 0


def test_a_key_that_is_put_again_keeps_its_place() -> None:
    kept: BoundedMapping[int] = BoundedMapping(10)
    for name in ("a", "b", "a"):
        kept.put(name, 0)
    assert list(kept) == ["a", "b"]


def test_an_object_is_measured_with_what_it_holds() -> None:
    assert memory_size({"name": "x" * 1_000}) > memory_size({"name": ""}) + 999
