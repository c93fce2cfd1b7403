package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/steward-bot/steward/ops"
)

func TestOnePersonHasAQuarterOfTheWorkersAndTheRestWaitsInOrder(t *testing.T) {
	h := open(t)
	slow := make(chan struct{})
	h.runner.plays(func(req ops.Request) (ops.Reply, error) {
		if req.Actor.ID == "U0ANA" {
			<-slow
		}
		return play(req)
	})
	for i := range 16 {
		h.command("U0ANA", "C0SHOP", fmt.Sprintf("diagnose checkout-%d", i))
	}
	h.until("ana has a quarter of the 32 workers", func() bool { return len(h.runner.requests()) == 8 })
	h.command("U0BEN", "C0SHOP", "access")
	h.ephemeral("U0BEN", "C0SHOP", 1)
	if n := len(h.runner.requests()); n != 9 {
		t.Errorf("%d requests of ana are worked on at a time, not 8", n-1)
	}
	for next := 8; next < 16; next++ {
		slow <- struct{}{}
		h.until("the next of ana's requests is begun", func() bool { return len(h.runner.requests()) == next+2 })
		if target := h.runner.requests()[next+1].Target; target != fmt.Sprintf("checkout-%d", next) {
			t.Errorf("%s came as number %d", target, next)
		}
	}
	close(slow)
	h.until("the inbox is empty", func() bool { return len(h.unhandled()) == 0 })
}

func TestWhoAsksTooMuchIsToldOnceAndHoldsNobodyUp(t *testing.T) {
	h := open(t)
	began := time.Now()
	for range 26 {
		h.command("U0ANA", "C0SHOP", "access")
	}
	h.until("the inbox is empty", func() bool { return len(h.unhandled()) == 0 })
	if n, most := len(h.runner.requests()), 20+int(time.Since(began)/(3*time.Second)); n < 20 || n > most {
		t.Errorf("the Runner was asked %d times, not 20 to %d", n, most)
	}
	var refusals []string
	_, all := h.sees("U0ANA", "C0SHOP")
	for _, m := range all {
		if strings.HasPrefix(m.words(), "⛔") {
			refusals = append(refusals, m.words())
		}
	}
	if len(refusals) != 1 {
		t.Fatalf("ana is refused %d times: %v", len(refusals), refusals)
	}
	want(t, "the refusal", refusals[0], "⛔ *Nothing was done: you ask too much at once.*\nsteward takes 20 commands and buttons a minute from one person, so that nobody holds up the others.\nWait a minute, then give the last command again. What you ask until then may be left undone, without another word.")
	before := len(h.runner.requests())
	h.command("U0BEN", "C0SHOP", "access")
	h.ephemeral("U0BEN", "C0SHOP", 1)
	if n := len(h.runner.requests()); n != before+1 {
		t.Errorf("ben's request came to the Runner %d times", n-before)
	}
}
