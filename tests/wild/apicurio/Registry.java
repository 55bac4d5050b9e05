import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** An Apicurio registry on loopback that takes every schema: its globalId is 1000 above its contentId. */
class Registry {
  static final ObjectMapper JSON = new ObjectMapper();
  final Map<String, Integer> known = new LinkedHashMap<>();
  final Map<String, Map<String, Integer>> references = new LinkedHashMap<>();
  final HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);

  Registry() throws IOException {
    server.createContext("/", this::answer);
    server.start();
  }

  String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    String schema = body;
    boolean isVersion3 = exchange.getRequestURI().getPath().contains("/v3/");
    if (isVersion3) schema = JSON.readTree(body).at("/firstVersion/content/content").textValue();
    for (JsonNode each : isVersion3 ? JSON.readTree(body).at("/firstVersion/content/references") : JSON.createArrayNode()) {
      references.computeIfAbsent(schema, ignored -> new LinkedHashMap<>())
          .put(each.get("name").textValue(), Integer.parseInt(each.get("artifactId").textValue().substring(1)));
    }
    int id = known.computeIfAbsent(schema, ignored -> known.size() + 1);
    var version = JSON.createObjectNode();
    version.put("groupId", "default").put("artifactId", "a" + id).put("version", "1").put("artifactType", "AVRO");
    version.put("state", "ENABLED").put("type", "AVRO").put("id", "a" + id);
    version.put("globalId", 1000 + id).put("contentId", id);
    JsonNode answer = version;
    if (isVersion3) {
      var created = JSON.createObjectNode();
      created.putObject("artifact").put("groupId", "default").put("artifactId", "a" + id).put("artifactType", "AVRO");
      created.set("version", version);
      answer = created;
    }
    byte[] bytes = JSON.writeValueAsBytes(answer);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** The schemas that a schema takes from others, each with its own before it: their names and texts. */
  void references(int id, ObjectNode found) {
    references.getOrDefault(text(id), Map.of()).forEach((name, other) -> {
      references(other, found);
      found.put(name, text(other));
    });
  }

  String text(int id) {
    return known.entrySet().stream().filter(each -> each.getValue() == id).findFirst().orElseThrow().getKey();
  }
}
