// Writes each value of values.json with kafkajs' registry client, against a registry of this file, and prints what it
// wrote and what it registered as JSON.

const http = require('node:http');
const { SchemaRegistry, SchemaType } = require('@kafkajs/confluent-schema-registry');
const { OPTIONS, made, schemaOf } = require('./values.js');

const registered = [];
const server = http.createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => { body += chunk; });
  request.on('end', () => {
    response.setHeader('Content-Type', 'application/vnd.schemaregistry.v1+json');
    if (request.url.startsWith('/config')) return response.end('{"compatibilityLevel":"BACKWARD"}');
    if (request.method === 'POST') registered.push(JSON.parse(body).schema);
    const id = /\/schemas\/ids\/(\d+)/.exec(request.url);
    return response.end(JSON.stringify(id ? { schema: registered[id[1] - 1] } : { id: registered.length }));
  });
});

server.listen(0, '127.0.0.1', async () => {
  const host = `http://127.0.0.1:${server.address().port}`;
  const registry = new SchemaRegistry({ host }, { [SchemaType.AVRO]: OPTIONS });
  const values = {};
  for (const given of require('./values.json')) {
    const text = JSON.stringify(schemaOf(given));
    try {
      const { id } = await registry.register({ type: SchemaType.AVRO, schema: text }, { subject: given.name });
      const bytes = (await registry.encode(id, { before: 'b', it: made(given.meant), after: 'a' })).toString('hex');
      values[given.name] = { id, bytes, schema: registered[id - 1] };
    } catch (error) {
      values[given.name] = { refused: error.message };
    }
  }
  server.close();
  const library = '@kafkajs/confluent-schema-registry';
  console.log(JSON.stringify({ library, version: process.argv[2], format: "confluent", values }));
  process.exit(0);
});
