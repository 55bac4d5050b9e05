"""What a producer insists on, and gives up where the brokers refuse it: some that speak Kafka's protocol do.

Else no failed record could be written there, and its topic would stand still for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import structlog
from confluent_kafka import KafkaError

log = structlog.get_logger(__name__)

_REFUSALS: Final = (
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.UNSUPPORTED_VERSION,
    KafkaError._UNSUPPORTED_FEATURE,  # noqa: SLF001 - confluent-kafka's public name for it
)
_COMPRESSION: Final = {"compression.type": "none"}
# One request at a time: two that are sent once more would change places.
_IDEMPOTENCE: Final = {"enable.idempotence": False, "max.in.flight.requests.per.connection": 1}


def refuses_idempotence(error: KafkaError) -> bool:
    """Whether the brokers take no producer that writes each record once."""
    return error.fatal() and error.code() in _REFUSALS


class Concessions:
    """Those of one producer.

    Attributes:
        options: over the producer's own.
    """

    def __init__(self) -> None:
        self.options: Mapping[str, Any] = {}

    def heard(self, error: KafkaError) -> bool:
        """Whether the error is a refusal of something that was insisted on, and is given up from now on."""
        if error.code() == KafkaError.UNSUPPORTED_COMPRESSION_TYPE:
            return self._give_up(_COMPRESSION, "the brokers take no compressed records: failed ones go as they are")
        if refuses_idempotence(error):
            weaker = "where a connection breaks, a failed record may be written twice, and its event sent twice"
            return self._give_up(_IDEMPOTENCE, f"the brokers take no idempotent producer: {weaker}")
        return False

    def _give_up(self, options: Mapping[str, Any], what: str) -> bool:
        if options.items() <= self.options.items():
            return False
        self.options = {**self.options, **options}
        log.warning(what)
        return True
