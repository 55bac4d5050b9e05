"""Which fields a schema's rules say to be encrypted, and a schema whose records show where they are.

Rules: Confluent's "Data contracts" and "Client-side field level encryption", as its clients apply them. A rule
counts whatever its mode and its `onFailure`: both may leave ciphertext as a value, which is nobody's name or e-mail.
The tags are always those of the schema that wrote the record: a reader's schema may have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastavro.read import LOGICAL_READERS

from consumer.avro.encryption import Ciphertext, EncryptedType, Encryption, KeyRule
from consumer.avro.protocol import Metadata, RegisteredSchema, Rule, RuleSet
from consumer.avro.schema import AvroSchema

_LOGICAL = "confluent.encrypted"
_TYPE = "encrypted"
_KINDS = frozenset(("string", "bytes"))
_BY_CLIENTS = frozenset(("", "ALL", "CLIENT"))
_TOKEN = re.compile(r"\*\*\.\*|\*\*|\*|\?|\\.|.", re.DOTALL)
_WILDCARDS = {"**.*": ".*", "**": ".*", "*": r"[^.]*", "?": r"[^.]"}


def install() -> None:
    """Register with fastavro, for the whole process, how what is encrypted is read."""
    LOGICAL_READERS.update({f"{kind}-{_LOGICAL}": _ciphertext for kind in _KINDS})


def _ciphertext(data: str | bytes, written: Any, _reader: Any = None) -> Ciphertext:
    return Ciphertext(data, written[_TYPE])


install()


def encryption_of(schema: AvroSchema, registered: RegisteredSchema) -> Encryption | None:
    """What of the records is encrypted; None: nothing.

    Args:
        schema: parsed.
        registered: the same as the registry has it.
    """
    rules = registered.rules
    if rules.enable_at.upper() not in _BY_CLIENTS:
        return None
    fields = _fields(schema, rules, registered.metadata)
    payload = tuple(_key_rule(rule, registered.metadata) for rule in _of_type(rules.encoding, "ENCRYPT_PAYLOAD"))
    return Encryption(fields, payload) if fields or payload else None


def with_encryption(schema: AvroSchema, registered: RegisteredSchema) -> AvroSchema:
    """The schema, changed in place: what is encrypted of its records is read as `Ciphertext`."""
    encryption = encryption_of(schema, registered)
    if encryption is None:
        return schema
    for record, definition in _records(schema):
        for field in definition["fields"]:
            if rules := encryption.fields.get((record, field["name"])):
                field["type"] = _marked(field["type"], f"{record}.{field['name']}", rules)
    return replace(schema, encryption=encryption)


def _fields(schema: AvroSchema, rules: RuleSet, metadata: Metadata) -> dict[tuple[str, str], tuple[KeyRule, ...]]:
    each = [(rule, _key_rule(rule, metadata)) for rule in _of_type(rules.domain, "ENCRYPT")]
    if not each:
        return {}
    patterns = [(_pattern(path), frozenset(tags)) for path, tags in metadata.tags.items()]
    found: dict[tuple[str, str], tuple[KeyRule, ...]] = {}
    for record, definition in _records(schema):
        for field in definition["fields"]:
            tags = _inline_tags(field)
            for pattern, given in patterns:
                if pattern.fullmatch(f"{record}.{field['name']}"):
                    tags |= given
            of_field = [(rule, key) for rule, key in each if not rule.tags or tags & set(rule.tags)]
            if of_field and any(_texts(field["type"])):
                # A rule for readers alone has encrypted nothing where another one has.
                by_writer = tuple(key for rule, key in of_field if rule.mode.upper() != "READ")
                found[record, field["name"]] = by_writer or tuple(key for _, key in of_field)
    return found


def _of_type(rules: Sequence[Rule], kind: str) -> list[Rule]:
    """The last one first: one after the other they were applied, so they are undone in reverse."""
    applied = [rule for index, rule in enumerate(rules) if not any(_stands_for(each, rule) for each in rules[:index])]
    return [rule for rule in reversed(applied) if rule.type.upper() == kind and not rule.disabled]


def _stands_for(earlier: Rule, rule: Rule) -> bool:
    """Of rules alike with the same tags Confluent's clients apply the first, even if that one is disabled."""
    alike = (earlier.type, earlier.kind, earlier.mode, earlier.tags) == (rule.type, rule.kind, rule.mode, rule.tags)
    return alike and bool(rule.tags)


def _key_rule(rule: Rule, metadata: Metadata) -> KeyRule:
    params: Mapping[str, str] = {**metadata.properties, **rule.params}
    days = params.get("encrypt.dek.expiry.days", "0").strip()
    return KeyRule(
        rule.name,
        params.get("encrypt.kek.name", ""),
        params.get("encrypt.dek.algorithm", "AES256_GCM"),
        rotates=days.isdecimal() and int(days) > 0,
    )


def _records(schema: AvroSchema) -> Iterator[tuple[str, Any]]:
    for name, definition in schema.named.items():
        if definition["type"] in {"record", "error"}:
            yield name, definition


def _inline_tags(field: Mapping[str, Any]) -> frozenset[str]:
    given = field.get("confluent:tags")
    return frozenset(each for each in given if isinstance(each, str)) if isinstance(given, list) else frozenset()


def _texts(avro: Any) -> Iterator[str]:
    """The texts and bytes in a type, but for those of records in it: their fields have tags of their own."""
    if isinstance(avro, list):
        for branch in avro:
            yield from _texts(branch)
    elif isinstance(avro, str):
        if avro in _KINDS:
            yield avro
    elif avro["type"] in _KINDS:
        yield avro["type"]
    elif avro["type"] in {"array", "map"}:
        yield from _texts(avro["items" if avro["type"] == "array" else "values"])


def _marked(avro: Any, field: str, rules: tuple[KeyRule, ...]) -> Any:
    if isinstance(avro, list):
        return [_marked(branch, field, rules) for branch in avro]
    kind = avro if isinstance(avro, str) else avro["type"]
    if kind in _KINDS:
        return {"type": kind, "logicalType": _LOGICAL, _TYPE: EncryptedType(field, avro, rules)}
    if kind in {"array", "map"} and isinstance(avro, dict):
        inner = "items" if kind == "array" else "values"
        return avro | {inner: _marked(avro[inner], field, rules)}
    return avro


def _pattern(path: str) -> re.Pattern[str]:
    """Of a path with wildcards: `?` one character of a name, `*` any of one name, `**` any of several."""
    parts = []
    for token in _TOKEN.findall(path):
        plain = token[1:] if len(token) > 1 and token.startswith("\\") else token
        parts.append(_WILDCARDS.get(token, re.escape(plain)))
    return re.compile("".join(parts), re.DOTALL)
