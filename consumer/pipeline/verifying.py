"""From `rest_api.verify_share` to what reads consents back; where no destination asks for it nothing is loaded."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from consumer.clock import Clock
from consumer.config.model import Config
from consumer.ports import Client
from consumer.telemetry.masking import customer_hash
from consumer.telemetry.metrics import Metrics

_SHARE: Final = 0.1
"""Of the quota, at most so much; and only while half of it is left over by delivery."""
_RESERVE: Final = 0.5
_CLOSE_SECONDS: Final = 1.0


@contextmanager
def verified(client: Client, config: Config, metrics: Metrics, clock: Clock) -> Iterator[Client]:
    """`client` itself where no destination has a `verify_share`; else one whose consents are read back, in part."""
    asking = {
        name: each
        for name, each in config.every_destination.items()
        if each.bluecore.rest_api is not None and each.bluecore.rest_api.verify_share
    }
    if not asking:
        yield client
        return
    from consumer.bluecore.access_tokens import access_tokens  # noqa: PLC0415 - where nothing is asked, nothing is loaded
    from consumer.bluecore.consent_reader import ConsentReader  # noqa: PLC0415
    from consumer.bluecore.read_pace import ReadPace  # noqa: PLC0415
    from consumer.pipeline.verification import POLICY, Verification  # noqa: PLC0415
    from consumer.pipeline.verified_client import VerifiedClient  # noqa: PLC0415
    from consumer.pipeline.verifier import Verifier  # noqa: PLC0415

    stop, shares, readers = threading.Event(), dict[str, float](), dict[str, ConsentReader]()
    paces: defaultdict[str, ReadPace] = defaultdict(lambda: ReadPace(_SHARE, _RESERVE))
    for name, each in asking.items():
        if (api := each.bluecore.rest_api) is not None:
            tokens = access_tokens(api, each.bluecore.ca_location)
            # The quota is the account's, of which a client may have several namespaces.
            pace = paces[f"{api.url} {api.client_id}"]
            shares[name] = api.verify_share
            readers[name] = ConsentReader(each.bluecore, tokens, pace, stop=stop)
    name_of = partial(customer_hash, key=config.customer_hash_key)
    verification = Verification(
        shares, lambda name, who: readers[name].read(who), metrics, clock, name_of=name_of, policy=POLICY
    )
    verifier = Verifier(verification, stop)
    verifier.start()
    try:
        yield VerifiedClient(client, verification)
    finally:
        verifier.close(_CLOSE_SECONDS)
        for reader in readers.values():
            reader.close()
