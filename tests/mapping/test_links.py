"""Each link is sent once, by the record that showed it first."""

from __future__ import annotations

from consumer.mapping.links import LinkCache


def test_the_first_record_carries_the_link_and_the_next_do_not() -> None:
    links = LinkCache()
    assert links.claim("device-7", "a@b.com", 1)
    assert not links.claim("device-7", "a@b.com", 2)


def test_a_record_that_is_mapped_again_carries_it_again() -> None:
    links = LinkCache()
    assert links.claim("device-7", "a@b.com", 1)
    assert links.claim("device-7", "a@b.com", 1)


def test_a_shared_device_is_linked_anew_to_each_customer() -> None:
    links = LinkCache()
    assert links.claim("device-7", "a@b.com", 1)
    assert links.claim("device-7", "c@d.com", 2)
    assert links.claim("device-7", "a@b.com", 3)


def test_the_id_that_was_not_seen_for_longest_is_forgotten() -> None:
    links = LinkCache(capacity=2)
    links.claim("one", "a@b.com", 1)
    links.claim("two", "a@b.com", 2)
    links.claim("one", "a@b.com", 3)
    links.claim("three", "a@b.com", 4)
    assert len(links) == 2
    assert not links.claim("one", "a@b.com", 5)
    assert links.claim("two", "a@b.com", 6)
