// Writes each value of values.json with Azure's Kafka serializer, whose HTTP client is one of this file that answers as
// the service does, and prints what it wrote as JSON.

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpClientProvider;
import com.azure.core.http.HttpHeaders;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.azure.schemaregistry.kafka.avro.KafkaAvroSerializer;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

public class Record {
  static String registered;

  public static void main(String[] arguments) throws Exception {
    Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {
      error.printStackTrace();
      System.exit(1);
    });
    TokenCredential credential = request -> Mono.just(new AccessToken("none", OffsetDateTime.now().plusHours(1)));
    KafkaAvroSerializer<Object> serializer = new KafkaAvroSerializer<>();
    serializer.configure(Map.of("schema.registry.url", "https://shop.servicebus.windows.net", "schema.registry.credential", credential,
        "schema.group", "shop", "auto.register.schemas", true), false);
    ObjectNode out = Values.JSON.createObjectNode();
    out.put("library", "com.microsoft.azure:azure-schemaregistry-kafka-avro").put("version", arguments[0]);
    out.put("format", "confluent").put("registry", "azure");
    ObjectNode values = out.putObject("values");
    for (JsonNode given : Values.given()) {
      Schema schema = Values.schema(given);
      RecordHeaders headers = new RecordHeaders();
      byte[] bytes = serializer.serialize("shop.wild", headers, Values.plain(given, schema));
      ObjectNode written = values.putObject(given.get("name").textValue());
      written.putArray("id").add("AZURE").add(id(registered));
      ObjectNode named = written.putObject("headers");
      for (Header each : headers) named.put(each.key(), Values.hex(each.value()));
      written.put("bytes", Values.hex(bytes)).put("schema", registered);
    }
    System.out.println(Values.JSON.writeValueAsString(out));
    System.exit(0);
  }

  static String id(String schema) {
    return UUID.nameUUIDFromBytes(schema.getBytes(StandardCharsets.UTF_8)).toString().replace("-", "");
  }

  /** Found by META-INF/services. */
  public static class Provider implements HttpClientProvider {
    @Override public HttpClient createInstance() {
      return request -> request.getBody().map(StandardCharsets.UTF_8::decode).collectList().map(parts -> {
        registered = String.join("", parts);
        return new Registered(request);
      });
    }
  }

  /** The answer to a schema that is registered. */
  static class Registered extends HttpResponse {
    final HttpHeaders headers = new HttpHeaders().set("Schema-Id", id(registered)).set("Schema-Version", "1")
        .set("Schema-Group-Name", "shop").set("Schema-Name", "com.shop.wild.Wild");

    Registered(HttpRequest request) {
      super(request);
    }

    @Override public int getStatusCode() {
      return 204;
    }

    @Override @Deprecated public String getHeaderValue(String name) {
      return headers.getValue(name);
    }

    @Override public HttpHeaders getHeaders() {
      return headers;
    }

    @Override public Flux<ByteBuffer> getBody() {
      return Flux.empty();
    }

    @Override public Mono<byte[]> getBodyAsByteArray() {
      return Mono.empty();
    }

    @Override public Mono<String> getBodyAsString() {
      return Mono.empty();
    }

    @Override public Mono<String> getBodyAsString(Charset charset) {
      return Mono.empty();
    }
  }
}
