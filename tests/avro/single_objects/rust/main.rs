//! Writes single objects of the .avsc files of a folder by apache-avro, a JSON line each.

use apache_avro::rabin::Rabin;
use apache_avro::types::Value;
use apache_avro::writer::datum::GenericDatumWriter;
use apache_avro::{Decimal, Schema};
use std::{env, fs, path::Path};

fn decimal(unscaled: i32) -> Value {
    Value::Decimal(Decimal::from(unscaled.to_be_bytes()))
}

fn value(file: &str) -> Value {
    let text = |text: &str| Value::String(text.into());
    let field = |name: &str, value: Value| (name.to_string(), value);
    if file == "plain.avsc" {
        return Value::Record(vec![field("id", text("A1")), field("count", Value::Int(3))]);
    }
    let line = vec![field("sku", text("S1")), field("picked", Value::TimestampMicros(1_795_975_200_000_000))];
    Value::Record(vec![
        field("id", text("A1")),
        field("at", Value::TimestampMillis(1_795_975_200_000)),
        field("day", Value::Date(20_786)),
        field("total", decimal(1999)),
        field("whole", decimal(20)),
        field("tax", decimal(199)),
        field("event", Value::Uuid("8b1b2a53-3a9c-4a0e-9d4e-0a4cf0e8f3a1".parse().unwrap())),
        field("odd", Value::Long(7)),
        field("lines", Value::Array(vec![Value::Record(line)])),
        field("kind", Value::Enum(1, "WEB".into())),
    ])
}

fn main() {
    let folder = env::args().nth(1).unwrap();
    for file in ["plain.avsc", "sale.avsc"] {
        let schema = Schema::parse_str(&fs::read_to_string(Path::new(&folder).join(file)).unwrap()).unwrap();
        let mut bytes = vec![0xc3, 0x01];
        bytes.extend(schema.fingerprint::<Rabin>().bytes);
        let writer = GenericDatumWriter::builder(&schema).build().unwrap();
        bytes.extend(writer.write_value_to_vec(value(file)).unwrap());
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        println!("{}", serde_json::json!({"library": "Rust apache-avro 0.22.0", "schema": file, "value": hex}));
    }
}
