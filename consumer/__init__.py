"""Streams a retailer's Kafka topics to the Bluecore Events API."""

from importlib.metadata import version

__version__ = version("bluecore-consumer")
