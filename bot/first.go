package bot

import (
	"context"
	"sync/atomic"
	"time"
)

// acksFirst keeps workers from starting while payloads wait to be
// acknowledged: both write to the same store, and an acknowledgement has three
// seconds while an answer has patience.
type acksFirst struct{ waiting atomic.Int32 }

// Workers stand back this long at most, in steps.
const (
	standBack     = 200 * time.Millisecond
	standBackStep = 2 * time.Millisecond
)

// receiving counts one payload until done is called.
func (f *acksFirst) receiving() (done func()) {
	f.waiting.Add(1)
	return func() { f.waiting.Add(-1) }
}

// standBack waits while there is something to acknowledge.
func (f *acksFirst) standBack(ctx context.Context) {
	for until := time.Now().Add(standBack); f.waiting.Load() > 0 && time.Now().Before(until) && ctx.Err() == nil; {
		time.Sleep(standBackStep)
	}
}
