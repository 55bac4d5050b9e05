#!/usr/bin/env bash
# Writes ../values.json with Rust's apache-avro, and records what it wrote. Needs Rust 1.90 or newer, and its registry.
set -euo pipefail
version=0.22.0
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export CARGO_HOME="$folder/cargo"
mkdir src
cp "$here/record.rs" src/main.rs
cp "$here/../values.json" .
cat >Cargo.toml <<TOML
[package]
name = "record"
version = "0.0.0"
edition = "2021"
[dependencies]
apache-avro = "=$version"
chrono = { version = "0.4", default-features = false, features = ["std"] }
num-bigint = "0.4"
serde_json = { version = "1", features = ["preserve_order"] }
TOML
nice -n 15 cargo build --quiet --jobs 1
./target/debug/record "$version" >written.json
python3 "$here/../tidy.py" <written.json >"$here/recorded.json"
