"""The rehearsal as a page of its own: for those who would rather look, and who do not run it themselves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, tostring

from consumer.commands.preview.views import SKIPPED
from consumer.commands.rehearse.occasion import Occasion
from consumer.commands.rehearse.paces import DAY, paces, shown
from consumer.commands.rehearse.quotas import loads
from consumer.commands.rehearse.rehearsal import Rehearsal
from consumer.commands.rehearse.report import place_of
from consumer.commands.rehearse.tally import Row, RowKey
from consumer.config.model import Config

_STYLE: Final = Path(__file__).with_name("page.css")
_IN_WORDS: Final = {
    "undecodable": "cannot be read",
    "unroutable": "no route takes it",
    "missing_field": "a required value is missing",
    "invalid_field": "a value is not what it has to be",
    "too_old": "older than Bluecore takes",
    "too_large": "larger than Bluecore takes",
    "encrypted": "encrypted, and cannot be decrypted here",
}


def write_page(rehearsal: Rehearsal, config: Config, occasion: Occasion, file: Path) -> None:
    """Writes the page: one file that needs no other.

    Raises:
        OSError: the file cannot be written.
    """
    page = tostring(_page(rehearsal, config, occasion), "unicode", method="html")
    file.write_text(f"<!doctype html>\n{page}\n", encoding="utf-8")


def _page(rehearsal: Rehearsal, config: Config, occasion: Occasion) -> Element:
    several = bool(config.destinations)
    parts = (
        _header(rehearsal, occasion),
        _loads(rehearsal, config),
        _routes(rehearsal, several=several),
        _profiles(rehearsal),
        _hints(rehearsal),
        _problems(rehearsal),
    )
    return _element(
        "html",
        _element(
            "head",
            _element("meta", charset="utf-8"),
            _element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            _element("title", "What Bluecore would get"),
            _element("style", _STYLE.read_text(encoding="utf-8")),
        ),
        _element("body", _element("main", *chain.from_iterable(parts))),
        lang="en",
    )


def _header(rehearsal: Rehearsal, occasion: Occasion) -> Iterator[Element]:
    tally = rehearsal.tally
    pace = tally.requests_per_second()
    yield _element("h1", "What Bluecore would get")
    lead = f"{occasion.in_words(tally)} Nothing was sent."
    yield _element("p", lead, classes="lead")
    figures = [
        (f"{tally.read:,}", "records looked at", ""),
        (_share(tally.sent, tally.judged), "would be sent", "sent"),
        (_share(tally.skipped, tally.judged), "skipped on purpose", "skipped"),
        (_share(tally.rejected, tally.judged), "would be refused", "refused"),
    ]
    if pace:
        figures.append((f"{pace * DAY:,.0f}", "events a day, at this pace", ""))
    yield _element(
        "div",
        *(
            _element("div", _element("strong", figure, classes=kind), _element("span", words), classes="figure")
            for figure, words, kind in figures
        ),
        classes="figures",
    )


def _loads(rehearsal: Rehearsal, config: Config) -> Iterator[Element]:
    found = paces(rehearsal.tally, config)
    if any(each.requests for each in found.values()):
        yield from _listed("By destination", [f"{shown(name)}: {each.in_words()}" for name, each in found.items()])
    if by_api := loads(rehearsal.tally, config):
        yield from _listed("By the APIs that answer", [each.in_words(name) for name, each in by_api.items()])


def _listed(title: str, lines: list[str]) -> Iterator[Element]:
    yield _element("h2", title)
    yield _element("ul", *(_element("li", line) for line in lines))


def _routes(rehearsal: Rehearsal, *, several: bool) -> Iterator[Element]:
    yield _element("h2", "By event")
    for key, row in rehearsal.tally.ordered():
        yield _element("section", *_route(key, row, several=several), classes="route")


def _route(key: RowKey, row: Row, *, several: bool) -> Iterator[Element]:
    name = key.event or ("no event" if key.route is None else "event not known")
    where = f" to {shown(key.destination)}" if several and key.destination is not None else ""
    yield _element("h3", f"{name} ", _element("small", f"from {key.topic}{where}"))
    if row.paused:
        yield _element("p", "This route is paused, and nothing of it is sent now. Once it goes on:", classes="counts")
    parts = [("sent", row.send), ("skipped", row.skip.total()), ("refused", row.rejected)]
    label = ", ".join(f"{_share(count, row.read)} {kind}" for kind, count in parts if count)
    yield _element(
        "div",
        *(
            _element("i", classes=kind, style=f"width:{count / row.read:.4%}", title=f"{count:,} {kind}")
            for kind, count in parts
            if count
        ),
        classes="bar",
        role="img",
        **{"aria-label": label},
    )
    yield _element("p", f"{row.read:,} records: {label}", classes="counts")
    if row.skip:
        why = "; ".join(f"{count:,}: {SKIPPED[reason]}" for reason, count in row.skip.most_common())
        yield _element("p", f"Skipped on purpose: {why}", classes="counts")
    if row.omitted:
        left_out = ", ".join(f"{field} of {count:,}" for field, count in row.omitted.most_common())
        yield _element("p", f"Sent without what could not be read: {left_out}", classes="counts")
    refusals = row.commonest()
    if refusals:
        yield _element(
            "ul",
            *(
                _element(
                    "li",
                    _element("b", f"{each.count:,} "),
                    f"{_IN_WORDS.get(each.reason, each.reason)}: {each.message} ",
                    _element("code", place_of(each)),
                )
                for each in refusals
            ),
        )


def _profiles(rehearsal: Rehearsal) -> Iterator[Element]:
    customers = rehearsal.customers
    if customers.attributes:
        yield _element("h2", "New customer attributes")
        yield _element("p", "Bluecore creates each of them for good.")
        yield _element(
            "table",
            _row("th", "attribute", "type", "filled"),
            *(
                _row("td", name, " or ".join(sorted(each.types)), _percent(each.share))
                for name, each in customers.attributes.items()
            ),
        )
    if customers.unlinked:
        yield _element("h2", "Customers that Bluecore would not know")
        yield _element(
            "p",
            f"{customers.unlinked:,} ids are no e-mail address, and nothing in these records links them to one: "
            "their events reach no profile until something does: an identify event, or link_identities in a route "
            "whose records have both.",
        )


def _hints(rehearsal: Rehearsal) -> Iterator[Element]:
    if lines := [each.in_words() for each in rehearsal.hints.told()]:
        yield from _listed("What may be meant otherwise", lines)


def _problems(rehearsal: Rehearsal) -> Iterator[Element]:
    if rehearsal.tally.problems:
        yield _element("h2", "What could not be looked at")
        yield _element("ul", *(_element("li", f"{topic}: {why}") for topic, why in rehearsal.tally.problems.items()))


def _row(tag: str, *cells: str) -> Element:
    return _element("tr", *(_element(tag, cell) for cell in cells))


def _share(count: int, of: int) -> str:
    """In percent; of few, to a tenth, so that a little is never nothing."""
    return _percent(count / of if of else 0.0)


def _percent(part: float) -> str:
    share = 100 * part
    exact = 0 < share < 10 or 90 < share < 100  # noqa: PLR2004 - where a tenth of a percent is of interest
    return f"{share:.1f} %" if exact else f"{share:.0f} %"


def _element(tag: str, *children: Element | str, classes: str = "", **attributes: str) -> Element:
    made = Element(tag, attributes | ({"class": classes} if classes else {}))
    last: Element | None = None
    for child in children:
        if isinstance(child, Element):
            made.append(child)
            last = child
        elif last is None:
            made.text = (made.text or "") + child
        else:
            last.tail = (last.tail or "") + child
    return made
