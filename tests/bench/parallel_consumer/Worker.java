// The work of the benchmark on Confluent's parallel-consumer: key order, one request an event by Vert.x, a commit of
// what is settled every 500 ms. With its default of 5 s the map of settled offsets outgrows the 4,096 bytes of a
// commit's metadata on a backlog of 100,000 keys, and it takes nothing more until the next commit.

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.vertx.VertxParallelEoSStreamProcessor;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import io.vertx.ext.web.client.predicate.ResponsePredicate;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Conversions;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

public class Worker {
  private static final int HEADER = 5; // of Confluent's wire format
  private static final JsonFactory JSON = new JsonFactory();

  public static void main(String[] arguments) throws IOException {
    Map<String, String> given = new HashMap<>();
    for (String argument : arguments) {
      String[] parts = argument.substring(2).split("=", 2);
      given.put(parts[0], parts[1]);
    }
    int inFlight = Integer.parseInt(given.get("in-flight"));
    GenericDatumReader<GenericRecord> reader = reader(new File(given.get("schema")));
    var settings = Map.<String, Object>of(
        "bootstrap.servers", given.get("bootstrap"),
        "group.id", given.get("group"),
        "auto.offset.reset", "earliest",
        "enable.auto.commit", false);
    var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    var options =
        ParallelConsumerOptions.<byte[], byte[]>builder()
            .consumer(consumer)
            .ordering(ParallelConsumerOptions.ProcessingOrder.KEY)
            .maxConcurrency(inFlight)
            .commitInterval(Duration.ofMillis(500))
            .build();
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    WebClient client = WebClient.create(vertx, new WebClientOptions().setMaxPoolSize(inFlight));
    var processor = new VertxParallelEoSStreamProcessor<byte[], byte[]>(vertx, client, options);
    processor.subscribe(List.of(given.get("topic")));
    Runtime.getRuntime().addShutdownHook(new Thread(processor::closeDontDrainFirst));
    processor.vertxHttpWebClient(
        (web, context) -> {
          var record = context.getSingleConsumerRecord();
          return web.postAbs(given.get("url"))
              .putHeader("Content-Type", "application/json")
              .putHeader("Idempotency-Key", record.topic() + ":" + record.partition() + ":" + record.offset())
              .expect(ResponsePredicate.SC_SUCCESS)
              .sendBuffer(Buffer.buffer(body(reader, record.value())));
        },
        sent -> {});
  }

  private static GenericDatumReader<GenericRecord> reader(File file) throws IOException {
    Schema schema = new Schema.Parser().parse(file);
    GenericData data = new GenericData();
    data.addLogicalTypeConversion(new Conversions.DecimalConversion());
    return new GenericDatumReader<>(schema, schema, data);
  }

  private static byte[] body(GenericDatumReader<GenericRecord> reader, byte[] value) {
    if (value.length < HEADER || value[0] != 0) {
      throw new IllegalArgumentException("the value is not in Confluent's wire format");
    }
    try {
      BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(value, HEADER, value.length - HEADER, null);
      return json(reader.read(null, decoder));
    } catch (IOException error) {
      throw new IllegalArgumentException(error);
    }
  }

  private static byte[] json(GenericRecord cart) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("event", "add_to_cart");
      json.writeObjectFieldStart("properties");
      json.writeStringField("token", "bench");
      Object email = cart.get("email");
      json.writeStringField("distinct_id", String.valueOf(email == null ? cart.get("distinct_id") : email));
      json.writeArrayFieldStart("products");
      for (Object each : (List<?>) cart.get("products")) {
        GenericRecord product = (GenericRecord) each;
        json.writeStartObject();
        json.writeStringField("id", product.get("product_id").toString());
        writeIfThere(json, "name", product.get("name"));
        json.writeNumberField("price", (BigDecimal) product.get("price"));
        json.writeNumberField("quantity", (Integer) product.get("quantity"));
        json.writeEndObject();
      }
      json.writeEndArray();
      writeIfThere(json, "client", cart.get("client"));
      writeIfThere(json, "device", cart.get("device"));
      json.writeEndObject();
      json.writeEndObject();
    }
    return out.toByteArray();
  }

  private static void writeIfThere(JsonGenerator json, String name, Object value) throws IOException {
    if (value != null) {
      json.writeStringField(name, value.toString());
    }
  }
}
