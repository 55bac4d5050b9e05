// Writes each value of values.json with hamba/avro, and prints what it wrote as JSON.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/hamba/avro/v2"
	"github.com/hamba/avro/v2/soe"
)

type object = map[string]any

func main() {
	text, err := os.ReadFile("values.json")
	must(err)
	var given []struct {
		Name  string
		Type  json.RawMessage
		Meant object
	}
	must(json.Unmarshal(text, &given))
	out := object{}
	for _, each := range given {
		fields := `[{"name":"before","type":"string"},{"name":"it","type":` + string(each.Type) + `},{"name":"after","type":"string"}]`
		written := `{"type":"record","name":"Wild","namespace":"com.shop.wild","fields":` + fields + `}`
		bytes, text, framed, err := write(written, each.Meant)
		if err != nil {
			out[each.Name] = object{"refused": err.Error()}
			continue
		}
		out[each.Name] = object{"bytes": hex.EncodeToString(bytes), "schema": text, "single_object": hex.EncodeToString(framed)}
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	must(encoder.Encode(object{
		"library": "github.com/hamba/avro/v2", "version": os.Args[1], "values": out, "records": records(),
	}))
}

func write(text string, meant object) (bytes []byte, told string, framed []byte, err error) {
	defer func() {
		if recovered := recover(); recovered != nil {
			err = fmt.Errorf("panic: %v", recovered)
		}
	}()
	schema, err := avro.ParseWithCache(text, "", &avro.SchemaCache{})
	if err != nil {
		return nil, "", nil, err
	}
	record := object{"before": "b", "it": made(meant), "after": "a"}
	bytes, err = avro.Marshal(schema, record)
	if err != nil {
		return nil, "", nil, err
	}
	codec, err := soe.NewCodec(schema)
	if err != nil {
		return nil, "", nil, err
	}
	framed, err = codec.Encode(record)
	if err != nil {
		return nil, "", nil, err
	}
	marshaled, err := json.Marshal(schema)
	return bytes, string(marshaled), append([]byte{}, framed...), err
}

// What only Go makes of prices and birthdays.
func records() []object {
	decimal := `{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}`
	fields := `[{"name":"price","type":` + decimal + `},{"name":"birthday","type":{"type":"int","logicalType":"date"}}]`
	text := `{"type":"record","name":"Shopper","namespace":"com.shop.wild","fields":` + fields + `}`
	schema := avro.MustParse(text)
	written := []object{}
	for _, each := range []struct {
		name, price, day string
		rat              *big.Rat
		birthday         time.Time
	}{
		{"price-set-from-a-float", "19.99", "1990-03-04", new(big.Rat).SetFloat64(19.99), day("1990-03-04", 12)},
		{"birthday-at-noon-before-1970", "19.99", "1950-03-04", rat("19.99"), day("1950-03-04", 12)},
		{"birthday-at-midnight-before-1970", "19.99", "1950-03-04", rat("19.99"), day("1950-03-04", 0)},
		{"more-digits-than-the-scale", "19.999", "1990-03-04", rat("19.999"), day("1990-03-04", 0)},
	} {
		bytes, err := avro.Marshal(schema, object{"price": each.rat, "birthday": each.birthday})
		must(err)
		meant := object{"price": object{"decimal": each.price}, "birthday": object{"date": each.day}}
		written = append(written, object{
			"name": each.name, "format": "raw", "schema": text, "value": hex.EncodeToString(bytes), "meant": object{"record": meant},
		})
	}
	// The clock of a shop in Istanbul shows 13:14:15.
	text = `{"type":"record","name":"Visit","namespace":"com.shop.wild","fields":[{"name":"at","type":{"type":"long","logicalType":"local-timestamp-millis"}}]}`
	clock := time.Date(2025, 11, 29, 13, 14, 15, 0, time.FixedZone("Istanbul", 3*3600))
	bytes, err := avro.Marshal(avro.MustParse(text), object{"at": clock})
	must(err)
	meant := object{"at": object{"local-timestamp-millis": "2025-11-29T13:14:15"}}
	return append(written, object{
		"name": "local-timestamp-of-a-zone", "format": "raw", "schema": text, "value": hex.EncodeToString(bytes), "meant": object{"record": meant},
	})
}

func rat(text string) *big.Rat {
	number, ok := new(big.Rat).SetString(text)
	if !ok {
		panic(text)
	}
	return number
}

func day(text string, hour int) time.Time {
	parsed, err := time.Parse(time.DateOnly, text)
	must(err)
	return parsed.Add(time.Duration(hour) * time.Hour)
}

func made(meant object) any {
	for kind, value := range meant {
		switch kind {
		case "null":
			return nil
		case "boolean", "string", "enum", "uuid":
			return value
		case "int":
			return int(value.(float64))
		case "long":
			number, err := strconv.ParseInt(value.(string), 10, 64)
			must(err)
			return number
		case "float":
			number, err := strconv.ParseFloat(value.(string), 32)
			must(err)
			return float32(number)
		case "double":
			number, err := strconv.ParseFloat(value.(string), 64)
			must(err)
			return number
		case "bytes":
			return unhex(value.(string))
		case "fixed":
			return fixed(unhex(value.(string)))
		case "uuid-fixed":
			return fixed(unhex(strings.ReplaceAll(value.(string), "-", "")))
		case "decimal":
			return rat(value.(string))
		case "date":
			return day(value.(string), 0)
		case "time-millis", "time-micros":
			parsed, err := time.Parse("15:04:05", value.(string))
			must(err)
			return parsed.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC))
		case "timestamp-millis", "timestamp-micros":
			parsed, err := time.Parse(time.RFC3339Nano, value.(string))
			must(err)
			return parsed
		case "local-timestamp-millis", "local-timestamp-micros":
			parsed, err := time.Parse("2006-01-02T15:04:05", value.(string))
			must(err)
			return parsed
		case "timestamp-nanos", "local-timestamp-nanos": // not known to it: the number
			parsed, err := time.Parse(time.RFC3339Nano, strings.TrimSuffix(value.(string), "Z")+"Z")
			must(err)
			return parsed.UnixNano()
		case "duration":
			parts := value.([]any)
			return avro.LogicalDuration{
				Months: uint32(parts[0].(float64)), Days: uint32(parts[1].(float64)), Milliseconds: uint32(parts[2].(float64)),
			}
		case "union":
			branch := value.(object)
			inner := made(branch["value"].(object))
			if inner == nil {
				return nil
			}
			return object{branch["branch"].(string): inner}
		case "array":
			items := []any{}
			for _, item := range value.([]any) {
				items = append(items, made(item.(object)))
			}
			return items
		case "map", "record":
			items := object{}
			for key, item := range value.(object) {
				items[key] = made(item.(object))
			}
			return items
		}
		panic("no type of hamba/avro for " + kind)
	}
	panic("nothing was meant")
}

func fixed(bytes []byte) any {
	array := reflect.New(reflect.ArrayOf(len(bytes), reflect.TypeOf(byte(0)))).Elem()
	reflect.Copy(array, reflect.ValueOf(bytes))
	return array.Interface()
}

func unhex(text string) []byte {
	bytes, err := hex.DecodeString(text)
	must(err)
	return bytes
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
