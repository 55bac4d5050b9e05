#!/usr/bin/env bash
# goavro 2.15.0 (Go): the fingerprint that it writes into single objects is not the specification's, and of a schema that
# uses its own name it changes from one codec to the next.
#
# Expected: CRC-64-AVRO of the Parsing Canonical Form, the same for each codec of one schema.
# Seen: of a record in a namespace with a field of its own type, some of 64 codecs have `"A"` in their canonical form and
# others `"x.A"`, so that there are two fingerprints: the form is made while a Go map is walked. A decimal on bytes gets
# the name `bytes.decimal`, and a second one of the same digits does not. A namespace within another is appended to it.
#
# Fails if that changes. Needs Go 1.23 or newer, and the Go module proxy.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >main.go <<'GO'
package main

import (
	"fmt"
	"strings"

	"github.com/linkedin/goavro/v2"
)

const tree = `{"type": "record", "name": "A", "namespace": "x", "fields": [{"name": "next", "type": ["null", "A"]}]}`
const money = `{"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}`
const row = `{"type": "record", "name": "R", "namespace": "x", "fields": [
	{"name": "a", "type": ` + money + `}, {"name": "b", "type": ` + money + `},
	{"name": "c", "type": {"type": "record", "name": "C", "namespace": "y", "fields": []}}]}`

func canonical(schema string) (string, uint64) {
	codec, err := goavro.NewCodec(schema)
	if err != nil {
		panic(err)
	}
	return codec.CanonicalSchema(), codec.Rabin
}

func main() {
	forms := map[string]uint64{}
	for range 64 {
		form, fingerprint := canonical(tree)
		forms[form] = fingerprint
	}
	for form, fingerprint := range forms {
		fmt.Printf("%016x %s\n", fingerprint, form)
	}
	form, _ := canonical(row)
	fmt.Println(form)
	if len(forms) != 2 || strings.Count(form, `"bytes.decimal"`) != 1 || !strings.Contains(form, `"x.y.C"`) {
		panic("it has changed")
	}
}
GO
go mod init finding >/dev/null 2>&1
go get github.com/linkedin/goavro/v2@v2.15.0 >/dev/null 2>&1
go run .
