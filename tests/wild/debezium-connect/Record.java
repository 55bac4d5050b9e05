// Writes rows as Debezium's connectors hand them to Kafka Connect, through Apicurio's AvroConverter, and prints them as
// JSON. No database takes part: Debezium's own types make the values.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.apicurio.registry.utils.converter.AvroConverter;
import io.debezium.config.Configuration;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.UnchangedToastedPlaceholder;
import io.debezium.connector.postgresql.UnchangedToastedReplicationMessageColumn;
import io.debezium.data.Bits;
import io.debezium.data.Enum;
import io.debezium.data.EnumSet;
import io.debezium.data.Envelope;
import io.debezium.data.Json;
import io.debezium.data.Uuid;
import io.debezium.data.VariableScaleDecimal;
import io.debezium.data.Xml;
import io.debezium.time.Interval;
import io.debezium.time.IsoDate;
import io.debezium.time.IsoTime;
import io.debezium.time.IsoTimestamp;
import io.debezium.time.MicroDuration;
import io.debezium.time.MicroTime;
import io.debezium.time.MicroTimestamp;
import io.debezium.time.NanoDuration;
import io.debezium.time.NanoTime;
import io.debezium.time.NanoTimestamp;
import io.debezium.time.Year;
import io.debezium.time.ZonedTime;
import io.debezium.time.ZonedTimestamp;
import io.debezium.transforms.ExtractNewRecordState;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.source.SourceRecord;

public class Record {
  static final ObjectMapper JSON = new ObjectMapper();
  static final Instant NOW = Instant.parse("2025-11-29T13:14:15.123456789Z");
  static final Map<String, String> AS_CONFLUENT = Map.of("apicurio.registry.as-confluent", "true",
      "apicurio.registry.use-id", "contentId", "apicurio.registry.headers.enabled", "false");
  static final ArrayNode RECORDS = JSON.createArrayNode();
  static Registry registry;

  public static void main(String[] arguments) throws Exception {
    Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {
      error.printStackTrace();
      System.exit(1);
    });
    registry = new Registry();
    debeziumTimes();
    debeziumData();
    connectTypes();
    nullables();
    envelopes();
    waysOfNaming();
    ObjectNode out = JSON.createObjectNode();
    out.put("library", "io.debezium:debezium-connector-common through Apicurio's AvroConverter");
    out.put("version", arguments[0]).set("records", RECORDS);
    System.out.println(JSON.writeValueAsString(out));
    registry.server.stop(0);
  }

  static void debeziumTimes() throws Exception {
    for (String day : List.of("2025-11-29", "1970-01-01", "1969-07-20", "1950-03-04", "0001-01-01")) {
      var it = LocalDate.parse(day);
      row("date-" + day, io.debezium.time.Date.schema(), io.debezium.time.Date.toEpochDay(it, null), "date", day);
      row("iso-date-" + day, IsoDate.schema(), IsoDate.toIsoString(it, null), "date", day);
    }
    for (String text : List.of("00:00:00", "13:14:15.123456789", "23:59:59.999999999")) {
      var it = LocalTime.parse(text);
      String name = text.substring(0, 8).replace(":", "");
      String millis = text.length() > 8 ? text.substring(0, 12) : text;
      row("time-" + name, io.debezium.time.Time.schema(), io.debezium.time.Time.toMilliOfDay(it, false), "time-millis", millis);
      row("micro-time-" + name, MicroTime.schema(), MicroTime.toMicroOfDay(it, false), "time-micros", text);
      row("nano-time-" + name, NanoTime.schema(), NanoTime.toNanoOfDay(it, false), "time-nanos", text);
      row("iso-time-" + name, IsoTime.schema(), IsoTime.toIsoString(it, false), "time-nanos", text);
    }
    for (String text : List.of("2025-11-29T13:14:15.123456789", "1970-01-01T00:00:00", "1969-07-20T20:17:40.123456789",
        "1969-12-31T23:59:59.999999999")) {
      var it = LocalDateTime.parse(text);
      String name = text.substring(0, 10);
      String millis = text.length() > 19 ? text.substring(0, 23) : text;
      row("timestamp-" + name, io.debezium.time.Timestamp.schema(), io.debezium.time.Timestamp.toEpochMillis(it, null),
          "timestamp-millis", millis + "Z");
      row("micro-timestamp-" + name, MicroTimestamp.schema(), MicroTimestamp.toEpochMicros(it, null), "timestamp-micros", text + "Z");
      row("nano-timestamp-" + name, NanoTimestamp.schema(), NanoTimestamp.toEpochNanos(it, null), "timestamp-nanos", text + "Z");
      row("iso-timestamp-" + name, IsoTimestamp.schema(), IsoTimestamp.toIsoString(it, null), "timestamp-nanos", text + "Z");
      row("zoned-timestamp-" + name, ZonedTimestamp.schema(), ZonedTimestamp.toIsoString(OffsetDateTime.parse(text + "Z"), null),
          "timestamp-nanos", text + "Z");
    }
    row("zoned-timestamp-east", ZonedTimestamp.schema(),
        ZonedTimestamp.toIsoString(OffsetDateTime.parse("2025-11-29T13:14:15.5+03:00"), null), "timestamp-nanos", "2025-11-29T13:14:15.5+03:00");
    row("zoned-time", ZonedTime.schema(), ZonedTime.toIsoString(OffsetTime.parse("13:14:15.123456Z"), null, null),
        "string", "13:14:15.123456Z");
    // What PostgreSQL's driver makes of infinity and -infinity, as each type of Debezium's says it.
    row("micro-timestamp-infinity", MicroTimestamp.schema(), 9223372036825200000L, "null", null);
    row("micro-timestamp-minus-infinity", MicroTimestamp.schema(), -9223372036832400000L, "null", null);
    row("timestamp-infinity", io.debezium.time.Timestamp.schema(), 9223372036825200L, "null", null);
    row("zoned-timestamp-infinity", ZonedTimestamp.schema(), "infinity", "null", null);
    row("micro-time-24-hours", MicroTime.schema(), 86400000000L, "unreadable", "is no time of a day: it is negative, or 24 hours or more");
    row("year", Year.schema(), 2025, "int", 2025);
    row("micro-duration", MicroDuration.schema(), MicroDuration.durationMicros(0, 0, 0, 0, 1, 30.5, null), "iso-duration", "PT1M30.5S");
    row("nano-duration-negative", NanoDuration.schema(), NanoDuration.durationNanos(0, 0, 0, 0, -1, -30L, 0L), "iso-duration", "-PT1M30S");
    row("interval", Interval.schema(), Interval.toIsoString(1, 2, 3, 4, 5, new BigDecimal("6.78")), "string", "P1Y2M3DT4H5M6.78S");
  }

  static void debeziumData() throws Exception {
    for (String text : List.of("19.99", "-19.99", "0", "-0.000123", "1E+3", "12345678901234567890.12345678901234567890")) {
      Schema schema = VariableScaleDecimal.schema();
      row("variable-scale-decimal-" + text, schema, VariableScaleDecimal.fromLogical(schema, new BigDecimal(text)), "decimal", text);
    }
    row("variable-scale-decimal-optional", VariableScaleDecimal.optionalSchema(),
        VariableScaleDecimal.fromLogical(VariableScaleDecimal.optionalSchema(), new BigDecimal("19.99")), "decimal", "19.99");
    row("json", Json.schema(), "{\"a\": 1}", "string", "{\"a\": 1}");
    row("xml", Xml.schema(), "<a/>", "string", "<a/>");
    row("uuid", Uuid.schema(), "12345678-9ABC-4DEF-8123-456789ABCDEF", "uuid", "12345678-9abc-4def-8123-456789abcdef");
    row("enum", Enum.schema("BRONZE,SILVER,GOLD"), "SILVER", "string", "SILVER");
    row("enum-set", EnumSet.schema("a,b,c"), "a,c", "string", "a,c");
    row("bits", Bits.schema(9), new byte[] {5, 1}, "bytes", "0501");
    // What its connector for PostgreSQL writes of a column that has not changed.
    var unchanged = new UnchangedToastedPlaceholder(new PostgresConnectorConfig(Configuration.create().with("topic.prefix", "shop").build()));
    String text = unchanged.getToastPlaceholderString();
    row("unchanged-json", Json.builder().optional().build(), text, "null", null);
    row("unchanged-text", Schema.STRING_SCHEMA, text, "null", null);
    row("unchanged-bytes", Schema.BYTES_SCHEMA, ByteBuffer.wrap(unchanged.getToastPlaceholderBinary()), "null", null);
    var arrays = new java.util.LinkedHashMap<String, Schema>();
    arrays.put("TEXT_ARRAY", Schema.OPTIONAL_STRING_SCHEMA);
    arrays.put("BINARY_ARRAY", Schema.OPTIONAL_BYTES_SCHEMA);
    arrays.put("INT_ARRAY", Schema.OPTIONAL_INT32_SCHEMA);
    arrays.put("BIGINT_ARRAY", Schema.OPTIONAL_INT64_SCHEMA);
    arrays.put("UUID", Uuid.builder().optional().build());
    for (var each : arrays.entrySet()) {
      Object marker = UnchangedToastedReplicationMessageColumn.class.getField("UNCHANGED_" + each.getKey() + "_TOAST_VALUE").get(null);
      Object value = unchanged.getValue(marker).orElseThrow();
      row("unchanged-" + each.getKey().toLowerCase(), SchemaBuilder.array(each.getValue()).optional().build(), value, "null", null);
      if (each.getKey().equals("INT_ARRAY")) {
        Schema days = io.debezium.time.Date.builder().optional().build();
        row("unchanged-array-of-dates", SchemaBuilder.array(days).optional().build(), value, "null", null);
      }
    }
    row("unchanged-hstore", SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.OPTIONAL_STRING_SCHEMA).build(),
        unchanged.getValue(UnchangedToastedReplicationMessageColumn.UNCHANGED_HSTORE_TOAST_VALUE).orElseThrow(), "null", null);
    row("hstore", SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.OPTIONAL_STRING_SCHEMA).build(), Map.of("size", "M"), "map",
        Map.of("size", Map.of("string", "M")));
    row("array-of-dates", SchemaBuilder.array(io.debezium.time.Date.builder().optional().build()).build(), List.of(-165), "array",
        List.of(Map.of("date", "1969-07-20")));
  }

  static void connectTypes() throws Exception {
    for (String text : List.of("19.99", "-19.99", "0.00", "-1.28")) {
      row("connect-decimal-" + text, Decimal.schema(2), new BigDecimal(text), "decimal", text);
    }
    row("connect-decimal-with-precision", Decimal.builder(2).parameter("connect.decimal.precision", "12").build(),
        new BigDecimal("19.99"), "decimal", "19.99");
    row("connect-decimal-scale-0", Decimal.schema(0), new BigDecimal("-42"), "decimal", "-42");
    row("connect-decimal-scale-127", Decimal.schema(127), new BigDecimal("5E-127"), "decimal", "5E-127");
    row("connect-decimal-scale-minus-2", Decimal.schema(-2), new BigDecimal("-5E+2"), "decimal", "-5E+2");
    row("connect-decimal-default", Decimal.builder(2).defaultValue(new BigDecimal("1.00")).build(), new BigDecimal("19.99"), "decimal", "19.99");
    for (String day : List.of("2025-11-29", "1970-01-01", "1969-07-20", "1950-03-04")) {
      row("connect-date-" + day, Date.SCHEMA, java.util.Date.from(Instant.parse(day + "T00:00:00Z")), "date", day);
      row("connect-timestamp-" + day, Timestamp.SCHEMA, java.util.Date.from(Instant.parse(day + "T20:17:40.123Z")),
          "timestamp-millis", day + "T20:17:40.123Z");
    }
    row("connect-time", Time.SCHEMA, java.util.Date.from(Instant.parse("1970-01-01T13:14:15.123Z")), "time-millis", "13:14:15.123");
    row("connect-int8", Schema.INT8_SCHEMA, (byte) -7, "int", -7);
    row("connect-int16", Schema.INT16_SCHEMA, (short) 300, "int", 300);
    row("connect-int64", Schema.INT64_SCHEMA, 3000000001L, "long", "3000000001");
    row("connect-float32", Schema.FLOAT32_SCHEMA, 19.99f, "float", "19.99");
    row("connect-float64", Schema.FLOAT64_SCHEMA, 19.99, "double", "19.99");
    row("connect-boolean", Schema.BOOLEAN_SCHEMA, true, "boolean", true);
    row("connect-map-of-numbers", SchemaBuilder.map(Schema.INT32_SCHEMA, Schema.STRING_SCHEMA).build(), Map.of(7, "x"), "array",
        List.of(Map.of("record", Map.of("key", Map.of("int", 7), "value", Map.of("string", "x")))));
    // Names of tables and columns that Avro does not take.
    Schema shoe = SchemaBuilder.struct().name("shop.my-table.shoe").field("eu", Schema.INT32_SCHEMA).build();
    row("connect-name-that-avro-does-not-take", shoe, new Struct(shoe).put("eu", 42), "record", Map.of("eu", Map.of("int", 42)));
  }

  static void nullables() throws Exception {
    row("nullable-date", io.debezium.time.Date.builder().optional().build(), -165, "date", "1969-07-20");
    row("nullable-date-null", io.debezium.time.Date.builder().optional().build(), null, "null", null);
    row("nullable-date-with-default", io.debezium.time.Date.builder().optional().defaultValue(0).build(), -165, "date", "1969-07-20");
    row("nullable-decimal", Decimal.builder(2).optional().build(), new BigDecimal("-19.99"), "decimal", "-19.99");
    row("nullable-float", Schema.OPTIONAL_FLOAT32_SCHEMA, 19.99f, "float", "19.99");
    row("nullable-micro-timestamp-with-default", MicroTimestamp.builder().optional().defaultValue(0L).build(), 1764422055123456L,
        "timestamp-micros", "2025-11-29T13:14:15.123456Z");
    row("nullable-boolean-with-default-null", SchemaBuilder.bool().optional().defaultValue(false).build(), null, "null", null);
  }

  static void envelopes() throws Exception {
    Schema row = SchemaBuilder.struct().name("shop.public.customers.Value").field("id", Schema.INT32_SCHEMA)
        .field("email", Schema.STRING_SCHEMA).field("birthday", io.debezium.time.Date.builder().optional().build())
        .field("spent", VariableScaleDecimal.optionalSchema())
        .field("changed_at", MicroTimestamp.builder().optional().build()).optional().build();
    Schema source = SchemaBuilder.struct().name("io.debezium.connector.postgresql.Source").field("db", Schema.STRING_SCHEMA)
        .field("ts_ms", Schema.INT64_SCHEMA).field("snapshot", Enum.builder("true,first,last,false").optional().defaultValue("false").build())
        .build();
    Envelope envelope = Envelope.defineSchema().withName("shop.public.customers.Envelope").withRecord(row).withSource(source).build();
    Struct origin = new Struct(source).put("db", "shop").put("ts_ms", NOW.toEpochMilli()).put("snapshot", "false");
    Struct before = person(row, "19.99", 1764422055000000L);
    Struct after = person(row, "-0.01", 1764422055123456L);
    String was = person("19.99", "2025-11-29T13:14:15Z");
    String is = person("-0.01", "2025-11-29T13:14:15.123456Z");
    String nothing = "{\"null\": null}";
    change("envelope-create", envelope, envelope.create(after, origin, NOW), nothing, is, "c");
    change("envelope-read", envelope, envelope.read(after, origin, NOW), nothing, is, "r");
    change("envelope-update", envelope, envelope.update(before, after, origin, NOW), was, is, "u");
    change("envelope-delete", envelope, envelope.delete(before, origin, NOW), was, nothing, "d");
    change("envelope-truncate", envelope, envelope.truncate(origin, NOW), nothing, nothing, "t");
    record("tombstone", "shop.public.customers", null, null, null, AS_CONFLUENT);
    try (ExtractNewRecordState<SourceRecord> unwrap = new ExtractNewRecordState<>()) {
      unwrap.configure(Map.of("delete.tombstone.handling.mode", "rewrite", "add.fields", "op,source.ts_ms"));
      for (String operation : List.of("update", "delete")) {
        boolean isDelete = operation.equals("delete");
        Struct value = isDelete ? envelope.delete(before, origin, NOW) : envelope.update(before, after, origin, NOW);
        SourceRecord plain = unwrap.apply(new SourceRecord(Map.of(), Map.of(), "shop.public.customers", null, null, envelope.schema(), value));
        ObjectNode meant = (ObjectNode) JSON.readTree(isDelete ? was : is);
        ((ObjectNode) meant.get("record")).setAll((ObjectNode) JSON.readTree("{\"__deleted\": {\"string\": \"" + isDelete + "\"}, \"__op\": {\"string\": \""
            + operation.charAt(0) + "\"}, \"__source_ts_ms\": {\"long\": \"" + NOW.toEpochMilli() + "\"}}"));
        record("unwrapped-" + operation, plain.topic(), plain.valueSchema(), plain.value(), meant, AS_CONFLUENT);
      }
    }
  }

  static Struct person(Schema schema, String spent, long changedAt) {
    return new Struct(schema).put("id", 7).put("email", "jane@example.com").put("birthday", -165)
        .put("spent", VariableScaleDecimal.fromLogical(VariableScaleDecimal.optionalSchema(), new BigDecimal(spent))).put("changed_at", changedAt);
  }

  static String person(String spent, String changedAt) {
    return "{\"record\": {\"id\": {\"int\": 7}, \"email\": {\"string\": \"jane@example.com\"}, \"birthday\": {\"date\": \"1969-07-20\"}, \"spent\": "
        + "{\"decimal\": \"" + spent + "\"}, \"changed_at\": {\"timestamp-micros\": \"" + changedAt + "\"}}}";
  }

  static void change(String name, Envelope envelope, Struct value, String before, String after, String operation) throws Exception {
    long millis = NOW.toEpochMilli();
    String meant = "{\"record\": {\"before\": " + before + ", \"after\": " + after + ", \"source\": {\"record\": {\"db\": {\"string\": \"shop\"}, "
        + "\"ts_ms\": {\"long\": \"" + millis + "\"}, \"snapshot\": {\"string\": \"false\"}}}, \"transaction\": {\"null\": null}, \"op\": {\"string\": \""
        + operation + "\"}, \"ts_ms\": {\"long\": \"" + millis + "\"}, \"ts_us\": {\"long\": \"1764422055123456\"}, \"ts_ns\": {\"long\": "
        + "\"1764422055123456789\"}}}";
    record(name, "shop.public.customers", envelope.schema(), value, JSON.readTree(meant), AS_CONFLUENT);
  }

  static void waysOfNaming() throws Exception {
    Schema schema = io.debezium.time.Date.schema();
    row("the-converter-s-defaults", schema, -165, "date", "1969-07-20", Map.of());
    row("content-id-in-headers", schema, -165, "date", "1969-07-20", Map.of("apicurio.registry.use-id", "contentId"));
    row("eight-bytes", schema, -165, "date", "1969-07-20", Map.of("apicurio.registry.headers.enabled", "false"));
    row("eight-bytes-of-a-content-id", schema, -165, "date", "1969-07-20",
        Map.of("apicurio.registry.headers.enabled", "false", "apicurio.registry.use-id", "contentId"));
    row("without-connect-s-metadata", schema, -165, "date", "1969-07-20", with(AS_CONFLUENT, "connect.meta.data", "false"));
  }

  static Map<String, String> with(Map<String, String> options, String name, String value) {
    Map<String, String> more = new java.util.HashMap<>(options);
    more.put(name, value);
    return more;
  }

  static void row(String name, Schema type, Object it, String kind, Object meant) throws Exception {
    row(name, type, it, kind, meant, AS_CONFLUENT);
  }

  static void row(String name, Schema type, Object it, String kind, Object meant, Map<String, String> options) throws Exception {
    Schema schema = SchemaBuilder.struct().name("shop.public.wild.Value").field("id", Schema.INT32_SCHEMA).field("it", type)
        .field("last", Schema.STRING_SCHEMA).build();
    Struct row = new Struct(schema).put("id", 7).put("it", it).put("last", "a");
    ObjectNode told = JSON.createObjectNode();
    told.putObject("record").set("id", JSON.readTree("{\"int\": 7}"));
    ((ObjectNode) told.get("record")).putObject("it").set(kind, JSON.valueToTree(meant));
    ((ObjectNode) told.get("record")).putObject("last").put("string", "a");
    record(name, "shop.public.wild", schema, row, told, options);
  }

  static void record(String name, String topic, Schema schema, Object value, JsonNode meant, Map<String, String> options) throws Exception {
    AvroConverter<Object> converter = new AvroConverter<>();
    converter.configure(with(with(options, "apicurio.registry.url", registry.url("/apis/registry/v2")), "apicurio.registry.auto-register", "true"), false);
    RecordHeaders headers = new RecordHeaders();
    byte[] bytes = converter.fromConnectData(topic, headers, schema, value);
    ObjectNode record = RECORDS.addObject().put("name", name).put("format", "confluent");
    if (bytes == null) {
      record.putNull("value");
      return;
    }
    ByteBuffer prefix = ByteBuffer.wrap(bytes);
    var named = headers.toArray();
    int id;
    if (named.length > 0) {
      ObjectNode told = record.putObject("headers");
      for (var each : named) told.put(each.key(), HexFormat.of().formatHex(each.value()));
      id = (int) ByteBuffer.wrap(named[0].value()).getLong();
    } else {
      id = options == AS_CONFLUENT || options.containsKey("connect.meta.data") ? prefix.getInt(1) : (int) prefix.getLong(1);
    }
    if (named.length == 0 && prefix.getInt(1) == id) {
      record.put("id", id);
    } else {
      record.put("registry", "apicurio").putArray("id").add(id > 1000 ? "GLOBAL_ID" : "CONTENT_ID").add(id);
    }
    record.put("value", HexFormat.of().formatHex(bytes)).put("schema", registry.text(id > 1000 ? id - 1000 : id)).set("meant", meant);
  }
}
