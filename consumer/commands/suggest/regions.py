"""Which country a shop is in, where its records or its topic's name say so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import phonenumbers

from consumer.commands.counts.words import joined, set_of, words_of

_NAMES: Final[Mapping[str, frozenset[str]]] = {
    "NL": set_of("nederland netherlands thenetherlands niederlande holland paysbas paisesbajos paesibassi"),
    "BE": set_of("belgie belgium belgien belgique belgica belgio"),
    "DE": set_of("deutschland germany duitsland allemagne alemania germania almanya niemcy"),
    "AT": set_of("oesterreich osterreich austria oostenrijk autriche"),
    "CH": set_of("schweiz switzerland zwitserland suisse svizzera suiza"),
    "FR": set_of("france frankrijk frankreich francia fransa francja"),
    "ES": set_of("espana spain spanje spanien espagne spagna"),
    "IT": set_of("italia italy italie italien"),
    "PT": set_of("portugal portogallo"),
    "GB": set_of("unitedkingdom greatbritain uk england grossbritannien verenigdkoninkrijk royaumeuni reinounido"),
    "TR": set_of("turkiye turkey turkije tuerkei turkei turquie turquia"),
    "PL": set_of("polska poland polen pologne polonia"),
    "US": set_of("usa unitedstates unitedstatesofamerica verenigdestaten etatsunis estadosunidos"),
}
_CODES: Final[Mapping[str, str]] = {
    **{each.lower(): each for each in ("NL", "DE", "FR", "PT", "GB", "TR", "PL")},
    "uk": "GB",
}
"""Of a topic's name; those that are words, too (`it`, `es`, `be`, `at`, `us`), say nothing."""


def region_of_country(text: str) -> str:
    """Of a country's code or name; empty where it is neither."""
    if text.upper() in phonenumbers.SUPPORTED_REGIONS:
        return text.upper()
    return _region_named(joined(text))


def region_in_topic(topic: str) -> str:
    """Of a topic such as `shop.de.customers` or `klanten-nl`; empty where its name says none, or several."""
    found = {code for word in words_of(topic) for code in [_CODES.get(word, _region_named(word))] if code}
    return found.pop() if len(found) == 1 else ""


def _region_named(word: str) -> str:
    return next((code for code, names in _NAMES.items() if word in names), "")
