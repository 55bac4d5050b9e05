// Writes single objects of the .avsc files of a folder by hamba/avro, goavro and twmb/avro, a JSON line each.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/hamba/avro/v2"
	"github.com/hamba/avro/v2/soe"
	"github.com/linkedin/goavro/v2"
	twmb "github.com/twmb/avro"
)

var at = time.Date(2026, 11, 29, 18, 0, 0, 0, time.UTC)

func values() map[string]map[string]any {
	return map[string]map[string]any{
		"plain.avsc": {"id": "A1", "count": 3},
		"sale.avsc": {
			"id": "A1", "at": at, "day": time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC),
			"total": big.NewRat(1999, 100), "whole": big.NewRat(20, 1), "tax": big.NewRat(199, 100),
			"event": "8b1b2a53-3a9c-4a0e-9d4e-0a4cf0e8f3a1", "odd": int64(7),
			"lines": []any{map[string]any{"sku": "S1", "picked": at}}, "kind": "WEB",
		},
	}
}

func show(library, file string, data []byte) {
	line, _ := json.Marshal(map[string]string{"library": library, "schema": file, "value": hex.EncodeToString(data)})
	fmt.Println(string(line))
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	files := must(filepath.Glob(os.Args[1] + "/*.avsc"))
	for _, path := range files {
		file, text := filepath.Base(path), string(must(os.ReadFile(path)))
		value := values()[file]
		codec := must(soe.NewCodec(must(avro.ParseWithCache(text, "", &avro.SchemaCache{}))))
		show("hamba/avro 2.31.0", file, must(codec.Encode(value)))
		show("goavro 2.15.0", file, must(must(goavro.NewCodec(text)).SingleFromNative(nil, value)))
		schema := must(twmb.Parse(text))
		show("twmb/avro 1.9.1", file, must(schema.AppendSingleObject(nil, value)))
	}
}
