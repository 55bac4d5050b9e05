#!/usr/bin/env bash
# confluent-kafka 2.16.1 (Python), client-side field-level encryption: the serializer changes what it is given.
#
# Expected: `AvroSerializer` leaves the caller's value as it is, so that the same one can be serialized again, as for a
# retry or for a second topic.
# Seen: encrypted fields, those of records within it too, are replaced by their ciphertext in the caller's own object.
# Serialized again, they are encrypted twice, without an error.
#
# The registry is the mock that the package brings along. Fails if that changes. Needs Python 3.11 or newer with venv,
# and PyPI.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "confluent-kafka[avro,rules,schemaregistry]==2.16.1"
"$folder/venv/bin/python" - <<'PYTHON'
import json

from confluent_kafka.schema_registry import (
    Rule,
    RuleKind,
    RuleMode,
    RuleParams,
    RuleSet,
    Schema,
    SchemaRegistryClient,
)
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.schema_registry.rules.encryption.encrypt_executor import FieldEncryptionExecutor
from confluent_kafka.schema_registry.rules.encryption.localkms.local_driver import LocalKmsDriver
from confluent_kafka.serialization import MessageField, SerializationContext

FieldEncryptionExecutor.register()
LocalKmsDriver.register()
tagged = {"name": "street", "type": "string", "confluent:tags": ["PII"]}
home = {"type": "record", "name": "Address", "fields": [tagged]}
email = {"name": "email", "type": "string", "confluent:tags": ["PII"]}
schema = {"type": "record", "name": "Customer", "fields": [email, {"name": "home", "type": home}]}
params = {"encrypt.kek.name": "key", "encrypt.kms.type": "local-kms", "encrypt.kms.key.id": "local"}
rule = Rule(
    name="encrypt",
    doc=None,
    kind=RuleKind.TRANSFORM,
    mode=RuleMode.WRITEREAD,
    type="ENCRYPT",
    tags=["PII"],
    params=RuleParams(params),
    expr=None,
    on_success=None,
    on_failure=None,
    disabled=False,
)

conf = {"url": "mock://"}
client = SchemaRegistryClient.new_client(conf)
client.register_schema("customers-value", Schema(json.dumps(schema), "AVRO", [], None, RuleSet(None, [rule])))
context = SerializationContext("customers", MessageField.VALUE)
settings = {"auto.register.schemas": False, "use.latest.version": True}
secret = {"secret": "s3cret"}
write = AvroSerializer(client, json.dumps(schema), conf=settings, rule_conf=secret)

value = {"email": "jane@example.com", "home": {"street": "Main St 1"}}
first = write(value, context)
print(f"after it was serialized once: email {value['email']}, street {value['home']['street']}")
second = write(value, context)
print(f"{len(first)} bytes the first time, {len(second)} the second")
assert b"jane" not in first, first
assert value["email"] != "jane@example.com", value
assert value["home"]["street"] != "Main St 1", value
assert len(second) > len(first), (first, second)
PYTHON
