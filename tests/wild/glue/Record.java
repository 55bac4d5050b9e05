// Writes each value of values.json with AWS Glue's serializer, against a service of this file on loopback, and prints
// what it wrote as JSON.

import com.amazonaws.services.schemaregistry.serializers.GlueSchemaRegistryKafkaSerializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

public class Record {
  static final Map<String, String> KNOWN = new LinkedHashMap<>();

  public static void main(String[] arguments) throws Exception {
    Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {
      error.printStackTrace();
      System.exit(1);
    });
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext("/", exchange -> {
      // GetSchemaByDefinition: every definition is there.
      String definition = Values.JSON.readTree(exchange.getRequestBody().readAllBytes()).at("/SchemaDefinition").textValue();
      String id = KNOWN.computeIfAbsent(definition, text -> UUID.nameUUIDFromBytes(text.getBytes()).toString());
      byte[] answer = ("{\"SchemaVersionId\":\"" + id + "\",\"DataFormat\":\"AVRO\",\"Status\":\"AVAILABLE\"}").getBytes();
      exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
      exchange.close();
    });
    server.start();
    ObjectNode out = Values.JSON.createObjectNode();
    out.put("library", "software.amazon.glue:schema-registry-serde").put("version", arguments[0]);
    out.put("format", "confluent").put("registry", "glue");
    ObjectNode values = out.putObject("values");
    var records = out.putArray("records");
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    for (JsonNode given : Values.given()) {
      String name = given.get("name").textValue();
      Schema schema = Values.schema(given);
      byte[] bytes = written(url, "NONE", schema, given);
      ObjectNode written = values.putObject(name);
      written.putArray("id").add("GLUE").add(id(bytes));
      written.put("bytes", Values.hex(bytes)).put("schema", KNOWN.keySet().toArray()[KNOWN.size() - 1].toString());
      if (!name.endsWith("-price") && !name.startsWith("record")) continue;
      byte[] deflated = written(url, "ZLIB", schema, given);
      ObjectNode record = records.addObject().put("name", "zlib-" + name).put("format", "confluent").put("registry", "glue");
      record.putArray("id").add("GLUE").add(id(deflated));
      record.put("value", Values.hex(deflated)).put("schema", schema.toString());
      ObjectNode meant = record.putObject("meant").putObject("record");
      meant.putObject("before").put("string", "b");
      meant.set("it", given.get("meant"));
      meant.putObject("after").put("string", "a");
    }
    System.out.println(Values.JSON.writeValueAsString(out));
    System.exit(0);
  }

  static byte[] written(String url, String compression, Schema schema, JsonNode given) throws Exception {
    Map<String, Object> settings = new HashMap<>(Map.of("region", "eu-central-1", "endpoint", url, "dataFormat", "AVRO",
        "compression", compression, "schemaName", given.get("name").textValue()));
    var credentials = StaticCredentialsProvider.create(AwsBasicCredentials.create("none", "none"));
    try (var serializer = new GlueSchemaRegistryKafkaSerializer(credentials, settings)) {
      return serializer.serialize("shop.wild", Values.plain(given, schema));
    }
  }

  static String id(byte[] bytes) {
    ByteBuffer written = ByteBuffer.wrap(bytes, 2, 16);
    return new UUID(written.getLong(), written.getLong()).toString();
  }
}
