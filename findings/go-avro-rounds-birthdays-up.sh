#!/usr/bin/env bash
# hamba/avro 2.31.0 and goavro 2.15.0 (Go): a `date` before 1970 is rounded up, not down to its day.
#
# Expected: the day in which the time lies, as for times after 1970: noon of 4 March 1950 is 4 March.
# Seen: both write 5 March 1950 for noon of the 4th, and 4 March 1990 for noon of that day. Seconds are divided by those
# of a day, which in Go rounds towards zero. Midnight is right in both.
#
# Fails if that changes. Needs Go 1.24 or newer, and its module proxy.
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
export GOPATH="$folder/modules" GOCACHE="$folder/cache" GOFLAGS=-mod=mod
go mod init finding 2>go.txt
nice -n 15 go get github.com/hamba/avro/v2@v2.31.0 github.com/linkedin/goavro/v2@v2.15.0 2>go.txt || { cat go.txt >&2; exit 1; }
cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/hamba/avro/v2"
	"github.com/linkedin/goavro/v2"
)

const schema = `{"type":"int","logicalType":"date"}`

// The days since 1970 that a value's bytes say.
func days(bytes []byte) string {
	number, shift := uint64(0), 0
	for _, each := range bytes {
		number |= uint64(each&0x7f) << shift
		shift += 7
	}
	days := int64(number>>1) ^ -int64(number&1)
	return time.Unix(days*86400, 0).UTC().Format(time.DateOnly)
}

func main() {
	parsed := avro.MustParse(schema)
	codec, err := goavro.NewCodec(schema)
	if err != nil {
		panic(err)
	}
	seen := ""
	for _, given := range []time.Time{
		time.Date(1990, 3, 4, 12, 0, 0, 0, time.UTC),
		time.Date(1950, 3, 4, 0, 0, 0, 0, time.UTC),
		time.Date(1950, 3, 4, 12, 0, 0, 0, time.UTC),
	} {
		first, err := avro.Marshal(parsed, given)
		if err != nil {
			panic(err)
		}
		second, err := codec.BinaryFromNative(nil, given)
		if err != nil {
			panic(err)
		}
		line := fmt.Sprintf("%s: hamba %s, goavro %s\n", given.Format(time.DateTime), days(first), days(second))
		fmt.Print(line)
		seen += line
	}
	expected := "1990-03-04 12:00:00: hamba 1990-03-04, goavro 1990-03-04\n" +
		"1950-03-04 00:00:00: hamba 1950-03-04, goavro 1950-03-04\n" +
		"1950-03-04 12:00:00: hamba 1950-03-05, goavro 1950-03-05\n"
	if seen != expected {
		fmt.Fprintln(os.Stderr, "that has changed")
		os.Exit(1)
	}
}
GO
nice -n 15 go run .
