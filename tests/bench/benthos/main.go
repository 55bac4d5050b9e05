// The core of Redpanda Connect, benthos 4.60, which is what of it is still open, with its components of pure functions
// and of HTTP. It has no input of Kafka and no decoder of Confluent's wire format, as those of Redpanda Connect are
// under another licence: kafka.go and avro.go are ours, on the libraries that Redpanda Connect itself takes.
package main

import (
	"context"
	"net/http"

	"github.com/redpanda-data/benthos/v4/public/service"

	_ "github.com/redpanda-data/benthos/v4/public/components/io"
	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
)

func main() {
	// http_client sends by Go's own transport, which keeps two idle connections a host: of 64 requests at once, 62 would
	// each open a connection of their own. No setting of http_client says otherwise.
	transport := http.DefaultTransport.(*http.Transport)
	transport.MaxIdleConns = 0
	transport.MaxIdleConnsPerHost = 1024

	service.MustRegisterBatchInput("kafka_records", kafkaSpec(), newKafka)
	service.MustRegisterProcessor("confluent_avro", avroSpec(), newDecoder)
	service.RunCLI(context.Background())
}
