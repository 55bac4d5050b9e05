"""What the time of an event is called, and what other times of a record are: data, as in `vocabulary`."""

from __future__ import annotations

from typing import Final

from consumer.commands.counts.words import set_of

EVENT_TIMES: Final = set_of(
    "eventtime eventtimestamp eventat eventdate occurredat occurred occurredon occurredtime happenedat "
    "timestamp ts time datetime createdat created createdon creationtime creationdate createdtime placedat "
    "placedon orderedat ordertime orderdate orderedon purchasedat purchasedate purchasetime paidat boughtat "
    "searchedat viewedat addedat removedat clickedat visitedat consentedat changedat submittedat recordedat "
    "sentat tijdstip tijd besteldatum besteldop aangemaaktop aangemaakt geplaatstop gebeurdop datumtijd moment "
    "zeitpunkt zeit zeitstempel bestelldatum bestelltam bestelltzeitpunkt erstelltam erstellt angelegtam "
    "ereigniszeit horodatage datecommande creele datecreation dateheure instant fecha fechahora fechapedido "
    "fechacreacion creadoen dataora dataordine creatoil datacreazione datapedido criadoem tarih zaman "
    "siparistarihi olusturulmatarihi olayzamani data dataczas datazamowienia utworzono "
    "gebuchtum gebuchtam gekauftam gekauftum angesehenum angesehenam bezahltam realizadoen compradoen pagadoen "
    "vistoen"
)
"""When something happened."""
PREPOSITIONS: Final = set_of("at on am um op en le il a em")
"""The ends of the names of moments: `gebuchtUm`, `realizadoEn`."""
NOT_THE_EVENT: Final = set_of(
    "birth birthday birthdate dob born geboortedatum geboren geburtsdatum geburtstag naissance nacimiento nascita "
    "urodzenia dogum expires expiry expiration until valid end ends delivery delivered deliver shipped shipping ship "
    "due planned registered registration lastlogin login levering geleverd verzonden lieferdatum geliefert versandt "
    "source ingested ingestion loaded processed partition"
)
"""When something else was, or will be."""
