#!/usr/bin/env bash
# avsc 5.7.9 (npm): what a type tells of its schema again, with all attributes asked for, lacks a decimal's digits.
#
# Expected: `schema({exportAttrs: true})` of a type with a registered logical type gives the schema that it was made of.
# Seen: of `{type: bytes, logicalType: decimal, precision: 12, scale: 2}` the precision and the scale are gone, so that by
# the specification it is no decimal any more. Who registers that text writes prices that others read as bytes. Of a
# logical type that no class was given for, such as `timestamp-micros` here, nothing is left.
#
# Fails if that changes. Needs Node 18 or newer, and npm's registry.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts avsc@5.7.9
node - <<'JAVASCRIPT'
const assert = require('node:assert');
const avro = require('avsc');

class Decimal extends avro.types.LogicalType {
  _fromValue(buffer) { return buffer; }
  _toValue(any) { return any; }
}

const schema = {
  type: 'record',
  name: 'Sale',
  fields: [
    { name: 'price', type: { type: 'bytes', logicalType: 'decimal', precision: 12, scale: 2 } },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-micros' } },
  ],
};
const type = avro.Type.forSchema(schema, { logicalTypes: { decimal: Decimal } });
const told = type.schema({ exportAttrs: true }).fields.map((field) => field.type);
console.log(JSON.stringify(told));
assert.deepStrictEqual(JSON.parse(JSON.stringify(told)), [{ type: 'bytes', logicalType: 'decimal' }, 'long']);
JAVASCRIPT
