#!/usr/bin/env bash
# avsc 5.7.9 (npm): the schema that it derives from a value has `float`, of 32 bits, for each fraction and for each whole
# number beyond 32 bits.
#
# Expected: `double` and `long`, which hold what JavaScript's numbers hold.
# Seen: `Type.forValue` of an order with the number 3000000001, a time of 1764422055123 ms and the price 59.97 makes three
# floats. The number comes back as 3000000000, the time as another one, 59.97 as 59.970001220703125. Confluent's
# serializer for JavaScript derives its schemas so where none is given.
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

const order = {number: 3000000001, placed: 1764422055123, price: 59.97};
const type = avro.Type.forValue(order);
const types = type.fields.map((field) => field.type.typeName);
const read = type.fromBuffer(type.toBuffer(order));
console.log(`derived: ${types}; read again: ${JSON.stringify(read)}`);
assert.deepStrictEqual(types, ['float', 'float', 'float']);
assert.strictEqual(read.number, 3000000000);
assert.notStrictEqual(read.placed, order.placed);
assert.strictEqual(read.price, 59.970001220703125);
JAVASCRIPT
