#!/usr/bin/env bash
# Writes ../values.json with Apicurio's serializer, and records what it wrote.
# Needs Java 17, Maven, and its registry.
set -euo pipefail
version=3.1.7
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
source "$here/../with-maven.sh"
cp "$here/../values.json" "$here"/*.java "$here/../java-avro/Values.java" .
with_maven org.apache.avro:avro:1.12.2 "io.apicurio:apicurio-registry-avro-serde-kafka:$version" org.slf4j:slf4j-nop:2.0.17
mkdir classes
nice -n 15 javac -nowarn -cp 'lib/*' -d classes ./*.java 2>java.txt || { cat java.txt >&2; exit 1; }
nice -n 15 java -cp 'classes:lib/*' Record "$version" >written.json 2>java.txt || { cat java.txt >&2; exit 1; }
python3 "$here/../tidy.py" <written.json >"$here/recorded.json"
