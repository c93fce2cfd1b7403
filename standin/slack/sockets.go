package slack

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Limits of Socket Mode.
// https://docs.slack.dev/apis/events-api/using-socket-mode.
const (
	maxConnections = 10
	// maxAck is the size in bytes from which Slack drops an acknowledgement
	// without a word.
	maxAck = 20_480
	// writeDeadline is for one websocket frame.
	writeDeadline = 5 * time.Second
)

// connection is one websocket to the app.
type connection struct {
	number   int
	ws       *websocket.Conn
	draining bool // told to go: gets no more envelopes
}

// ack is what the app answers to an envelope.
type ack struct {
	EnvelopeID string          `json:"envelope_id"`
	Payload    json.RawMessage `json:"payload"`
}

// SocketStats counts what came over the Socket Mode connections.
type SocketStats struct {
	Connections int `json:"connections"`
	// Acks were in time; LateAcks were not, or were for no envelope of ours.
	Acks     int `json:"acks"`
	LateAcks int `json:"late_acks"`
	// DroppedAcks were lost on request, OversizedAcks were 20,480 bytes or more.
	DroppedAcks   int `json:"dropped_acks"`
	OversizedAcks int `json:"oversized_acks"`
}

// sockets are the open connections, the tickets for new ones, and who waits
// for an acknowledgement.
type sockets struct {
	mu      sync.Mutex
	tickets map[string]bool
	open    []*connection
	opened  int
	waiting map[string][]chan ack
	stats   SocketStats
}

func newSockets() *sockets {
	return &sockets{tickets: map[string]bool{}, waiting: map[string][]chan ack{}}
}

// ticket lets one connection in, once.
func (c *sockets) ticket() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.tickets) > 1000 {
		clear(c.tickets) // nobody holds this many unused ones in good faith
	}
	t := newSecret()
	c.tickets[t] = true
	return t
}

func (c *sockets) redeem(ticket string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	ok := c.tickets[ticket]
	delete(c.tickets, ticket)
	return ok
}

// add counts a connection in and returns it with how many there are now. There
// is no connection when there are too many.
func (c *sockets) add(ws *websocket.Conn) (*connection, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.open) >= maxConnections {
		return nil, len(c.open)
	}
	c.opened++
	conn := &connection{number: c.opened, ws: ws}
	c.open = append(c.open, conn)
	return conn, len(c.open)
}

func (c *sockets) remove(gone *connection) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open = slices.DeleteFunc(c.open, func(o *connection) bool { return o == gone })
}

// pick chooses any one connection that still takes envelopes.
func (c *sockets) pick(avoid int) (*connection, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var usable []*connection
	for _, conn := range c.open {
		if !conn.draining && conn.number != avoid {
			usable = append(usable, conn)
		}
	}
	if len(usable) == 0 {
		return nil, false
	}
	return usable[rand.IntN(len(usable))], true
}

// expect registers somebody who waits for an envelope's acknowledgement. The
// returned function ends the wait.
func (c *sockets) expect(envelopeID string) (<-chan ack, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	came := make(chan ack, 1)
	c.waiting[envelopeID] = append(c.waiting[envelopeID], came)
	return came, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		others := slices.DeleteFunc(c.waiting[envelopeID], func(o chan ack) bool { return o == came })
		if c.waiting[envelopeID] = others; len(others) == 0 {
			delete(c.waiting, envelopeID)
		}
	}
}

// acknowledge hands an acknowledgement to whoever waits. The app may send it
// over another connection than the envelope came by.
func (c *sockets) acknowledge(a ack) {
	c.mu.Lock()
	defer c.mu.Unlock()
	waiters := c.waiting[a.EnvelopeID]
	if len(waiters) == 0 {
		c.stats.LateAcks++
		return
	}
	c.stats.Acks++
	delete(c.waiting, a.EnvelopeID)
	for _, came := range waiters {
		came <- a // never blocks: one place, one acknowledgement
	}
}

func (c *sockets) count(how func(*SocketStats)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	how(&c.stats)
}

func (c *sockets) snapshot() SocketStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.stats
	now.Connections = len(c.open)
	return now
}

// drain marks all connections as told to go and returns them.
func (c *sockets) drain() []*connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.open {
		conn.draining = true
	}
	return slices.Clone(c.open)
}

// closeAll cuts every connection without a word.
func (c *sockets) closeAll() int {
	all := c.drain()
	for _, conn := range all {
		// The error says that it was closed already.
		_ = conn.ws.CloseNow()
	}
	return len(all)
}

func (c *connection) send(ctx context.Context, message any) error {
	frame, err := json.Marshal(message)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, writeDeadline)
	defer cancel()
	return c.ws.Write(ctx, websocket.MessageText, frame)
}
