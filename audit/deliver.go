package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/internal/store"
)

const (
	// deliveryDeadline bounds one attempt.
	deliveryDeadline = 2 * time.Minute
	// perSink is how many deliveries to one sink are under way at once: fewer
	// than there are workers, so that a vendor that hangs leaves some to others.
	perSink = 4
	// inOrder is how long a record waits for one that comes before it.
	inOrder = 2 * time.Second
	// longestWait bounds what a vendor may ask us to wait.
	longestWait = time.Hour
	// sweepEvery is how often debts are looked through, and sweepAge how old
	// a debt is by then: younger ones have their job.
	sweepEvery = time.Minute
	sweepAge   = 5 * time.Minute
	// patience is how long a vendor's no is taken for a mistake that somebody
	// mends, such as a missing permission.
	patience = 24 * time.Hour
)

// delivery is the payload of a DeliverJob.
type delivery struct {
	Seq  int64  `json:"seq"`
	Sink string `json:"sink"`
}

func deliveryJob(seq int64, sink string) store.Job {
	payload, err := json.Marshal(delivery{seq, sink})
	if err != nil { // a number and a string always marshal
		panic(fmt.Sprintf("marshalling a delivery: %v", err))
	}
	return store.Job{Kind: DeliverJob, Key: fmt.Sprintf("%d/%s", seq, sink), Payload: payload}
}

// Deliver is the handler of DeliverJob.
func (j *Journal) Deliver(ctx context.Context, payload []byte) error {
	var d delivery
	if err := json.Unmarshal(payload, &d); err != nil {
		return store.Cancel(fmt.Errorf("reading the delivery %.100q: %w", payload, err))
	}
	var sink Sink
	for _, s := range j.sinks {
		if s.Name() == d.Sink {
			sink = s
		}
	}
	if sink == nil { // taken out of the settings; put back, the sweep finds the debt
		return store.Cancel(fmt.Errorf("record %d is for the sink %s, which the settings no longer have", d.Seq, d.Sink))
	}
	if done, err := j.store.Delivered(ctx, d.Seq, d.Sink); err != nil || done {
		return err
	}
	entry, found, err := j.store.Entry(ctx, d.Seq)
	if err != nil {
		return err
	}
	if !found {
		return store.Cancel(fmt.Errorf("record %d is for the sink %s, and the journal does not hold it", d.Seq, d.Sink))
	}
	return j.tell(ctx, sink, entry)
}

// tell delivers an entry and keeps the receipt.
func (j *Journal) tell(ctx context.Context, sink Sink, entry store.Entry) error {
	record, err := recordOf(entry)
	if err != nil {
		return store.Cancel(err)
	}
	before, err := j.store.OwedBefore(ctx, entry, sink.Name())
	if err != nil {
		return err
	}
	if len(before) > 0 {
		return store.Snooze(inOrder)
	}
	select {
	case j.lanes[sink.Name()] <- struct{}{}:
		defer func() { <-j.lanes[sink.Name()] }()
	default:
		return store.Snooze(inOrder)
	}
	deadline, cancel := context.WithTimeout(ctx, deliveryDeadline)
	defer cancel()
	err = sink.Deliver(deadline, record)
	var later *Later
	var refused *refusedError
	switch {
	case err == nil:
		return j.store.MarkDelivered(ctx, entry.Seq, sink.Name(), "delivered")
	case errors.As(err, &later):
		j.log.Info("a delivery waits", zap.String("sink", sink.Name()), zap.Int64("record", entry.Seq), zap.Duration("for", later.After), zap.Error(later.Err))
		return store.Snooze(min(max(later.After, time.Second), longestWait))
	case errors.As(err, &refused) && j.now().Sub(record.At) > patience:
		j.log.Error("a delivery is given up: the record stays in the journal", zap.String("sink", sink.Name()), zap.Int64("record", entry.Seq), zap.Error(err))
		return j.store.MarkDelivered(ctx, entry.Seq, sink.Name(), "given up: "+err.Error())
	}
	return fmt.Errorf("delivering record %d to %s: %w", entry.Seq, sink.Name(), err)
}

// Sweep enqueues again whatever lacks its receipt, every minute until ctx is
// done: a safety net under the jobs, not the way they usually go.
func (j *Journal) Sweep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		if err := j.sweep(ctx, sweepAge); err != nil && ctx.Err() == nil {
			j.log.Warn("looking for undelivered records failed and will be tried again", zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (j *Journal) sweep(ctx context.Context, age time.Duration) error {
	names := make([]string, len(j.sinks))
	for i, sink := range j.sinks {
		names[i] = sink.Name()
	}
	owed, err := j.store.Undelivered(ctx, names, age)
	if err != nil || len(owed) == 0 {
		return err
	}
	jobs := make([]store.Job, len(owed))
	for i, d := range owed {
		jobs[i] = deliveryJob(d.Seq, d.Sink)
	}
	return j.store.Enqueue(ctx, jobs...)
}
