// Redpanda Connect 4.27, which still had its earlier name of Benthos and whole lies in one module, with the components
// that pipeline.yaml names and no others. It cannot read Avro's decimals; what is added for them here costs next to
// nothing.
package main

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strconv"

	"github.com/benthosdev/benthos/v4/public/bloblang"
	"github.com/benthosdev/benthos/v4/public/service"

	_ "github.com/benthosdev/benthos/v4/public/components/confluent"
	_ "github.com/benthosdev/benthos/v4/public/components/io"
	_ "github.com/benthosdev/benthos/v4/public/components/kafka"
	_ "github.com/benthosdev/benthos/v4/public/components/prometheus"
	_ "github.com/benthosdev/benthos/v4/public/components/pure"
)

func main() {
	// http_client sends by Go's own transport, which keeps two idle connections a host: of 64 requests at once, 62 would
	// each open a connection of their own. No setting of http_client says otherwise.
	transport := http.DefaultTransport.(*http.Transport)
	transport.MaxIdleConns = 0
	transport.MaxIdleConnsPerHost = 1024

	spec := bloblang.NewPluginSpec().
		Description("The number in a decimal of Avro's JSON, of at most 15 digits: its two's complement, a character a byte.").
		Param(bloblang.NewInt64Param("scale").Description("How many of its digits are a fraction."))
	if err := bloblang.RegisterMethodV2("avro_decimal", spec, avroDecimal); err != nil {
		panic(err)
	}
	service.RunCLI(context.Background())
}

func avroDecimal(args *bloblang.ParsedParams) (bloblang.Method, error) {
	scale, err := args.GetInt64("scale")
	if err != nil {
		return nil, err
	}
	one := math.Pow10(int(scale))
	return bloblang.StringMethod(func(characters string) (any, error) {
		var unscaled int64
		for place, character := range characters {
			if place == 0 {
				unscaled = int64(int8(character))
			} else {
				unscaled = unscaled<<8 | int64(character)
			}
		}
		return json.Number(strconv.FormatFloat(float64(unscaled)/one, 'f', int(scale), 64)), nil
	}), nil
}
