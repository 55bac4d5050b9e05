"""Records out of Avro bytes: wire formats, schemas and the registry that has them.

    cache = SchemaCache(RegistryClient("http://registry:8081", parse_options({})))
    decoder = wire_format("confluent", Sources(cache))
    decoder.decode(value, headers) # Decoded, or Undecodable, or SchemaPending

The registry's client is in `consumer.avro.registry`: only who calls a registry needs an HTTP library.
"""
