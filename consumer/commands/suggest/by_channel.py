"""Consents by channel: a route for e-mail, and one for text messages, which only Bluecore's REST APIs take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from consumer.commands.suggest.channels import Channel, channel_of, speaks_of_mail, speaks_of_sms
from consumer.commands.suggest.choices import Choice, consent_of
from consumer.commands.suggest.hints import moment_of, phone_hints
from consumer.commands.suggest.leaves import Contents
from consumer.commands.suggest.matching import DOUBTFUL, EvidenceOf, Match
from consumer.commands.suggest.suggestion import UNKNOWN, Mapped, Suggestion
from consumer.records import CONSENTS

_NEEDS_REST: Final = (
    "these consents are for text messages, which the Events API does not take: give bluecore.rest_api, "
    "then take this route over"
)


def by_channel(
    made: Suggestion, contents: Contents, found: Mapping[str, Match], evidence_of: EvidenceOf, *, rest_api: bool
) -> list[Suggestion]:
    """The routes of consents, one for each channel; of other events the one that was made.

    Args:
        made: the route as if all were for e-mail.
        contents: of the records.
        found: Bluecore's fields among them.
        evidence_of: what real records say of a path.
        rest_api: whether the configuration has `bluecore.rest_api`.
    """
    if made.event is None or made.event.event not in CONSENTS:
        return [made]
    split = _Split(made, contents, found, evidence_of, rest_api=rest_api)
    channel = channel_of(contents, evidence_of)
    return list(split.without_channel() if channel is None else split.with_channel(channel))


class _Split:
    def __init__(
        self,
        made: Suggestion,
        contents: Contents,
        found: Mapping[str, Match],
        evidence_of: EvidenceOf,
        *,
        rest_api: bool,
    ) -> None:
        self._made = made
        self._contents = contents
        self._evidence_of = evidence_of
        self._rest_api = rest_api
        phone = found.get("phone")
        self._phone = phone.leaf if phone is not None and phone.points >= DOUBTFUL else None
        self._country = found.get("country")

    def with_channel(self, channel: Channel) -> Iterator[Suggestion]:
        made = self._made
        made.conditions = [each for each in made.conditions if not each[0].startswith(f"{channel.path} ==")]
        made.unused = [path for path in made.unused if path != channel.path]
        if channel.others and (channel.mail or channel.sms):
            made.notes.append(f"{channel.path}: not sent are those of {', '.join(channel.others)}")
        if not channel.mail and not channel.sms:
            if self._is_unknown(channel):
                made.conditions.append(
                    (f"{channel.path} == '{UNKNOWN}'", "if it holds consents of other channels, too")
                )
                yield made
                return
            values = f" ({', '.join(channel.others)})" if channel.others else ""
            made.to_decide = (
                f"which values of {channel.path}{values} are e-mail? Add a `when` with them: a consent to anything "
                "else is none to e-mails"
            )
            yield made
            return
        if channel.mail:
            when = {"when": _is_one_of(channel.path, channel.mail)}
            yield self._by("email", when) if self._rest_api else self._with_options(when)
        if channel.sms:
            yield self._by("phone_number", {"when": _is_one_of(channel.path, channel.sms)}, last=bool(channel.mail))

    def _is_unknown(self, channel: Channel) -> bool:
        """Whether no record was seen, and neither a phone nor a name speaks of another channel than e-mail."""
        named = (self._made.topic, self._contents.record)
        silent = not (channel.others or channel.listed) and not self._evidence_of(channel.path).filled
        return silent and self._phone is None and not speaks_of_sms(named)

    def without_channel(self) -> Iterator[Suggestion]:
        made, event = self._made, self._made.event
        choice = event.choice if event is not None else None
        of_mail = choice is not None and speaks_of_mail([choice.path])
        named = (made.topic, self._contents.record)
        if not of_mail and speaks_of_sms(named):
            if speaks_of_mail(named):
                made.to_decide = "its names speak of e-mail and of text messages: which of both is a record's?"
                yield made
            else:
                yield self._by("phone_number", {})
            return
        if "email" not in made.fields and self._phone is not None:
            yield self._by("phone_number", {})
            return
        yield made
        if (flag := self._sms_flag()) is not None:
            yield self._by("phone_number", {}, flag, last=True)

    def _sms_flag(self) -> Choice | None:
        """What decides a consent to text messages that stands beside one to e-mails."""
        found = [
            choice
            for leaf in self._contents.leaves
            if speaks_of_sms(leaf.names) and (choice := consent_of(leaf, self._evidence_of)) is not None
        ]
        return found[0] if len(found) == 1 and self._phone is not None else None

    def _with_options(self, options: Mapping[str, Any]) -> Suggestion:
        return replace(self._made, options={**options, **self._made.options})

    def _by(
        self, identity: str, options: Mapping[str, Any], choice: Choice | None = None, *, last: bool = False
    ) -> Suggestion:
        """By the Eligibility API; `last`: what is not sent stands with the route before."""
        made, mail = self._made, identity == "email"
        fields = {"email": made.fields["email"]} if mail and "email" in made.fields else {}
        if not mail and self._phone is not None:
            fields[identity] = Mapped(self._phone.path, self._phone.path)
        moment = moment_of(self._contents, made.paths(), self._evidence_of)
        if moment is not None:
            fields["consented_at"] = moment
        event = made.event
        if choice is not None and event is not None:
            event = replace(event, choice=choice, undecided=(), how_sure="likely", weak=False)
        read = {each.path for each in fields.values()}
        notes = [] if last else list(made.notes)
        if (
            not mail
            and event is not None
            and "optin" in (event.choice.values.values() if event.choice else [event.event])
        ):
            notes.append("`signup` in place of `optin` has Bluecore ask for a confirmation by text message")
        own = {name: value for name, value in made.options.items() if mail or name != "normalise_email"}
        phone = None if mail else self._phone
        return Suggestion(
            made.topic,
            made.record,
            event,
            fields=fields,
            options={"api": "eligibility", **options, **own},
            deciding=[] if choice is not None else list(made.deciding),
            missing=[] if identity in fields else [identity],
            conditions=list(made.conditions),
            hints=phone_hints(made.topic, phone, self._country, self._evidence_of) if phone is not None else [],
            withheld=[] if last else _without(made.withheld, read),
            unused=[] if last else _without(made.unused, read),
            notes=notes,
            to_decide=made.to_decide or ("" if mail or self._rest_api else _NEEDS_REST),
        )


def _without(paths: Iterable[str], read: set[str]) -> list[str]:
    return [path for path in paths if path not in read]


def _is_one_of(path: str, values: Iterable[str]) -> str:
    return " || ".join(f"{path} == '{each}'" for each in values)
