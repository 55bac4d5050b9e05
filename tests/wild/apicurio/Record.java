// Writes values of values.json with Apicurio's serializer, against a registry of Registry.java, and prints what it wrote
// as JSON: all of them with its defaults, some in each other way that it has of naming a schema.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.apicurio.registry.serde.avro.AvroKafkaSerializer;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;

public class Record {
  static final List<String> SOME = List.of("null", "float-price", "decimal-bytes-negative", "date-moon", "union-decimal", "type-used-twice");
  static final String LEGACY = "io.apicurio.registry.serde.Legacy8ByteIdHandler";
  static Registry registry;

  public static void main(String[] arguments) throws Exception {
    Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {
      error.printStackTrace();
      System.exit(1);
    });
    registry = new Registry();
    ObjectNode out = Values.JSON.createObjectNode();
    out.put("library", "io.apicurio:apicurio-registry-avro-serde-kafka").put("version", arguments[0]).put("format", "confluent");
    ObjectNode values = out.putObject("values");
    var records = out.putArray("records");
    for (JsonNode given : Values.given()) {
      String name = given.get("name").textValue();
      ObjectNode written = values.putObject(name);
      if (name.startsWith("record-recursive")) {
        written.put("refused", "not given to it: it registers each type that another one has, and so on");
        continue;
      }
      byte[] bytes = written(given, Map.of(), new RecordHeaders());
      int id = ByteBuffer.wrap(bytes).getInt(1);
      written.put("id", id).put("bytes", Values.hex(bytes)).put("schema", registry.text(id));
      registry.references(id, written.putObject("references"));
    }
    var ways = new java.util.LinkedHashMap<String, Map<String, String>>();
    ways.put("global-id", Map.of("use-id", "globalId"));
    ways.put("legacy-eight-bytes", Map.of("id-handler", LEGACY));
    ways.put("legacy-eight-bytes-of-a-global-id", Map.of("id-handler", LEGACY, "use-id", "globalId"));
    ways.put("headers", Map.of("headers.enabled", "true"));
    ways.put("headers-with-a-global-id", Map.of("headers.enabled", "true", "use-id", "globalId"));
    for (var way : ways.entrySet()) {
      for (JsonNode given : Values.given()) {
        if (!SOME.contains(given.get("name").textValue())) continue;
        RecordHeaders headers = new RecordHeaders();
        byte[] bytes = written(given, way.getValue(), headers);
        ObjectNode record = records.addObject().put("name", way.getKey() + "-" + given.get("name").textValue()).put("format", "confluent");
        record.put("registry", "apicurio");
        String kind = way.getKey().contains("global") ? "GLOBAL_ID" : "CONTENT_ID";
        long id = 0;
        if (headers.toArray().length > 0) {
          ObjectNode named = record.putObject("headers");
          for (Header each : headers) {
            named.put(each.key(), Values.hex(each.value()));
            if (each.key().endsWith("Id")) id = ByteBuffer.wrap(each.value()).getLong();
          }
        } else if (way.getKey().startsWith("legacy")) {
          id = ByteBuffer.wrap(bytes).getLong(1);
        }
        if (id == 0) record.put("id", ByteBuffer.wrap(bytes).getInt(1));
        else record.putArray("id").add(kind).add(id);
        record.put("value", Values.hex(bytes)).put("schema", Values.schema(given).toString());
        ObjectNode meant = record.putObject("meant").putObject("record");
        meant.putObject("before").put("string", "b");
        meant.set("it", given.get("meant"));
        meant.putObject("after").put("string", "a");
      }
    }
    System.out.println(Values.JSON.writeValueAsString(out));
    System.exit(0);
  }

  static byte[] written(JsonNode given, Map<String, String> options, RecordHeaders headers) throws Exception {
    Map<String, Object> settings = new HashMap<>(Map.of("apicurio.registry.url", registry.url("/apis/registry/v3"), "apicurio.registry.auto-register", "true"));
    options.forEach((name, value) -> settings.put("apicurio.registry." + name, value));
    Schema schema = Values.schema(given);
    try (AvroKafkaSerializer<Object> serializer = new AvroKafkaSerializer<>()) {
      serializer.configure(settings, false);
      return serializer.serialize("shop.wild", headers, Values.plain(given, schema));
    }
  }
}
