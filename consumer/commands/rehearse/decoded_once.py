"""A topic's decoder that several routes ask for the same record, one after the other: it is decoded once."""

from __future__ import annotations

from consumer.avro.decoding import Decoded, Narrowable, WireFormat
from consumer.avro.errors import Undecodable
from consumer.mapping.reads import Names
from consumer.records import Headers


class DecodedOnce:
    """Remembers the last value, and what became of it. Who asks must not change what it is given."""

    def __init__(self, decoder: WireFormat, fields: Names) -> None:
        """Takes the topic's decoder, and what any of its routes reads of a record; None: all of it."""
        self._decoder = decoder
        if fields is not None and isinstance(decoder, Narrowable):
            self._decoder = decoder.narrowed(fields)
        self._value: bytes | None = None
        self._headers: Headers = ()
        self._found: Decoded | Undecodable | None = None

    def decode(self, value: bytes, headers: Headers = ()) -> Decoded:
        """What `WireFormat.decode` gives and raises."""
        if self._found is None or value is not self._value or headers is not self._headers:
            self._value, self._headers, self._found = value, headers, None
            try:
                self._found = self._decoder.decode(value, headers)
            except Undecodable as error:
                self._found = error
        if isinstance(self._found, Undecodable):
            raise self._found
        return self._found
