package main

import (
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"os"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/twmb/avro"
	"github.com/twmb/avro/atype"
)

const header = 5 // of Confluent's wire format

// decoder makes a structure of a value in Confluent's wire format, by one schema for all of them.
type decoder struct {
	schema *avro.Schema
}

func avroSpec() *service.ConfigSpec {
	return service.NewConfigSpec().Field(service.NewStringField("schema").Description("The file of the schema."))
}

func newDecoder(given *service.ParsedConfig, _ *service.Resources) (service.Processor, error) {
	file, err := given.FieldString("schema")
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	schema, err := avro.Parse(string(text), avro.CustomType{LogicalType: atype.Decimal, Decode: number})
	return &decoder{schema}, err
}

func (d *decoder) Process(_ context.Context, message *service.Message) (service.MessageBatch, error) {
	value, err := message.AsBytes()
	if err != nil {
		return nil, err
	}
	if len(value) < header || value[0] != 0 {
		return nil, errors.New("the value is not in Confluent's wire format")
	}
	var read any
	if _, err := d.schema.Decode(value[header:], &read); err != nil {
		return nil, err
	}
	message.SetStructuredMut(read)
	return service.MessageBatch{message}, nil
}

func (d *decoder) Close(context.Context) error { return nil }

// number keeps the digits of a decimal, which Bloblang passes on as they are.
func number(value any, node *avro.SchemaNode) (any, error) {
	bytes, ok := value.([]byte)
	if !ok {
		return nil, avro.ErrSkipCustomType
	}
	unscaled := new(big.Int).SetBytes(bytes)
	if len(bytes) > 0 && bytes[0] >= 0x80 {
		unscaled.Sub(unscaled, new(big.Int).Lsh(big.NewInt(1), uint(8*len(bytes))))
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(node.Scale)), nil)
	return json.Number(new(big.Rat).SetFrac(unscaled, scale).FloatString(node.Scale)), nil
}
