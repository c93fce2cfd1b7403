package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/internal/redact"
	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/ops"
)

// The kinds of the jobs that go with records. The payload of an ExecuteJob is
// the id of a request that has started.
const (
	DeliverJob = "deliver"
	ExecuteJob = "execute"
)

// handOver is how long after the start the job comes that would take a write
// over: by then the lease of a process that died has run out.
const handOver = (store.LeaseTTL + 5) * time.Second

// Journal is the trail. It is safe for concurrent use, also by several
// processes on one Postgres.
type Journal struct {
	store *store.Store
	sinks []Sink
	lanes map[string]chan struct{} // by sink: what is under way
	log   *zap.Logger
	now   func() time.Time
}

// NewJournal makes the journal over the open store. Every record that is
// appended is delivered to each of the sinks that wants it.
func NewJournal(store *store.Store, sinks []Sink, log *zap.Logger) *Journal {
	lanes := map[string]chan struct{}{}
	for _, sink := range sinks {
		lanes[sink.Name()] = make(chan struct{}, perSink)
	}
	return &Journal{store: store, sinks: sinks, lanes: lanes, log: log, now: time.Now}
}

// Append writes the record, its hash and the jobs that follow from it in one
// transaction, and fills in Seq, Prev, Hash and, when it is zero, At. What
// Append gave nil for is on the disk. A second StepStarted or StepEnded of one
// request gives ops.ErrRecorded.
func (j *Journal) Append(ctx context.Context, record *ops.Record) error {
	sealed := redacted(*record)
	if sealed.At.IsZero() {
		sealed.At = j.now()
	}
	sealed.At = sealed.At.UTC().Round(0) // without the monotonic clock
	_, err := j.store.Append(ctx, func(seq int64, prev string) (store.Entry, []store.Job, error) {
		sealed.Seq, sealed.Prev = seq, prev
		return j.seal(&sealed)
	})
	if errors.Is(err, store.ErrRecorded) {
		return fmt.Errorf("%w: %s of request %s", ops.ErrRecorded, record.Step, record.Request.ID)
	}
	if err != nil {
		return err
	}
	record.Seq, record.At, record.Prev, record.Hash = sealed.Seq, sealed.At, sealed.Prev, sealed.Hash
	return nil
}

// redacted hides secrets in what somebody typed that led to nothing: it is the
// one part of a record that nobody has checked, and a journal forgets nothing.
// What led to a preview was checked against the verb's arguments, and is needed
// as it was typed to take the request up again.
func redacted(r ops.Record) ops.Record {
	if r.Step != ops.StepRefused && r.Step != ops.StepAnswered {
		return r
	}
	r.Request.Target, r.Request.Because = redact.Text(r.Request.Target), redact.Text(r.Request.Because)
	r.Request.Args = maps.Clone(r.Request.Args)
	for name, value := range r.Request.Args {
		r.Request.Args[name] = redact.Value(name, value)
	}
	r.Summary = redact.Text(r.Summary)
	return r
}

// seal fills in the record's hash and makes its entry and its jobs.
func (j *Journal) seal(r *ops.Record) (store.Entry, []store.Job, error) {
	body, err := canonical(*r)
	if err != nil {
		return store.Entry{}, nil, err
	}
	r.Hash = digest(body)
	entry := entryOf(*r, body)
	var jobs []store.Job
	for _, sink := range j.sinks {
		if sink.Wants(*r) {
			entry.Sinks = append(entry.Sinks, sink.Name())
			jobs = append(jobs, deliveryJob(r.Seq, sink.Name()))
		}
	}
	if r.Step == ops.StepStarted {
		jobs = append(jobs, store.Job{Kind: ExecuteJob, Key: r.Request.ID, Payload: []byte(r.Request.ID), At: j.now().Add(handOver)})
	}
	return entry, jobs, nil
}

// entryOf copies out of the record what entries are found by.
func entryOf(r ops.Record, body []byte) store.Entry {
	entry := store.Entry{
		Seq: r.Seq, At: r.At, RequestID: r.Request.ID, Step: string(r.Step), ActorID: r.Request.Actor.ID,
		Write: r.Step != ops.StepAnswered, Body: body, Prev: r.Prev, Hash: r.Hash,
	}
	if r.Target != nil {
		entry.Cluster, entry.Namespace, entry.Kind, entry.Name = r.Target.Cluster, r.Target.Namespace, r.Target.Kind, r.Target.Name
	}
	return entry
}

// Records gives the selected records, oldest first.
func (j *Journal) Records(ctx context.Context, q ops.Query) ([]ops.Record, error) {
	entries, err := j.store.Entries(ctx, store.Filter{
		RequestID: q.RequestID, Cluster: q.Cluster, Namespace: q.Namespace, Kind: q.Kind, Name: q.Name,
		ActorID: q.ActorID, Since: q.Since, Writes: q.Writes, Open: q.Open, Limit: q.Limit,
	})
	if err != nil {
		return nil, err
	}
	records := make([]ops.Record, len(entries))
	for i, entry := range entries {
		if records[i], err = recordOf(entry); err != nil {
			return nil, err
		}
	}
	return records, nil
}

func recordOf(entry store.Entry) (ops.Record, error) {
	var r ops.Record
	if err := json.Unmarshal(entry.Body, &r); err != nil {
		return ops.Record{}, fmt.Errorf("record %d of the journal is damaged (run `steward audit verify`): %w", entry.Seq, err)
	}
	r.Hash = entry.Hash
	return r, nil
}

// noHash ends the JSON of a record that has no hash yet.
const noHash = `,"hash":""}`

// canonical gives the bytes that are hashed: the record's JSON without its
// hash, in the order of the fields of ops.Record, maps by sorted keys, without
// spaces, and with <, > and & as they are. It is the exported line without its
// last member, so that anybody can recompute the chain with a text editor and
// sha256sum.
func canonical(r ops.Record) ([]byte, error) {
	r.Hash = ""
	var raw bytes.Buffer
	encoder := json.NewEncoder(&raw)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r); err != nil {
		return nil, fmt.Errorf("writing the record as JSON: %w", err)
	}
	body, ok := bytes.CutSuffix(bytes.TrimSuffix(raw.Bytes(), []byte("\n")), []byte(noHash))
	if !ok {
		return nil, errors.New("the hash is not the last member of a record's JSON")
	}
	return append(body, '}'), nil
}

// digest is the record's hash. The chain is in the body, whose prev is the hash
// of the record before.
func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
