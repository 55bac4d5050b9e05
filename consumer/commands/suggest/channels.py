"""Of which channel a consent is: one to text messages is none to e-mails, whatever address stands beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from consumer.commands.counts.words import joined, set_of, words_of
from consumer.commands.suggest.choices import values_of
from consumer.commands.suggest.leaves import Contents, Leaf, in_lists
from consumer.commands.suggest.matching import EvidenceOf

_NAMES: Final = set_of("channel channels kanal kanaal kanale kanalen canal canaux canales canale canali medium")
_MAIL: Final = set_of(
    "mail mails newsletter nieuwsbrief courriel correo correoelectronico epost eposta postaelettronica"
)
_SMS: Final = set_of("sms text texts textmessage textmessages txt")
_PLACES: Final = set_of(
    "web website webshop online app ios android store shop instore pos winkel filiale tienda boutique magasin "
    "negozio magaza callcenter checkout desktop api import branch kiosk"
)
"""Where a consent was given: also named a channel, and nothing of what it is for."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A value of the record that says of which channel the consent is.

    Attributes:
        path: the JMESPath.
        mail: its values for e-mail.
        sms: its values for text messages.
        listed: it is a list of channels, or in one: no single value of the record says it.
        others: those for what Bluecore has no consent of, and those that are not understood.
    """

    path: str
    mail: tuple[str, ...] = ()
    sms: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    listed: bool = False


def channel_of(contents: Contents, evidence_of: EvidenceOf) -> Channel | None:
    """The value that names the channel, with nothing in it where its values are not known; None: there is none."""
    found = [
        channel
        for leaf in (*contents.leaves, *in_lists(contents))
        if (channel := _channel(leaf, evidence_of)) is not None
    ]
    return max(found, key=lambda each: (bool(each.sms), bool(each.mail)), default=None)


def names_a_channel(name: str) -> bool:
    return not _NAMES.isdisjoint(words_of(name)) or joined(name).endswith(("channel", "kanal", "kanaal"))


def speaks_of_sms(names: Iterable[str]) -> bool:
    return any("sms" in words_of(name) or "textmessage" in joined(name) for name in names)


def speaks_of_mail(names: Iterable[str]) -> bool:
    return any("email" in joined(name) or not _MAIL.isdisjoint(words_of(name)) for name in names)


def _channel(leaf: Leaf, evidence_of: EvidenceOf) -> Channel | None:
    values = values_of(leaf, evidence_of) if {"string", "array"} & set(leaf.kinds) else ()
    mail = tuple(each for each in values if _is_mail(each) and not _is_sms(each))
    sms = tuple(each for each in values if _is_sms(each) and not _is_mail(each))
    if sms or (names_a_channel(leaf.name) and leaf.kinds != ("boolean",)):
        if values and not (mail or sms) and all(joined(each) in _PLACES for each in values):
            return None
        if "[]" in leaf.path or "array" in leaf.kinds:
            return Channel(leaf.path, listed=True)
        return Channel(leaf.path, mail, sms, tuple(each for each in values if each not in {*mail, *sms}))
    return None


def _is_mail(value: str) -> bool:
    return "email" in joined(value) or joined(value) in _MAIL


def _is_sms(value: str) -> bool:
    return "sms" in words_of(value) or joined(value) in _SMS
