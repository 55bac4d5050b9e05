// Writes each value of values.json as Java's Avro does it, and prints what it wrote as JSON.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.message.BinaryMessageEncoder;

public class Record {
  public static void main(String[] arguments) throws Exception {
    ObjectNode out = Values.JSON.createObjectNode();
    out.put("library", "org.apache.avro:avro").put("version", arguments[0]);
    ObjectNode values = out.putObject("values");
    ObjectNode blocking = out.putObject("variants").putObject("blocking encoder");
    for (JsonNode given : Values.given()) {
      String name = given.get("name").textValue();
      ObjectNode written = values.putObject(name);
      try {
        Schema schema = Values.schema(given);
        GenericData.Record record = Values.record(given, schema);
        ByteBuffer framed = new BinaryMessageEncoder<GenericData.Record>(Values.DATA, schema).encode(record);
        byte[] bytes = new byte[framed.remaining()];
        framed.get(bytes);
        written.put("bytes", Values.hex(Values.raw(schema, record, false))).put("single_object", Values.hex(bytes));
        written.put("schema", schema.toString());
        if (name.matches("(array|map|record|union).*")) blocking.put(name, Values.hex(Values.raw(schema, record, true)));
      } catch (RuntimeException error) {
        written.removeAll().put("refused", error.toString().split("\n")[0]);
      }
    }
    System.out.println(Values.JSON.writeValueAsString(out));
  }
}
