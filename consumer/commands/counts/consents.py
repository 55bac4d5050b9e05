"""Values that decide a consent: which names are theirs, and which of their values gives or takes it back.

Names and values are in the languages of Europe, as `words` writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from consumer.commands.counts.words import joined, set_of, words_of


class Verdict(StrEnum):
    """What a value says of the consent."""

    GIVEN = "given"
    TAKEN = "taken"
    NEITHER = "neither"


_PLAIN_YES: Final = set_of(
    "in yes y j true t on 1 active allowed ja oui si evet tak activo activa aktiv actif attivo"
)
_PLAIN_NO: Final = set_of("out no n false f off 0 inactive nee nein non hayir nie inactivo inactiva inaktiv inactif")
_GIVEN: Final = set_of(
    "optin optedin granted given accepted agreed approved subscribed subscribe signedup consented confirmed "
    "verleend gegeven toegestaan geaccepteerd akkoord aangemeld ingeschreven bevestigd "
    "erteilt zugestimmt eingewilligt bestaetigt bestatigt angemeldet abonniert akzeptiert genehmigt "
    "accorde accordee accepte acceptee donne inscrit inscrite abonne abonnee confirme "
    "alta concedido concedida otorgado otorgada aceptado aceptada confirmado confirmada suscrito suscrita suscribir "
    "suscribirse concesso concessa accettato accettata iscritto iscritta confermato "
    "aceito aceita inscrito verildi onaylandi kabul udzielona udzielono zaakceptowano"
)
_TAKEN: Final = set_of(
    "optout optedout denied revoked withdrawn unsubscribed unsubscribe declined rejected refused cancelled canceled "
    "objected removed deleted ingetrokken geweigerd afgemeld uitgeschreven opgezegd "
    "widerrufen abgelehnt abgemeldet verweigert entzogen zurueckgezogen zuruckgezogen gekuendigt gekundigt "
    "retire retiree refuse refusee revoque revoquee desabonne desinscrit desinscrite "
    "baja revocado revocada rechazado rechazada denegado denegada retirado retirada cancelado darsebaja "
    "revocato revocata rifiutato rifiutata negato disiscritto revogado revogada recusado "
    "reddedildi iptal gerialindi wycofana wycofano odmowa cofnieta cofnieto"
)
_NEITHER: Final = set_of(
    "pending unknown none open undecided unset requested notset unspecified undefined unconfirmed expired na null "
    "onbekend openstaand afwachting aangevraagd geen unbekannt offen ausstehend angefragt keine keiner "
    "inconnu inconnue attente enattente aucun aucune pendiente desconocido desconocida ninguna ninguno "
    "sconosciuto insospeso nessuno nessuna pendente desconhecido nenhum nenhuma bilinmiyor beklemede nieznana "
    "oczekuje"
)
_MEANINGS: Final = (
    (Verdict.GIVEN, _GIVEN, _PLAIN_YES),
    (Verdict.TAKEN, _TAKEN, _PLAIN_NO),
    (Verdict.NEITHER, _NEITHER, frozenset[str]()),
)
_DENIALS: Final = set_of("not no non never nie niet nicht kein keine pas un")

_CONSENT: Final = re.compile(
    "consent|consens|opt(?:ed)?(?:in|out)|subscri|newsletter|permission|einwillig|zustimm|zugestimm|toestem|akkoord"
    "|nieuwsbrief|permiso|permesso|suscri|iscrizione|abonn|marketing|anmeld|abmeld|abgemeld|angemeld|afmeld|aanmeld"
    "|inschrij|uitschrij|boletin|infolettre|gdpr|dsgvo|rgpd|widerruf|zgoda|freigabe|einverst"
)
_CONSENT_WORDS: Final = set_of("alta baja izin accord agreement agreed avg onay")
_STATE: Final = re.compile("status$|zustand$|estado$")
_STATE_WORDS: Final = set_of(
    "status state estado zustand stand statut etat stato durum toestand stan tila action accion aktion actie azione "
    "active enabled confirmed accepted granted revoked withdrawn denied declined allowed decision choice entscheidung"
)
_TAKING: Final = re.compile(
    "opt(?:ed)?out|unsubscri|abgemeld|abmeld|afmeld|afgemeld|uitschrij|uitgeschr|widerruf|abgelehn|withdraw|revok|denied"
    "|declin|reject|refus|object|cancel|delet|remov|block|ingetrok|geweiger|revoc|rechaz|deneg|desabonn|desinscri"
    "|disiscr|wycof|suppress|bounce"
)
_TAKING_WORDS: Final = set_of("baja bajas stop stopped without ohne zonder sans sin senza")
_ABOUT: Final = set_of(
    "id ids uuid at on am um op en date datum fecha time timestamp ts zeit zeitpunkt tijdstip source quelle bron "
    "origen version text name url ip language sprache locale country land reason grund by plan tier count number nr "
    "channel kanal kanaal canal form page campaign category topic frequency until expiry"
)
"""The ends of names that say something about a consent, and do not decide it: `consent_source`."""
_ABOUT_COMPOUND: Final = re.compile("(?:datum|zeitpunkt|quelle|kanal|kanaal|bron|sprache|grund|tijdstip)$")
_OTHER_CHANNELS: Final = set_of("sms whatsapp push phone telefon telefoon call post postal letter brief fax mms")


def verdict(value: str) -> Verdict | None:
    """What a text says of a consent; None where it is not understood."""
    whole, parts = joined(value), set(words_of(value))
    for meaning, words, plain in _MEANINGS:
        if whole in words or whole in plain:
            return meaning
    found = [meaning for meaning, words, _ in _MEANINGS if parts & words]
    return found[0] if len(found) == 1 and not parts & _DENIALS else None


def speak_of_consent(values: Iterable[str]) -> bool:
    """Whether one of the values can hardly be said of anything else: `OPTED_OUT`, and not `NO`."""
    return any(not ({joined(each), *words_of(each)}.isdisjoint(_GIVEN | _TAKEN)) for each in values)


def names_a_consent(name: str) -> bool:
    """Whether a value of this name may be the consent: `newsletter`, `einwilligungsstatus`."""
    parts = words_of(name)
    named = _CONSENT.search(joined(name)) is not None or not _CONSENT_WORDS.isdisjoint(parts)
    return named and not _is_about(name)


def names_a_state(name: str) -> bool:
    """Whether a value of this name says how something stands: `status`, `accion`."""
    named = _STATE.search(joined(name)) is not None or not _STATE_WORDS.isdisjoint(words_of(name))
    return named and not _is_about(name)


def names_a_withdrawal(name: str) -> bool:
    """Whether yes in a value of this name may well mean no: `unsubscribed`, `no_mail`."""
    parts = words_of(name)
    return _TAKING.search(joined(name)) is not None or not (_TAKING_WORDS | _DENIALS).isdisjoint(parts)


def is_of_another_channel(names: Iterable[str]) -> bool:
    """Whether a consent is one to something else than e-mail: `sms_consent`."""
    words = {word for name in names for word in words_of(name)}
    return not words.isdisjoint(_OTHER_CHANNELS) and words.isdisjoint({"email", "mail"})


def _is_about(name: str) -> bool:
    parts = words_of(name)
    return not parts or parts[-1] in _ABOUT or _ABOUT_COMPOUND.search(parts[-1]) is not None
