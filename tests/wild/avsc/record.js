// Writes each value of values.json with avsc alone, and prints what it wrote as JSON. avsc has no single-object encoding.

const avro = require('avsc');
const { OPTIONS, made, schemaOf } = require('./values.js');

// What avsc tells of a type again: some register that.
const EXPORTED = ['decimal-bytes-price', 'date-today', 'timestamp-micros-now', 'uuid-string', 'duration-mixed'];

const values = {};
const exported = {};
for (const given of require('./values.json')) {
  const schema = schemaOf(given);
  try {
    const type = avro.Type.forSchema(schema, { ...OPTIONS });
    const bytes = type.toBuffer({ before: 'b', it: made(given.meant), after: 'a' }).toString('hex');
    values[given.name] = { bytes };
    if (EXPORTED.includes(given.name)) exported[given.name] = JSON.stringify(type.schema({ exportAttrs: true }));
  } catch (error) {
    values[given.name] = { refused: error.message };
  }
}

const order = { number: 3000000001, placed: 1764422055123, price: 59.97, quantity: 3 };
const derived = avro.Type.forValue(order);
const records = [{
  name: 'derived-from-a-value',
  format: 'raw',
  schema: JSON.stringify({ ...derived.schema(), name: 'com.shop.wild.Derived' }),
  value: derived.toBuffer(order).toString('hex'),
  meant: {
    record: {
      number: { long: '3000000001' }, placed: { long: '1764422055123' }, price: { double: '59.97' }, quantity: { int: 3 },
    },
  },
}];
console.log(JSON.stringify({ library: 'avsc', version: process.argv[2], values, exported, records }));
