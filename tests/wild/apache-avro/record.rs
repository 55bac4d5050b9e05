// Writes each value of values.json with apache-avro, and prints what it wrote as JSON.

use apache_avro::types::Value;
use apache_avro::writer::datum::GenericDatumWriter;
use apache_avro::{BigDecimal, Days, Decimal, Duration, GenericSingleObjectWriter, Millis, Months, Schema, Uuid};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use num_bigint::BigInt;
use serde_json::{json, Map, Value as Json};
use std::str::FromStr;

fn main() {
    let text = std::fs::read_to_string("values.json").unwrap();
    let mut values = Map::new();
    for given in serde_json::from_str::<Vec<Json>>(&text).unwrap() {
        let name = given["name"].as_str().unwrap();
        let wild = json!({
            "type": "record", "name": "Wild", "namespace": "com.shop.wild", "fields": [
                {"name": "before", "type": "string"},
                {"name": "it", "type": given["type"]},
                {"name": "after", "type": "string"},
            ],
        });
        match written(&wild, &given["meant"]) {
            Ok((bytes, framed, own)) => {
                values.insert(name.into(), json!({"bytes": bytes, "schema": own, "single_object": framed}));
            }
            Err(error) => {
                values.insert(name.into(), json!({"refused": error}));
            }
        }
    }
    let version = std::env::args().nth(1).unwrap();
    println!("{}", json!({"library": "apache-avro", "version": version, "values": values}));
}

fn written(wild: &Json, meant: &Json) -> Result<(String, String, String), String> {
    let schema = Schema::parse(wild).map_err(|error| error.to_string())?;
    let record = Value::Record(vec![
        ("before".into(), Value::String("b".into())),
        ("it".into(), made(meant, wild["fields"][1]["type"].get("size"))),
        ("after".into(), Value::String("a".into())),
    ]);
    let mut framed = Vec::new();
    let bytes = GenericDatumWriter::builder(&schema)
        .build()
        .and_then(|writer| writer.write_value_to_vec(record.clone()))
        .map_err(|error| error.to_string())?;
    GenericSingleObjectWriter::new_with_capacity(&schema, 64)
        .and_then(|mut writer| writer.write_value(record, &mut framed))
        .map_err(|error| error.to_string())?;
    Ok((hex(&bytes), hex(&framed), serde_json::to_string(&schema).unwrap()))
}

fn made(meant: &Json, size: Option<&Json>) -> Value {
    let (kind, value) = meant.as_object().unwrap().iter().next().unwrap();
    let text = || value.as_str().unwrap();
    match kind.as_str() {
        "null" => Value::Null,
        "boolean" => Value::Boolean(value.as_bool().unwrap()),
        "int" => Value::Int(value.as_i64().unwrap() as i32),
        "long" => Value::Long(text().parse().unwrap()),
        "float" => Value::Float(text().parse().unwrap()),
        "double" => Value::Double(text().parse().unwrap()),
        "string" => Value::String(text().into()),
        "bytes" => Value::Bytes(unhex(text())),
        "fixed" => Value::Fixed(unhex(text()).len(), unhex(text())),
        "enum" => Value::Enum(SYMBOLS.iter().position(|each| *each == text()).unwrap() as u32 % 3, text().into()),
        "decimal" => {
            let digits = BigInt::from_str(&text().replace('.', "")).unwrap();
            let mut bytes = digits.to_signed_bytes_be();
            if let Some(size) = size {
                // `Decimal` is as long as the bytes that it is made of.
                let sign = if digits < BigInt::from(0) { 0xff } else { 0 };
                while (bytes.len() as u64) < size.as_u64().unwrap() {
                    bytes.insert(0, sign);
                }
            }
            Value::Decimal(Decimal::from(bytes))
        }
        "big-decimal" => Value::BigDecimal(BigDecimal::from_str(text()).unwrap()),
        "date" => {
            let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
            Value::Date((NaiveDate::from_str(text()).unwrap() - epoch).num_days() as i32)
        }
        "time-millis" => Value::TimeMillis((since_midnight(text()) / 1_000_000) as i32),
        "time-micros" => Value::TimeMicros(since_midnight(text()) / 1_000),
        "timestamp-millis" => Value::TimestampMillis(DateTime::parse_from_rfc3339(text()).unwrap().timestamp_millis()),
        "timestamp-micros" => Value::TimestampMicros(DateTime::parse_from_rfc3339(text()).unwrap().timestamp_micros()),
        "timestamp-nanos" => {
            Value::TimestampNanos(DateTime::parse_from_rfc3339(text()).unwrap().timestamp_nanos_opt().unwrap())
        }
        "local-timestamp-millis" => Value::LocalTimestampMillis(local(text()).timestamp_millis()),
        "local-timestamp-micros" => Value::LocalTimestampMicros(local(text()).timestamp_micros()),
        "local-timestamp-nanos" => Value::LocalTimestampNanos(local(text()).timestamp_nanos_opt().unwrap()),
        "uuid" | "uuid-fixed" => Value::Uuid(Uuid::parse_str(text()).unwrap()),
        "duration" => {
            let part = |at: usize| value[at].as_u64().unwrap() as u32;
            Value::Duration(Duration::new(Months::new(part(0)), Days::new(part(1)), Millis::new(part(2))))
        }
        "union" => {
            let branch = value["index"].as_u64().unwrap() as u32;
            Value::Union(branch, Box::new(made(&value["value"], None)))
        }
        "array" => Value::Array(value.as_array().unwrap().iter().map(|each| made(each, None)).collect()),
        "map" => {
            Value::Map(value.as_object().unwrap().iter().map(|(key, each)| (key.clone(), made(each, None))).collect())
        }
        "record" => {
            let fields = value.as_object().unwrap();
            Value::Record(fields.iter().map(|(name, each)| (name.clone(), made(each, None))).collect())
        }
        other => panic!("{other}"),
    }
}

// An enum's value needs its index: there is no other enum than these two.
const SYMBOLS: [&str; 5] = ["BRONZE", "SILVER", "GOLD", "PAID", "SENT"];

fn since_midnight(text: &str) -> i64 {
    (NaiveTime::from_str(text).unwrap() - NaiveTime::MIN).num_nanoseconds().unwrap()
}

fn local(text: &str) -> DateTime<chrono::Utc> {
    NaiveDateTime::from_str(text).unwrap().and_utc()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
