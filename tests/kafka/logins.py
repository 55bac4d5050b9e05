"""How a client logs in to brokers, as options of librdkafka."""

from __future__ import annotations

SCRAM = {
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "SCRAM-SHA-512",
    "sasl.username": "u",
    "sasl.password": "p",
}
PLAIN = SCRAM | {"sasl.mechanism": "PLAIN"}
