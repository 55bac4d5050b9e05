// The work of the benchmark as one would write it by hand in Go, on the fastest libraries known: franz-go, hamba/avro
// and fasthttp. Events of one key go one after the other; what is committed is the offset below which all are
// answered; a request that fails is sent again, for ever. It has no routes, no schema registry, no dead letters, no
// metrics and no limits that follow the endpoint.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"hash/maphash"
	"log"
	"math/big"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/hamba/avro/v2"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/valyala/fasthttp"
)

const (
	header = 5 // of Confluent's wire format
	queue  = 256
)

type line struct {
	ID       string   `avro:"product_id"`
	Name     *string  `avro:"name"`
	Price    *big.Rat `avro:"price"`
	Quantity int      `avro:"quantity"`
}

type cart struct {
	DistinctID string  `avro:"distinct_id"`
	Email      *string `avro:"email"`
	Products   []line  `avro:"products"`
	Client     *string `avro:"client"`
	Device     *string `avro:"device"`
}

type product struct {
	ID       string      `json:"id"`
	Name     *string     `json:"name,omitempty"`
	Price    json.Number `json:"price"`
	Quantity int         `json:"quantity"`
}

type properties struct {
	Token      string    `json:"token"`
	DistinctID string    `json:"distinct_id"`
	Products   []product `json:"products"`
	Client     *string   `json:"client,omitempty"`
	Device     *string   `json:"device,omitempty"`
}

type event struct {
	Event      string     `json:"event"`
	Properties properties `json:"properties"`
}

func body(schema avro.Schema, value []byte) ([]byte, error) {
	if len(value) < header || value[0] != 0 {
		return nil, fmt.Errorf("the value is not in Confluent's wire format")
	}
	var read cart
	if err := avro.Unmarshal(schema, value[header:], &read); err != nil {
		return nil, err
	}
	customer := read.DistinctID
	if read.Email != nil {
		customer = *read.Email
	}
	products := make([]product, len(read.Products))
	for place, each := range read.Products {
		products[place] = product{each.ID, each.Name, json.Number(each.Price.FloatString(2)), each.Quantity}
	}
	return json.Marshal(event{"add_to_cart", properties{"bench", customer, products, read.Client, read.Device}})
}

// progress knows which offsets of a partition are on their way, in their order, and which of them are answered.
type progress struct {
	mutex    sync.Mutex
	waiting  []*kgo.Record
	answered map[int64]bool
}

func (p *progress) begun(record *kgo.Record) {
	p.mutex.Lock()
	p.waiting = append(p.waiting, record)
	p.mutex.Unlock()
}

// done gives the last record that can be committed now; nil where an earlier one is still on its way.
func (p *progress) done(record *kgo.Record) (last *kgo.Record) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.answered[record.Offset] = true
	for len(p.waiting) > 0 && p.answered[p.waiting[0].Offset] {
		last, p.waiting = p.waiting[0], p.waiting[1:]
		delete(p.answered, last.Offset)
	}
	return last
}

type job struct {
	record   *kgo.Record
	progress *progress
}

type worker struct {
	client *kgo.Client
	http   *fasthttp.HostClient
	schema avro.Schema
	url    string
}

func (w *worker) run(jobs <-chan job) {
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	request.SetRequestURI(w.url)
	request.Header.SetMethod(fasthttp.MethodPost)
	request.Header.SetContentType("application/json")
	for each := range jobs {
		document, err := body(w.schema, each.record.Value)
		if err != nil {
			log.Fatalf("%s[%d]@%d: %v", each.record.Topic, each.record.Partition, each.record.Offset, err)
		}
		key := fmt.Sprintf("%s:%d:%d", each.record.Topic, each.record.Partition, each.record.Offset)
		request.Header.Set("Idempotency-Key", key)
		request.SetBodyRaw(document)
		for wait := 10 * time.Millisecond; ; wait = min(2*wait, 10*time.Second) {
			if err := w.http.Do(request, response); err == nil && response.StatusCode()/100 == 2 {
				break
			}
			time.Sleep(wait)
		}
		if last := each.progress.done(each.record); last != nil {
			w.client.MarkCommitRecords(last)
		}
	}
}

func main() {
	bootstrap := flag.String("bootstrap", "", "address of a broker")
	topic := flag.String("topic", "", "topic to read")
	group := flag.String("group", "", "consumer group")
	url := flag.String("url", "", "where events go")
	schemaFile := flag.String("schema", "", "file of the schema, the same for all records")
	inFlight := flag.Int("in-flight", 64, "requests at once")
	flag.Parse()

	text, err := os.ReadFile(*schemaFile)
	if err != nil {
		log.Fatal(err)
	}
	client, err := kgo.NewClient(
		kgo.SeedBrokers(*bootstrap), kgo.ConsumerGroup(*group), kgo.ConsumeTopics(*topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.AutoCommitMarks(),
	)
	if err != nil {
		log.Fatal(err)
	}
	address := fasthttp.AcquireURI()
	if err := address.Parse(nil, []byte(*url)); err != nil {
		log.Fatal(err)
	}
	w := &worker{
		client: client, schema: avro.MustParse(string(text)), url: *url,
		http: &fasthttp.HostClient{Addr: string(address.Host()), MaxConns: *inFlight},
	}
	lanes := make([]chan job, *inFlight)
	for place := range lanes {
		lanes[place] = make(chan job, queue)
		go w.run(lanes[place])
	}
	consume(client, lanes)
}

// consume hands each record to the lane of its key, until SIGTERM.
func consume(client *kgo.Client, lanes []chan job) {
	stopped, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	seed, partitions := maphash.MakeSeed(), map[int32]*progress{}
	for {
		fetched := client.PollRecords(stopped, 1000)
		if stopped.Err() != nil {
			client.Close()
			return
		}
		fetched.EachError(func(topic string, partition int32, err error) {
			log.Printf("%s[%d]: %v", topic, partition, err)
		})
		fetched.EachRecord(func(record *kgo.Record) {
			its := partitions[record.Partition]
			if its == nil {
				its = &progress{answered: map[int64]bool{}}
				partitions[record.Partition] = its
			}
			its.begun(record)
			lanes[maphash.Bytes(seed, record.Key)%uint64(len(lanes))] <- job{record, its}
		})
	}
}
