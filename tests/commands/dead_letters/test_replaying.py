"""A selection goes again, or it is said why it cannot."""

from __future__ import annotations

import pytest

from consumer.commands.dead_letters.rate_limiter import RateLimiter
from consumer.commands.dead_letters.replaying import ReplayStopped, replay
from consumer.commands.dead_letters.selection import Selection
from consumer.config.model import Config
from tests.support.configs import SOUND


def test_where_no_retry_topic_is_read_nothing_is_written_to_it() -> None:
    """What was replayed would be marked as such, and never be delivered."""
    config = Config.model_validate({**SOUND, "dead_letters": {"delays_seconds": []}})

    with pytest.raises(ReplayStopped, match="delays_seconds is empty"):
        replay(config, Selection(), RateLimiter(1), lambda *_: None, dry_run=False)
