package main

import (
	"context"
	"sync"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/twmb/franz-go/pkg/kgo"
)

// part is a batch of one partition's records: by its last one they are committed.
type part struct {
	partition int32
	records   []*kgo.Record
	answered  bool
}

func (p *part) last() *kgo.Record { return p.records[len(p.records)-1] }

// kafka reads one topic. What is committed, every 5 seconds as Redpanda Connect does, is the offset below which all
// are answered.
type kafka struct {
	options []kgo.Opt
	batch   int
	client  *kgo.Client

	read    []*part // from the broker, not yet handed on
	mutex   sync.Mutex
	waiting map[int32][]*part // handed on, in their order
}

func kafkaSpec() *service.ConfigSpec {
	return service.NewConfigSpec().Fields(
		service.NewStringListField("seed_brokers"),
		service.NewStringField("topic"),
		service.NewStringField("consumer_group"),
		service.NewIntField("batch").Description("Records of a batch, at most."),
	)
}

func newKafka(given *service.ParsedConfig, _ *service.Resources) (service.BatchInput, error) {
	brokers, err := given.FieldStringList("seed_brokers")
	if err != nil {
		return nil, err
	}
	topic, err := given.FieldString("topic")
	if err != nil {
		return nil, err
	}
	group, err := given.FieldString("consumer_group")
	if err != nil {
		return nil, err
	}
	batch, err := given.FieldInt("batch")
	if err != nil {
		return nil, err
	}
	options := []kgo.Opt{
		kgo.SeedBrokers(brokers...), kgo.ConsumeTopics(topic), kgo.ConsumerGroup(group),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.AutoCommitMarks(),
	}
	// What is not answered well is sent again, for ever: an answer that comes here is a good one.
	return service.AutoRetryNacksBatched(&kafka{options: options, batch: batch, waiting: map[int32][]*part{}}), nil
}

func (k *kafka) Connect(context.Context) (err error) {
	if k.client == nil {
		k.client, err = kgo.NewClient(k.options...)
	}
	return err
}

func (k *kafka) ReadBatch(stopped context.Context) (service.MessageBatch, service.AckFunc, error) {
	for len(k.read) == 0 {
		fetched := k.client.PollRecords(stopped, 1000)
		if err := fetched.Err0(); err != nil {
			return nil, nil, err
		}
		fetched.EachPartition(func(each kgo.FetchTopicPartition) {
			for records := each.Records; len(records) > 0; records = records[min(k.batch, len(records)):] {
				k.read = append(k.read, &part{partition: each.Partition, records: records[:min(k.batch, len(records))]})
			}
		})
	}
	next := k.read[0]
	k.read = k.read[1:]
	k.mutex.Lock()
	k.waiting[next.partition] = append(k.waiting[next.partition], next)
	k.mutex.Unlock()
	messages := make(service.MessageBatch, len(next.records))
	for place, record := range next.records {
		messages[place] = service.NewMessage(record.Value)
		messages[place].MetaSetMut("kafka_topic", record.Topic)
		messages[place].MetaSetMut("kafka_partition", int(record.Partition))
		messages[place].MetaSetMut("kafka_offset", int(record.Offset))
	}
	return messages, func(context.Context, error) error { k.done(next); return nil }, nil
}

func (k *kafka) done(one *part) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	one.answered = true
	waiting := k.waiting[one.partition]
	for len(waiting) > 0 && waiting[0].answered {
		k.client.MarkCommitRecords(waiting[0].last())
		waiting = waiting[1:]
	}
	k.waiting[one.partition] = waiting
}

func (k *kafka) Close(context.Context) error {
	if k.client != nil {
		k.client.Close()
	}
	return nil
}
