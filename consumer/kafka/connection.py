"""Whether any broker can be reached, and when none can, why: the sentence that a command ends with."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from typing import Any, Final, TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin._metadata import ClusterMetadata

from consumer.config.model import KafkaConfig
from consumer.errors import ExpectedError, exception_chain
from consumer.kafka.advice import advice_on
from consumer.kafka.logging import in_our_words
from consumer.tokens.token import TokenUnavailable

TIMEOUT_SECONDS: Final = 15.0
"""How long a broker has to answer at a start."""

_EXPECTED: Final = (
    "check kafka.bootstrap_servers, whether the brokers are up, and that security.protocol, sasl.* and ssl.* "
    "in kafka.options are what they expect"
)
_NOT_IN_TIME: Final = "OAuth token not set"
_COUNT: Final = re.compile(r"\d+/\d+ brokers are down")
_Client = TypeVar("_Client")
_ISSUER: Final = "; `bluecore-consumer doctor` asks the token's service itself"


class Unreachable(ExpectedError):
    """No broker has answered, or not with what was asked for.

    Attributes:
        what: what has happened.
        advice: what to do, where that can be told.
    """

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(f"{what}. {advice[0].upper()}{advice[1:]}" if advice else what)
        self.what = what
        self.advice = advice


def why_unmade(error: BaseException) -> str:
    """Why no client can be made; an error of a token's callback arrives as the cause of a SystemError [2.16]."""
    told = next((each for each in exception_chain(error) if isinstance(each, KafkaException)), error)
    text = told.args[0].str() if told.args and hasattr(told.args[0], "str") else str(told)
    return f"{text}; {advice}" if (advice := advice_on(text)) else text


def made(client: Callable[[dict[str, Any]], _Client], options: dict[str, Any]) -> _Client:
    """A client that is made anew, where confluent-kafka itself may have to fetch its first token (`aws_iam`).

    Raises:
        TokenUnavailable: none came within ten seconds; trying again may help.
        KafkaException: no client can be made with these options.
    """
    try:
        return client(options)
    except (KafkaException, SystemError) as error:
        if any(_NOT_IN_TIME in str(each) for each in exception_chain(error)):
            raise TokenUnavailable(why_unmade(error)) from None
        raise


class ErrorCollector(list[str]):
    """An `error_cb` that keeps what it is told: the call that fails says no more than that it took too long.

    Also the `logger` of the client: of some connections that break, librdkafka says there alone how.

    Attributes:
        lines: of the log, the newest few.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines: deque[str] = deque(maxlen=20)

    def log(self, _level: int, text: str, *args: object, **_: object) -> None:
        self.lines.append(text % args if args else text)

    def __call__(self, error: KafkaError) -> None:
        # Attempts differ in nothing but how long each took.
        text = re.sub(r" \(after \d+ms [^)]*\)", "", error.str())
        if text not in self:
            self.append(text)


def cluster_metadata(client: Producer | Consumer, config: KafkaConfig, errors: ErrorCollector) -> ClusterMetadata:
    """The cluster's brokers and topics, as a client with this configuration sees them.

    Args:
        client: the client.
        config: what it was made of.
        errors: its `error_cb`.

    Raises:
        Unreachable: no broker answers; with what to do.
    """
    try:
        found: ClusterMetadata = client.list_topics(timeout=TIMEOUT_SECONDS)
    except KafkaException as error:
        client.poll(0)
        # How many brokers are down says less than what each of them said, and is counted anew for each client.
        said = [each for each in errors if not _COUNT.fullmatch(each)]
        why = "; ".join(said or (["none of the brokers is up"] if errors else [error.args[0].str()]))
        what = f"no broker answered within {TIMEOUT_SECONDS:g} s at {config.bootstrap_servers}: {in_our_words(why)}"
        told = advice_on("; ".join((why, *errors.lines)))
        issuer = _ISSUER if config.options.get("sasl.oauthbearer.method") == "oidc" else ""
        raise Unreachable(what, told or _EXPECTED + issuer) from None
    return found
