"""What opt-ins and unsubscribes have in common: whose consent it is."""

from __future__ import annotations

from consumer.records import Reason
from tests.mapping.support import EMAIL, refuses, sends

MISSING, INVALID = Reason.MISSING_FIELD, Reason.INVALID_FIELD

CONSENTS = [
    sends(
        "the e-mail is the customer's, where Bluecore asks for it",
        {"email": EMAIL},
        {"distinct_id": EMAIL, "customer": {"email": EMAIL}},
    ),
    sends(
        "the e-mail of a nested customer does as well",
        {"customer": {"email": EMAIL}},
        {"distinct_id": EMAIL, "customer": {"email": EMAIL}},
    ),
    sends(
        "what else the record knows of the profile goes along",
        {"email": EMAIL, "first_name": "Jane", "country": "US"},
        {"distinct_id": EMAIL, "customer": {"email": EMAIL, "first_name": "Jane", "country": "US"}},
    ),
    sends(
        "the e-mail stays the customer's under a distinct_id that the route maps",
        {"email": EMAIL, "account": "C-1"},
        {"distinct_id": "C-1", "customer": {"email": EMAIL}},
        fields={"distinct_id": "account"},
    ),
    sends(
        "further attributes only where the route maps them",
        {"email": EMAIL, "source": "checkout", "ip": "192.0.2.1"},
        {"distinct_id": EMAIL, "customer": {"email": EMAIL, "consent_source": "checkout"}},
        attributes={"consent_source": "source"},
    ),
    sends(
        "client and device ride along",
        {"email": EMAIL, "client": "5.1", "device": "mobile/iPad"},
        {"distinct_id": EMAIL, "customer": {"email": EMAIL}, "client": "5.1", "device": "mobile/iPad"},
    ),
    sends(
        "survey: the e-mail is trimmed and lower-cased where configured",
        {"email": " Jane@Example.com"},
        {"distinct_id": EMAIL, "customer": {"email": EMAIL}},
        normalise_email=True,
    ),
    refuses(
        "RudderStack: not without e-mail, whatever other id there is",
        {"distinct_id": "device-7"},
        MISSING,
        "email",
    ),
    refuses("nor with a blank one", {"email": " "}, MISSING, "email"),
    refuses("nor with one that is none", {"email": "jane"}, INVALID, "email"),
    refuses("nor with blanks around it, where nothing trims them", {"email": f" {EMAIL}"}, INVALID, "email"),
]
