package diagnose

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A ConfigMap of a megabyte has thousands of keys: whoever may write one must
// not keep steward busy for as long as they please.
func TestOfVeryManyOrVeryLongNamesOnlySomeAreCompared(t *testing.T) {
	names := make([]string, 4000)
	for i := range names {
		names[i] = "key-" + strconv.Itoa(i)
	}
	names[namesLimit-1], names[namesLimit] = "checkout", "chekout"
	if got := nearNames("chekout", names); !slices.Equal(got, []string{"checkout"}) {
		t.Errorf("got %q: the names are compared up to %d", got, namesLimit)
	}
	long := strings.Repeat("x", nameLength+1)
	if got := nearNames("chekout", []string{"chekout" + long}); len(got) > 0 {
		t.Errorf("a name of %d letters is compared", len(got[0]))
	}
	if got := nearNames(long, []string{"checkout"}); len(got) > 0 {
		t.Error("something is near a name that nothing can have")
	}
}

func TestTheNearestNamesComeFirst(t *testing.T) {
	got := nearNames("chekout", []string{"payments", "checkout-v2", "checkout", "", "chekouts", "cart"})
	if want := []string{"checkout", "chekouts"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func BenchmarkNearestOfManyLongNames(b *testing.B) {
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
	for b.Loop() {
		nearNames(word(), names)
	}
}
