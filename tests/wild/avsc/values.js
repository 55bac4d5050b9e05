// What ../values.json means, as avsc takes it. Its logical types are the programmer's own: these are as its
// documentation shows them.

const avro = require('avsc');

const DAY = 86400000;

/** A number that counts something since 1970: what `toValue` makes of what it is given. */
function counted(toValue) {
  return class extends avro.types.LogicalType {
    _toValue(any) { return toValue(any); }
    _fromValue(value) { return value; }
    _resolve() { return undefined; }
  };
}

class Decimal extends avro.types.LogicalType {
  constructor(attributes, options) {
    super(attributes, options);
    this.size = this.underlyingType.size;
    this.scale = attributes.scale || 0;
  }

  _toValue(text) {
    const [whole, fraction = ''] = text.split('.');
    if (fraction.length !== this.scale) throw new Error(`not of scale ${this.scale}: ${text}`);
    const digits = BigInt(whole + fraction);
    let size = this.size || 1;
    while (!this.size && BigInt.asIntN(8 * size, digits) !== digits) size += 1;
    return Buffer.from(BigInt.asUintN(8 * size, digits).toString(16).padStart(2 * size, '0'), 'hex');
  }

  _fromValue(value) { return value; }
}

/** 64-bit integers as avsc's documentation has them, by BigInt. */
const LONG = avro.types.LongType.__with({
  fromBuffer: (buffer) => buffer.readBigInt64LE(),
  toBuffer: (number) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(number);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (number) => typeof number === 'bigint' && BigInt.asIntN(64, number) === number,
  compare: (one, other) => (one === other ? 0 : one < other ? -1 : 1),
});

const LOGICAL = {
  date: counted((date) => Math.floor(date.getTime() / DAY)),
  decimal: Decimal,
  'timestamp-millis': counted((date) => date.getTime()),
};

/** Nanoseconds since 1970 of an ISO text, with a Z or without. */
function nanoseconds(text) {
  const [, seconds, fraction] = /^(.*?)\.(\d+)Z?$/.exec(text);
  return BigInt(Date.parse(`${seconds}Z`)) * 1000000n + BigInt(fraction.padEnd(9, '0'));
}

const MADE = {
  null: () => null,
  boolean: (value) => value,
  int: (value) => value,
  long: BigInt,
  float: Number,
  double: Number,
  string: (value) => value,
  enum: (value) => value,
  uuid: (value) => value,
  bytes: (value) => Buffer.from(value, 'hex'),
  fixed: (value) => Buffer.from(value, 'hex'),
  'uuid-fixed': (value) => Buffer.from(value.replaceAll('-', ''), 'hex'),
  decimal: (value) => value,
  date: (value) => new Date(`${value}T00:00:00Z`),
  'time-millis': (value) => Number(nanoseconds(`1970-01-01T${value}`) / 1000000n),
  'time-micros': (value) => nanoseconds(`1970-01-01T${value}`) / 1000n,
  'timestamp-millis': (value) => new Date(value),
  'timestamp-micros': (value) => nanoseconds(value) / 1000n,
  'timestamp-nanos': nanoseconds,
  'local-timestamp-millis': (value) => nanoseconds(value) / 1000000n,
  'local-timestamp-micros': (value) => nanoseconds(value) / 1000n,
  'local-timestamp-nanos': nanoseconds,
  duration: (parts) => Buffer.from(Uint32Array.from(parts).buffer),
  array: (items) => items.map(made),
  map: (items) => Object.fromEntries(Object.entries(items).map(([key, value]) => [key, made(value)])),
  record: (fields) => Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, made(value)])),
  'big-decimal': () => { throw new Error('no type of avsc for it'); },
};

/** A union's branch goes by its base type's name. */
function made(meant) {
  const [[kind, value]] = Object.entries(meant);
  if (kind !== 'union') return MADE[kind](value);
  if (value.branch === 'null') return null;
  return { [value.branch.replace(/^(bytes|int|long)\..*/, '$1')]: made(value.value) };
}

/** The record around a value, as a schema. */
function schemaOf(given) {
  const text = 'string';
  const fields = [{ name: 'before', type: text }, { name: 'it', type: given.type }, { name: 'after', type: text }];
  return { type: 'record', name: 'Wild', namespace: 'com.shop.wild', fields };
}

/** How avsc is to read schemas: without an option, a union takes a value by its JavaScript type, and some take none. */
const OPTIONS = {
  logicalTypes: LOGICAL,
  wrapUnions: true,
  typeHook: (schema) => (schema === 'long' || (schema.type === 'long' && !(schema.logicalType in LOGICAL)) ? LONG : undefined),
};

module.exports = { OPTIONS, made, schemaOf };
