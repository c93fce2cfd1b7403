package diagnose

import (
	"strings"
	"testing"
)

func TestEverySignatureFindsItsSample(t *testing.T) {
	for i := range signatures {
		s := &signatures[i]
		text := "2026-03-10T11:59:00Z INFO starting up\n" + s.Sample + "\n"
		if !strings.Contains(strings.ToLower(s.Sample), s.Hint) {
			t.Errorf("%s: the hint %q is not in the sample", s.Runtime, s.Hint)
		}
		if !s.Find.MatchString(s.Sample) {
			t.Errorf("%s does not find its own sample: %s", s.Runtime, s.Sample)
			continue
		}
		found, ok := matchLog(text, s.Means)
		if !ok || found.signature.Means != s.Means {
			t.Errorf("%s (%s): found %v", s.Runtime, s.Means, ok)
			continue
		}
		if found.signature != s && found.signature.Runtime == "any" {
			t.Errorf("%s: the general signature took the sample %q", s.Runtime, s.Sample)
		}
	}
}

func TestALogTellsTheDetails(t *testing.T) {
	for _, c := range []struct {
		means meaning
		text  string
		group string
		want  string
	}{
		{saysEnvMissing, "Traceback (most recent call last):\n  File \"/app/main.py\", line 31\nKeyError: 'REDIS_URL'\n", "key", "REDIS_URL"},
		{saysHostDown, `dial tcp: lookup catalog.shop.svc.cluster.local on 10.96.0.10:53: no such host`, "host", "catalog.shop.svc.cluster.local"},
		{saysHostDown, `Error: connect ECONNREFUSED 10.96.14.3:6379`, "port", "6379"},
		{saysHostDown, "\x1b[31mERROR\x1b[0m nginx: [emerg] host not found in upstream \"catalog:8080\" in /etc/nginx/nginx.conf:3", "host", "catalog"},
		{saysBadLogin, `FATAL: password authentication failed for user "shop"`, "user", "shop"},
		{saysSchema, `pq: column orders.discount does not exist`, "what", "orders.discount"},
		{saysPortTaken, `listen tcp :8080: bind: address already in use`, "port", "8080"},
		{saysNoAccess, `PermissionError: [Errno 13] Permission denied: '/data/index.db'`, "file", "/data/index.db"},
		{saysCrashed, "Traceback (most recent call last):\n  File \"/app/main.py\", line 31, in <module>\n    total = price / count\nZeroDivisionError: division by zero\n", "what", "ZeroDivisionError: division by zero"},
	} {
		found, ok := matchLog(c.text, c.means)
		if !ok || found.groups[c.group] != c.want {
			t.Errorf("%q: %s is %q, want %q", c.text, c.group, found.groups[c.group], c.want)
		}
	}
}

func TestAnOrdinaryLogMeansNothing(t *testing.T) {
	ordinary := strings.Join([]string{
		`INFO checkout 2.4.0 listening on :8080`,
		`{"level":"info","msg":"GET /cart 200","took_ms":12}`,
		`WARN slow query: 812 ms`,
		`INFO connected to postgres at ledger-db:5432`,
		`DEBUG REDIS_URL set to redis://redis:6379/0`,
		`INFO shutting down`,
	}, "\n")
	for i := range signatures {
		if found, ok := matchLog(ordinary, signatures[i].Means); ok {
			t.Errorf("%s of %s was found in %q", found.signature.Means, found.signature.Runtime, found.Line)
		}
	}
}
