#!/usr/bin/env bash
# goavro 2.15.0 (Go): a decimal of zero cannot be written to a `fixed`.
#
# Expected: zeros in each of its bytes.
# Seen: 19.99 and -19.99 are filled up to the 8 bytes of the type. Zero stays one byte, and the whole record is refused:
# "datum size ought to equal schema size: 1 != 8". On `bytes`, zero is written. So a free article stops a producer.
#
# Fails if that changes. Needs Go 1.21 or newer, and its module proxy.
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
export GOPATH="$folder/modules" GOCACHE="$folder/cache" GOFLAGS=-mod=mod
go mod init finding 2>go.txt
nice -n 15 go get github.com/linkedin/goavro/v2@v2.15.0 2>go.txt || { cat go.txt >&2; exit 1; }
cat >main.go <<'GO'
package main

import (
	"fmt"
	"math/big"
	"os"
	"strings"

	"github.com/linkedin/goavro/v2"
)

func main() {
	codec, err := goavro.NewCodec(`{"type":"fixed","name":"Price","size":8,"logicalType":"decimal","precision":12,"scale":2}`)
	if err != nil {
		panic(err)
	}
	for _, price := range []string{"19.99", "-19.99"} {
		number, _ := new(big.Rat).SetString(price)
		bytes, err := codec.BinaryFromNative(nil, number)
		fmt.Printf("%s: %x %v\n", price, bytes, err)
		if err != nil || len(bytes) != 8 {
			os.Exit(1)
		}
	}
	_, err = codec.BinaryFromNative(nil, new(big.Rat))
	fmt.Println("0.00:", err)
	if err == nil || !strings.Contains(err.Error(), "1 != 8") {
		os.Exit(1)
	}
}
GO
nice -n 15 go run .
