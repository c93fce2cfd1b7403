package slack

import (
	"errors"
	"fmt"
)

// Redelivery says how the last payload is sent again.
type Redelivery struct {
	// Envelope is "same" for the same envelope id (in HTTP mode: the same
	// request byte for byte, signature and all), or "new" for a new envelope id
	// around the same payload (in HTTP mode: signed anew). Default same.
	Envelope string `json:"envelope"`
	// Connection is "any", or "other" for a connection that did not get it the
	// first time. Default any.
	Connection string `json:"connection"`
}

// Receipt is what became of a delivery.
type Receipt struct {
	EnvelopeID string `json:"envelope_id"`
	Acked      bool   `json:"acked"`
	// Error is operation_timeout or dispatch_failed when it was not acked.
	Error  string  `json:"error"`
	TookMS float64 `json:"took_ms"`
}

func (rc receipt) public() Receipt {
	return Receipt{EnvelopeID: rc.envelopeID, Acked: rc.acked, Error: rc.failure, TookMS: milliseconds(rc.took)}
}

// Redeliver sends the last payload once more, as Slack does when it is not
// sure that the app got it, and waits for the acknowledgement.
func (s *Server) Redeliver(how Redelivery) (Receipt, error) {
	s.last.mu.Lock()
	p, before, settle := s.last.parcel, s.last.receipt, s.last.settle
	s.last.mu.Unlock()
	if settle == nil {
		return Receipt{}, errors.New("nothing has been delivered yet: there is nothing to deliver again")
	}
	switch how.Envelope {
	case "", "same":
		p.replay = before.sent
	case "new":
		p.envelopeID, p.replay = newSecret(), nil
	default:
		return Receipt{}, fmt.Errorf("there is no envelope %q: use same or new", how.Envelope)
	}
	switch how.Connection {
	case "", "any":
	case "other":
		if s.sockets.snapshot().Connections < 2 {
			return Receipt{}, errors.New("there is no other connection: the app must hold two or more")
		}
		p.avoid = before.connection
	default:
		return Receipt{}, fmt.Errorf("there is no connection %q: use any or other", how.Connection)
	}
	again := s.carry(p)
	if again.acked {
		settle(again) // a failure is not shown twice
	}
	return again.public(), nil
}
