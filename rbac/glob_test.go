package rbac

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestGlob(t *testing.T) {
	for _, test := range []struct {
		pattern, name string
		want          bool
	}{
		{"*", "", true},
		{"*", "Deployment/checkout", true},
		{"checkout", "checkout", true},
		{"checkout", "Checkout", false},
		{"checkout*", "checkout", true},
		{"checkout*", "checkout-v2", true},
		{"checkout*", "mycheckout", false},
		{"*-db-*", "shop-db-0", true},
		{"*-db-*", "shop-db", false},
		{"node-?", "node-1", true},
		{"node-?", "node-10", false},
		{"*/checkout", "Deployment/checkout", true},
		{"Deployment/*", "Deployment/a/b", false},
		{"D*t", "Deployment/checkout", false},
		{"a*", "", false},
		{"?", "*", false},
		{"a.c", "abc", false},
	} {
		if got := glob(test.pattern, test.name); got != test.want {
			t.Errorf("glob(%q, %q) = %v", test.pattern, test.name, got)
		}
	}
}

func TestGlobAgreesWithARegularExpression(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab/*?]{1,8}`).Draw(t, "pattern")
		name := rapid.StringMatching(`[ab/]{1,10}`).Draw(t, "name")
		if pattern == "*" {
			return
		}
		expression := strings.NewReplacer("*", "[^/]*", "?", "[^/]").Replace(pattern)
		if got, want := glob(pattern, name), regexp.MustCompile("^"+expression+"$").MatchString(name); got != want {
			t.Fatalf("glob(%q, %q) = %v", pattern, name, got)
		}
	})
}

func TestWhatOnePatternCoversFitsIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		patterns := rapid.StringMatching(`[ab/]{0,2}[*?]?[ab/]{0,2}\*?[ab]?`)
		a, b := patterns.Draw(t, "a"), patterns.Draw(t, "b")
		name := rapid.StringMatching(`[ab/]{1,6}`).Draw(t, "name")
		if strings.Contains(a+" "+b, "**") {
			return // no policy holds such a pattern
		}
		if covers(a, b) && glob(b, name) && !glob(a, name) {
			t.Fatalf("%q covers %q, but %q fits only the second", a, b, name)
		}
		if glob(a, name) && glob(b, name) && !overlap(a, b) {
			t.Fatalf("%q fits %q and %q, which are said not to overlap", name, a, b)
		}
	})
}

func TestPatternsThatShareNoNameDoNotOverlap(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"check*", "*out", true},
		{"check*", "cart", false},
		{"a?c", "abc", true},
		{"a?c", "ac", false},
		{"Deployment/*", "*/checkout", true},
		{"Deployment/*", "Node/*", false},
		{"shop", "*", true},
		{"a*b", "a*c", false},
	} {
		if got := overlap(test.a, test.b); got != test.want {
			t.Errorf("overlap(%q, %q) = %v", test.a, test.b, got)
		}
	}
}
