"""What a run has seen is one table, in which nothing is left out."""

from __future__ import annotations

from tests.k8s.catalogue import CHECKS
from tests.k8s.check import Bench, Check, NotToBeHad, made
from tests.k8s.recipe.trim_keda import kept_cases
from tests.k8s.report import BEGIN, table

NOWHERE: Bench = None  # type: ignore[assignment]  # these checks need none


def _fails(_: Bench) -> str:
    raise AssertionError("two pods\nare | not ready")


def _cannot(_: Bench) -> str:
    raise NotToBeHad("no network of the pods' own")


def test_each_check_is_a_row_also_one_that_fails_or_cannot_be_made() -> None:
    checks = (
        Check("a", "install", lambda _: "two pods"),
        Check("b", "upgrade", _fails),
        Check("c", "NetworkPolicy", _cannot),
    )
    rows = table(made(check, NOWHERE) for check in checks).splitlines()
    assert rows[0] == BEGIN
    assert rows[2:] == [
        "| install | works | 0 | two pods |",
        "| upgrade | **fails** | 0 | two pods are \\| not ready |",
        "| NetworkPolicy | **not to be had** | 0 | no network of the pods' own |",
    ]


def test_the_checks_have_names_of_their_own() -> None:
    names = [check.name for check in CHECKS]
    assert len(names) == len(set(names))


def test_of_kedas_scalers_kafkas_is_kept() -> None:
    source = 'a\n\tswitch triggerType {\n\tcase "aws":\n\t\tb\n\tcase "kafka":\n\t\tc\n\tdefault:\n\t\td\n'
    assert kept_cases(source) == 'a\n\tswitch triggerType {\n\tcase "kafka":\n\t\tc\n\tdefault:\n\t\td\n'
