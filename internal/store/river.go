package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"go.uber.org/zap"
)

// Two hours bound the longest job, a rollout that is watched to its end. River
// has a deadline of its own, a minute by default, which is switched off. Its
// rescuer must never take a job from a worker that lives, so it comes after
// that; ours knows who lives, and comes at once.
const (
	jobDeadline = 2 * time.Hour
	riverRescue = 24 * time.Hour
	// workers is how many jobs of one kind run at once. Each kind has a queue
	// of its own, so that a vendor that hangs holds up nobody else.
	workers = 10
	// poll is how long a job waits on SQLite, which cannot notify.
	poll = 250 * time.Millisecond
	// maxAttempts is the most that River's smallint column holds. It counts
	// kills and the first failures only: see doublings.
	maxAttempts = math.MaxInt16
)

// task is how a Job is stored in River, under one River kind: the queue's name
// is the Job's kind.
type task struct {
	JobKind string `json:"kind" river:"unique"`
	Key     string `json:"key" river:"unique"`
	Payload []byte `json:"payload"`
}

// Kind names the job to River.
func (task) Kind() string { return "steward" }

// engine is River on one of the two databases: T is its transaction.
type engine[T any] struct {
	open     func(*river.Config) (*river.Client[T], error)
	log      *zap.Logger
	inserter *river.Client[T]
	worker   *river.Client[T] // nil until start
}

func newEngine[T any](log *zap.Logger, open func(*river.Config) (*river.Client[T], error)) (*engine[T], error) {
	inserter, err := open(&river.Config{Logger: quiet(log), MaxAttempts: maxAttempts})
	if err != nil {
		return nil, fmt.Errorf("preparing the job queue: %w", err)
	}
	return &engine[T]{open: open, log: log, inserter: inserter}, nil
}

// waiting are the states in which a job keeps another of its key away.
// Finished jobs do not: what lacks its receipt is enqueued again.
func waiting() []rivertype.JobState {
	return []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
		rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}
}

func (e *engine[T]) insert(ctx context.Context, tx T, jobs []Job) error {
	if len(jobs) == 0 {
		return nil
	}
	if err := validate(jobs); err != nil {
		return err
	}
	params := make([]river.InsertManyParams, len(jobs))
	for i, job := range jobs {
		opts := &river.InsertOpts{Queue: job.Kind, ScheduledAt: job.At}
		if job.Key != "" {
			opts.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: waiting()}
		}
		params[i] = river.InsertManyParams{Args: task{JobKind: job.Kind, Key: clean(job.Key), Payload: job.Payload}, InsertOpts: opts}
	}
	_, err := e.inserter.InsertManyTx(ctx, tx, params)
	return err
}

// start begins to work. The client outlives ctx: it ends by stop.
func (e *engine[T]) start(ctx context.Context, id string, handlers map[string]Handler) error {
	queues := map[string]river.QueueConfig{}
	for kind := range handlers {
		if err := validate([]Job{{Kind: kind}}); err != nil {
			return err
		}
		queues[kind] = river.QueueConfig{MaxWorkers: workers}
	}
	pool := river.NewWorkers()
	if err := river.AddWorkerSafely(pool, &worker{handlers: handlers, log: e.log}); err != nil {
		return fmt.Errorf("registering the job handlers: %w", err)
	}
	client, err := e.open(&river.Config{
		ID:                   id,
		Queues:               queues,
		Workers:              pool,
		JobTimeout:           -1,
		RescueStuckJobsAfter: riverRescue,
		RetryPolicy:          retries{},
		MaxAttempts:          maxAttempts,
		FetchPollInterval:    poll,
		Logger:               quiet(e.log),
	})
	if err != nil {
		return fmt.Errorf("preparing the job queue: %w", err)
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("starting the job queue: %w", err)
	}
	e.worker = client
	return nil
}

// grace is how long a job that was cancelled has to return.
const grace = 5 * time.Second

func (e *engine[T]) stop(ctx context.Context) error {
	if e.worker == nil {
		return nil
	}
	client := e.worker
	e.worker = nil
	if client.Stop(ctx) == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := client.StopAndCancel(ctx); err != nil {
		return fmt.Errorf("some jobs did not end when they were told to, and will be done again by the next process: %w", err)
	}
	return nil
}

// worker hands River's jobs to the handlers.
type worker struct {
	river.WorkerDefaults[task]
	handlers map[string]Handler
	log      *zap.Logger
}

// Work does one job and translates what the handler says.
func (w *worker) Work(ctx context.Context, job *river.Job[task]) error {
	handler, ok := w.handlers[job.Args.JobKind]
	if !ok {
		return river.JobCancel(fmt.Errorf("no handler for jobs of the kind %q", job.Args.JobKind))
	}
	ctx, cancel := context.WithTimeout(ctx, jobDeadline)
	defer cancel()
	err := handler.recovered(ctx, job.Args.Payload)
	var snooze snoozed
	var stop cancelled
	fields := []zap.Field{zap.String("job", job.Args.JobKind), zap.String("key", job.Args.Key), zap.Int("attempt", job.Attempt)}
	switch {
	case err == nil:
		return nil
	case errors.As(err, &snooze):
		return river.JobSnooze(snooze.Duration)
	case errors.As(err, &stop):
		w.log.Error("a job was given up", append(fields, zap.Error(stop.error))...)
		return river.JobCancel(stop.error)
	}
	wait := retryIn(job.Attempt)
	w.log.Warn("a job failed and will be tried again", append(fields, zap.Duration("in", wait), zap.Error(err))...)
	if job.Attempt >= doublings {
		return river.JobSnooze(wait) // River gives the attempt back, and keeps no error
	}
	return err
}

// retries is River's view of retryIn.
type retries struct{}

// NextRetry says when the job is tried again.
func (retries) NextRetry(job *rivertype.JobRow) time.Time {
	return time.Now().Add(retryIn(job.Attempt))
}
