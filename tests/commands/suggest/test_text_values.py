"""What texts of one field have in common."""

from __future__ import annotations

import pytest

from consumer.commands.suggest.regions import region_in_topic, region_of_country
from consumer.commands.suggest.text_values import form_of_days, region_of_phones


@pytest.mark.parametrize(
    ("texts", "form", "unsure"),
    [
        (["31.12.1980", "01.02.1990"], "%d.%m.%Y", ""),
        (["31/12/1980", "01/02/1990"], "%d/%m/%Y", ""),
        (["12/31/1980", "01/02/1990"], "%m/%d/%Y", ""),
        (["01/02/1990"], "", "%d/%m/%Y"),
        (["31-12-1980"], "%d-%m-%Y", ""),
        (["19801231"], "%Y%m%d", ""),
        (["1980-12-31"], "", ""),
        (["31.12.1980", "1980-12-31"], "", ""),
        (["soon"], "", ""),
        ([], "", ""),
    ],
)
def test_the_form_of_days_is_one_that_all_have(texts: list[str], form: str, unsure: str) -> None:
    """Where the day and the month may be the other way round, it is only a likely one."""
    assert form_of_days(texts) == (form, unsure)


def test_the_country_of_phones_is_that_of_most() -> None:
    assert region_of_phones(["+31612345678", "+31201234567", "+4915123456789", "0612345678"]) == "NL"
    assert region_of_phones(["0612345678", "+", "+1"]) == ""


def test_a_country_is_known_by_its_code_and_its_names() -> None:
    assert [region_of_country(each) for each in ("de", "Deutschland", "España", "Atlantis", "")] == [
        "DE",
        "DE",
        "ES",
        "",
        "",
    ]


def test_a_topic_says_a_country_only_where_no_other_word_is_meant() -> None:
    names = ("shop.de.kunden", "klanten-nl", "it.customers", "db.us.orders", "de.nl.customers", "shop.germany.users")
    assert [region_in_topic(each) for each in names] == ["DE", "NL", "", "", "", "DE"]
