#!/usr/bin/env bash
# Writes rows with Debezium's types through Kafka Connect's Avro converter, and records what it wrote.
# Needs Java 17, Maven, and its registry.
set -euo pipefail
version=3.6.1.Final
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
source "$here/../with-maven.sh"
cp "$here"/*.java "$here/../apicurio/Registry.java" .
with_maven "io.debezium:debezium-api:$version" "io.debezium:debezium-connector-common:$version" \
  "io.debezium:debezium-connector-postgres:$version" "io.debezium:debezium-connect-plugins:$version" org.apache.kafka:connect-api:4.3.1 org.apache.kafka:connect-json:4.3.1 \
  org.apache.kafka:connect-transforms:4.3.1 io.apicurio:apicurio-registry-utils-converter:2.6.13.Final org.slf4j:slf4j-nop:1.7.36
mkdir classes
nice -n 15 javac -nowarn -cp 'lib/*' -d classes ./*.java 2>java.txt || { cat java.txt >&2; exit 1; }
nice -n 15 java -cp 'classes:lib/*' Record "$version" >written.json 2>java.txt || { cat java.txt >&2; exit 1; }
python3 "$here/../tidy.py" <written.json >"$here/recorded.json"
