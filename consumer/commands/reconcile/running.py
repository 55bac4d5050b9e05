"""One run of `reconcile`: it reads, asks, prints, and repairs if it is told to."""

from __future__ import annotations

import sys
from functools import partial

import click

from consumer.commands.dead_letters.remapping import remapping
from consumer.commands.exits import print_error
from consumer.commands.reconcile.preparing import Plan
from consumer.commands.reconcile.printing import print_found, print_summary
from consumer.commands.reconcile.reading import ConsentTopics, Topics, consent_topics
from consumer.commands.reconcile.reconciling import Found, consent_readers, reconcile, without_later
from consumer.commands.reconcile.repairing import repair, why_not_repaired
from consumer.commands.reconcile.rewriting import Repaired
from consumer.commands.reconcile.waiting import QuotaWait
from consumer.commands.rehearse.reading import taken_topics
from consumer.commands.rehearse.screen import bars
from consumer.config.model import Config
from consumer.kafka.topics import ensure_topics


def run(  # noqa: PLR0913 - the command's options
    config: Config,
    plan: Plan,
    since_ms: int,
    sample: int | None,
    *,
    repair: bool,
    ask: bool,
    show_values: bool,
) -> bool:
    """Whether all could be compared, and none differs.

    Args:
        config: the configuration.
        plan: what is compared.
        since_ms: words since then, ms since the epoch.
        sample: about how many customers Bluecore is asked; None: all.
        repair: what differs is sent again.
        ask: only after a question.
        show_values: the customers are named.

    Raises:
        ExpectedError: Kafka, the registry or the token service cannot be used.
    """
    topics, missing = taken_topics(config)
    names = [name for name in topics if any(route.takes(name) for route in plan.routes)]
    absent = {name: why for name, why in missing.items() if any(route.topic == name for route in plan.routes)}
    for name, why in absent.items():
        print_error(f"{name}: {why}")
    # On a terminal there are bars.
    quota = QuotaWait(lambda sentence: None if sys.stderr.isatty() else print_error(sentence))
    with (
        consent_readers(config, plan.destinations, quota) as (readers, stop),
        consent_topics(config, plan.routes) as consents,
    ):
        with bars() as progress:
            read = consents.read(names, since_ms, progress)
            found = reconcile(read, readers, stop, progress, quota, sample=sample)
        without_later(found, consents, read, names)
        print_found(found, config, show_values=show_values)
        repaired = _repaired(config, found, consents, read, names, ask=ask) if repair and found.differences else None
    print_summary(found, repaired)
    return not (found.differences or found.unreadable or found.not_asked or absent)


def _repaired(  # noqa: PLR0913 - what is repaired, and with what
    config: Config, found: Found, consents: ConsentTopics, read: Topics, names: list[str], *, ask: bool
) -> Repaired:
    able = sum(not why_not_repaired(each) for each in found.differences)
    if able and ask:
        what = f"Send {able:,} of {len(found.differences):,} consents again, through the retry topic?"
        click.confirm(what, abort=True, err=True)
        # It may have been a while.
        without_later(found, consents, read, names)
    with remapping(config) as mapped, bars() as progress:
        partitions = ensure_topics(config.kafka, config.own_topics)
        again = partial(progress, "written again")
        return repair(config, found.differences, consents, read, mapped, partitions, again)
