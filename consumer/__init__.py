"""Streams a retailer's Kafka topics to the Bluecore Events API."""

__version__: str


def __getattr__(name: str) -> str:
    """The version, looked up when it is asked for: the process hears its signals before that."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version  # noqa: PLC0415 - see above

    return version("bluecore-consumer")
