"""Suggestions as YAML: routes to be taken over, and comments on what a person has to decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any, Final

import yaml

from consumer.commands.suggest.checking import route_of
from consumer.commands.suggest.suggestion import UNKNOWN, Mapped, Suggestion
from consumer.config.yaml_scalars import Dumper
from consumer.mapping.names import as_yaml

_WIDTH: Final = 110
_COMMENT_COLUMN: Final = 46


def written(made: Suggestion, refused: Sequence[str]) -> str:
    """One route, with an empty line behind it; a comment as a whole where it is no route yet.

    Args:
        made: the suggestion.
        refused: what `check` says against it.
    """
    lines = [
        "",
        *_heading(made, refused),
        *_route(made, commented=bool(refused) or not _is_ready(made)),
        *_ending(made),
    ]
    return "\n".join(lines) + "\n"


def _is_ready(made: Suggestion) -> bool:
    """Whether it can be taken over as it is: a wrong guess of a consent writes to people who want nothing."""
    guessed = made.event is not None and not made.event.undecided and not made.event.weak
    return guessed and not made.to_decide and not made.missing


def _heading(made: Suggestion, refused: Sequence[str]) -> Iterator[str]:
    what = made.topic if made.record is None else f"{made.topic}, {made.record}"
    if made.event is None:
        yield from comment(f"{what}: nothing in it speaks for an event of Bluecore. Leave it out, or name the event.")
        return
    sure = made.event.how_sure
    why = "; ".join(made.event.why)
    yield from comment(f"{what}: {made.event.event}, {sure}: {why}.")
    if made.event.undecided:
        yield from comment("REQUIRED: which value is a consent? Choose the event by it, with `skip` for all others:")
        for path, values in made.deciding:
            yield from comment(f"  {path}: {', '.join(map(as_yaml, values)) or 'its values are not known'}")
    elif made.event.weak:
        yield from comment("REQUIRED: is it this event? Its names do not say so; take the route over if it is.")
    if made.to_decide:
        yield from comment(f"REQUIRED: {made.to_decide}.".replace("?.", "?"))
    if made.missing:
        yield from comment(
            f"REQUIRED and not found: {', '.join(made.missing)}. Name the path of each, or leave it out."
        )
    elif refused:
        yield from comment(f"`check` refuses it so far: {'; '.join(dict.fromkeys(refused))}")


def _route(made: Suggestion, *, commented: bool) -> Iterator[str]:
    route = route_of(made)
    if made.deciding:
        path, values = made.deciding[0]
        route["event"] = {"path": path, "values": dict.fromkeys(values or (UNKNOWN,), UNKNOWN)}
    mark = "# " if commented else ""
    for number, (key, value) in enumerate(route.items()):
        start = "- " if number == 0 else "  "
        if key in {"fields", "attributes"}:
            note = "Bluecore creates each new attribute for good" if key == "attributes" else ""
            yield f"  {mark}{start}{_with_note(f'{key}:', note)}"
            found = made.fields if key == "fields" else made.attributes
            yield from (f"  {mark}    {_line(name, value[name], each)}" for name, each in found.items())
        else:
            yield f"  {mark}{start}{key}: {_scalar(value)}"
        if key == "event":
            for expression, why in made.conditions:
                yield f"  {mark}  {_with_note(f'# when: {_scalar(expression)}', why)}"
            for option, hint, why in made.hints:
                yield f"  {mark}  {_with_note(f'# {option}: {_scalar(hint)}', why)}"
    if route:
        yield from (f"  {mark}    # {name}: ?" for name in made.missing)


def _ending(made: Suggestion) -> Iterator[str]:
    yield from (line for note in made.notes for line in comment(note))
    if made.withheld:
        yield from comment(f"Personal data, not sent: {', '.join(made.withheld)}")
    if made.unused:
        yield from comment(f"Not sent: {', '.join(made.unused)}")


def _line(name: str, source: Any, found: Mapped) -> str:
    return _with_note(f"{name}: {_scalar(source)}", found.note)


def _with_note(text: str, note: str) -> str:
    return f"{text:<{_COMMENT_COLUMN - 1}} # {note}" if note else text


def _scalar(value: Any) -> str:
    """In one line, so that it can stand behind its key."""
    text: str = yaml.dump(
        value, Dumper=Dumper, default_flow_style=True, width=float("inf"), allow_unicode=True, sort_keys=False
    )
    return text.removesuffix("...\n").strip()


def comment(text: str) -> Iterator[str]:
    """A sentence as lines of a comment, within `routes`."""
    return (f"  # {line}" for line in wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False))
