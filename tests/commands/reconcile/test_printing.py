"""On a terminal there is a table, the withdrawals first, and a sentence with the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from consumer.bluecore.consent_differences import Kind
from consumer.bluecore.consent_states import ConsentState, Status
from consumer.commands.reconcile.judging import Difference
from consumer.commands.reconcile.printing import print_found, print_summary
from consumer.commands.reconcile.reconciling import Found
from consumer.commands.reconcile.rewriting import Repaired
from consumer.commands.reconcile.words import Consent, Word
from consumer.config.model import Config
from consumer.records import Partition
from tests.support.configs import SOUND


def difference(kind: Kind, customer: str) -> Difference:
    event, status = ("unsubscribe", "SUBSCRIBED") if kind is Kind.STILL_SUBSCRIBED else ("optin", "UNSUBSCRIBED")
    word = Word(event, 1_000, told=False, queued=True, partition=Partition("shop.consents", 3), offset=1842)
    return Difference(kind, Consent("outlet", customer), word, ConsentState(Status(status), 500, "upload"))


@pytest.fixture
def found() -> Found:
    kinds = [(Kind.NOT_SUBSCRIBED, "ali@shop.com"), (Kind.STILL_SUBSCRIBED, "jane@shop.com")]
    return Found(checked=1_200, differences=[difference(*each) for each in kinds], on_their_way=3)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """What stands on it since the last look; stdout is one from the first look on."""
    monkeypatch.setenv("COLUMNS", "200")

    def look() -> str:
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        whole = capsys.readouterr()
        return whole.out + whole.err

    return look


def test_the_table_and_its_counts(found: Found, terminal: Callable[[], str]) -> None:
    terminal()
    config = Config.model_validate({**SOUND, "destinations": {"outlet": {"namespace": "outlet"}}})
    print_found(found, config, show_values=True)
    *table, sentence = terminal().rstrip().splitlines()
    assert sentence == "1,200 consents checked, 2 differences (1 still subscribed, 1 not subscribed), 3 on their way"
    assert [line.split()[:5] for line in table if "shop.com" in line] == [
        ["outlet", "jane@shop.com", "email", "marketing", "unsubscribed"],
        ["outlet", "ali@shop.com", "email", "marketing", "subscribed"],
    ]


def test_a_text_message_is_another_channel_and_one_is_no_several(terminal: Callable[[], str]) -> None:
    terminal()
    each = difference(Kind.STILL_SUBSCRIBED, "+14155550100")
    each = each._replace(consent=each.consent._replace(message_type="TRANSACTIONAL"))
    print_found(Found(checked=1, differences=[each]), Config.model_validate(SOUND), show_values=True)
    *table, sentence = terminal().rstrip().splitlines()
    assert sentence == "1 consent checked, 1 difference (1 still subscribed), 0 on their way"
    assert any(line.split()[:4] == ["+14155550100", "sms", "transactional", "unsubscribed"] for line in table)


def test_no_customer_is_named_unless_that_is_asked_for(found: Found, terminal: Callable[[], str]) -> None:
    terminal()
    print_found(found, Config.model_validate(SOUND), show_values=False)
    assert "@" not in terminal()


def test_what_was_repaired_is_a_sentence(found: Found, terminal: Callable[[], str]) -> None:
    terminal()
    print_summary(found, Repaired(sent=2))
    assert terminal() == (
        "2 consents written to the retry topic: the running service sends them from 30 seconds on; run this again in "
        "16 minutes, when Bluecore has stored what is queued\n"
    )


def test_where_nothing_was_repaired_it_is_said_why(found: Found, terminal: Callable[[], str]) -> None:
    terminal()
    print_summary(found, Repaired(left=Counter(newer_there=2)))
    assert terminal() == "nothing was written to the retry topic: 2 newer_there\n"


def test_where_nothing_could_be_compared_it_is_asked_whether_the_service_runs(
    found: Found, terminal: Callable[[], str]
) -> None:
    terminal()
    found.checked, found.differences = 0, []
    print_found(found, Config.model_validate(SOUND), show_values=False)
    assert "3 consents on the way, and none that could be compared: does the service run, as the group" in terminal()
