import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Conversions;
import org.apache.avro.Schema;
import org.apache.avro.data.TimeConversions;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.TimePeriod;

/** What values.json means, as Java's Avro takes it. */
class Values {
  static final ObjectMapper JSON = new ObjectMapper();
  static final GenericData DATA = new GenericData();

  static {
    DATA.addLogicalTypeConversion(new Conversions.DecimalConversion());
    DATA.addLogicalTypeConversion(new Conversions.BigDecimalConversion());
    DATA.addLogicalTypeConversion(new Conversions.UUIDConversion());
    DATA.addLogicalTypeConversion(new Conversions.DurationConversion());
    DATA.addLogicalTypeConversion(new TimeConversions.DateConversion());
    DATA.addLogicalTypeConversion(new TimeConversions.TimeMillisConversion());
    DATA.addLogicalTypeConversion(new TimeConversions.TimeMicrosConversion());
    DATA.addLogicalTypeConversion(new TimeConversions.TimestampMillisConversion());
    DATA.addLogicalTypeConversion(new TimeConversions.TimestampMicrosConversion());
    DATA.addLogicalTypeConversion(new TimeConversions.TimestampNanosConversion());
    DATA.addLogicalTypeConversion(new TimeConversions.LocalTimestampMillisConversion());
    DATA.addLogicalTypeConversion(new TimeConversions.LocalTimestampMicrosConversion());
    DATA.addLogicalTypeConversion(new TimeConversions.LocalTimestampNanosConversion());
  }

  static JsonNode given() throws IOException {
    return JSON.readTree(new File("values.json"));
  }

  /** Of the record around a value. */
  static Schema schema(JsonNode given) {
    ObjectNode wild = JSON.createObjectNode();
    wild.put("type", "record").put("name", "Wild").put("namespace", "com.shop.wild");
    var fields = wild.putArray("fields");
    fields.addObject().put("name", "before").put("type", "string");
    fields.addObject().put("name", "it").set("type", given.get("type"));
    fields.addObject().put("name", "after").put("type", "string");
    return new Schema.Parser().parse(wild.toString());
  }

  /** The record around a value: dates are dates, for who has DATA's conversions. */
  static GenericData.Record record(JsonNode given, Schema schema) {
    GenericData.Record record = new GenericData.Record(schema);
    record.put("before", "b");
    record.put("it", made(given.get("meant"), schema.getField("it").schema()));
    record.put("after", "a");
    return record;
  }

  /** The same for who has none: dates are numbers. */
  static GenericData.Record plain(JsonNode given, Schema schema) throws IOException {
    byte[] bytes = raw(schema, record(given, schema), false);
    return new GenericDatumReader<GenericData.Record>(schema).read(null, DecoderFactory.get().binaryDecoder(bytes, null));
  }

  static byte[] raw(Schema schema, GenericData.Record record, boolean blocking) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    EncoderFactory factory = new EncoderFactory().configureBlockSize(64);
    BinaryEncoder encoder = blocking ? factory.blockingBinaryEncoder(out, null) : factory.binaryEncoder(out, null);
    new GenericDatumWriter<GenericData.Record>(schema, DATA).write(record, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  static Object made(JsonNode meant, Schema schema) {
    var entry = meant.fields().next();
    JsonNode value = entry.getValue();
    switch (entry.getKey()) {
      case "null": return null;
      case "boolean": return value.booleanValue();
      case "int": return value.intValue();
      case "long": return Long.valueOf(value.textValue());
      case "float": return Float.valueOf(value.textValue());
      case "double": return Double.valueOf(value.textValue());
      case "string": return value.textValue();
      case "bytes": return ByteBuffer.wrap(HexFormat.of().parseHex(value.textValue()));
      case "fixed": return new GenericData.Fixed(schema, HexFormat.of().parseHex(value.textValue()));
      case "enum": return new GenericData.EnumSymbol(schema, value.textValue());
      case "decimal": case "big-decimal": return new BigDecimal(value.textValue());
      case "date": return LocalDate.parse(value.textValue());
      case "time-millis": case "time-micros": return LocalTime.parse(value.textValue());
      case "timestamp-millis": case "timestamp-micros": case "timestamp-nanos": return Instant.parse(value.textValue());
      case "local-timestamp-millis": case "local-timestamp-micros": case "local-timestamp-nanos":
        return LocalDateTime.parse(value.textValue());
      case "uuid": case "uuid-fixed": return UUID.fromString(value.textValue());
      case "duration":
        return TimePeriod.of(value.get(0).longValue(), value.get(1).longValue(), value.get(2).longValue());
      case "union": return made(value.get("value"), schema.getTypes().get(value.get("index").intValue()));
      case "array": {
        List<Object> items = new ArrayList<>();
        value.forEach(item -> items.add(made(item, schema.getElementType())));
        return items;
      }
      case "map": {
        Map<String, Object> items = new LinkedHashMap<>();
        value.fields().forEachRemaining(item -> items.put(item.getKey(), made(item.getValue(), schema.getValueType())));
        return items;
      }
      case "record": {
        GenericData.Record record = new GenericData.Record(schema);
        value.fields().forEachRemaining(
            field -> record.put(field.getKey(), made(field.getValue(), schema.getField(field.getKey()).schema())));
        return record;
      }
      default: throw new IllegalStateException(entry.getKey());
    }
  }
}
