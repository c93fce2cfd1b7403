package diagnose

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// A ConfigMap of a megabyte has 4,000 keys of 250 letters: whoever may write one
// must not keep steward busy for as long as they please.
func TestTheNearestOfManyLongNamesCostsABoundedTime(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		letters := make([]byte, 250)
		for i := range letters {
			letters[i] = byte('a' + random.IntN(2))
		}
		return string(letters)
	}
	names := make([]string, 4000)
	for i := range names {
		names[i] = word()
	}
	began := time.Now()
	nearNames(word(), names)
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestTheNearestNamesComeFirst(t *testing.T) {
	got := nearNames("chekout", []string{"payments", "checkout-v2", "checkout", "", "chekouts", "cart"})
	if want := []string{"checkout", "chekouts"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
