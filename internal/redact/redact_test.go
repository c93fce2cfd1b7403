package redact

import (
	"strings"
	"testing"
	"time"
)

func TestEveryShapeHidesItsSample(t *testing.T) {
	for _, p := range patterns {
		t.Run(p.hides, func(t *testing.T) {
			if got := Text(p.sample); got != p.shown {
				t.Errorf("Text(%q)\n got %q\nwant %q", p.sample, got, p.shown)
			}
			if !p.find.MatchString(p.sample) {
				t.Error("the sample is hidden by another shape than its own")
			}
		})
	}
}

func TestWhatPeopleNeedToReadStays(t *testing.T) {
	for _, line := range []string{
		`kubectl patch serviceaccount default -p '{"imagePullSecrets":[{"name":"SECRET"}]}'`,
		"`kubectl create secret docker-registry pull --docker-username=USER --docker-password=PASSWORD`, and name it",
		`Failed to pull image "registry.acme.example/shop/checkout:1.4.2": not found`,
		`Error: couldn't find key DB_PASSWORD in Secret shop/checkout`,
		`failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized`,
		`failed to fetch anonymous token: Get "https://auth.acme.example/x": dial tcp: i/o timeout`,
		`references non-existent secret key: DB_HOST`,
		`MountVolume.SetUp failed for volume "tls" : secret "checkout-tls" not found`,
		`image: registry.acme.example/shop/checkout@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`,
		`password authentication failed for user "shop"`,
		`Basic authentication failed, bearer token expired`,
		`secretName: checkout-tls`,
		`automountServiceAccountToken: false`,
		`tokenExpirationSeconds: 3600`,
		`GET https://checkout.shop:8080/users/ana@acme.example 500`,
		`panic: runtime error: invalid memory address or nil pointer dereference`,
		`dial tcp 10.0.0.12:5432: connect: connection refused`,
		`commit 2f1c0a4b6d8e, uid 6f0b3c1e-90a4-4a5e-8f3f-0d1a5c5b7e21`,
	} {
		if got := Text(line); got != line {
			t.Errorf("Text(%q) = %q", line, got)
		}
	}
}

func TestSecretsHideInEveryDisguise(t *testing.T) {
	for _, line := range []string{
		"password: S3CRET", "PASSWORD = 'S3CRET'", `"password" : "S3CRET"`, "db.password=S3CRET;", "password=S3CRET&next=1",
		`level=info msg="x" password="S3CRET with spaces"`, `{"password":"S3CRET`, `password="S3CRET\"S3CRET"`,
		"- name: API_TOKEN\n  value: S3CRET\n", `{"name": "API_TOKEN", "value": "S3CRET"}`, `env: name: 'API_KEY', value: 'S3CRET'`,
		"https://S3CRET@host/x", "https://ana:S3CRET@host", "https://ana:S3CRET/S3CRET@host", "redis://:S3CRET@cache:6379/0",
		"amqp://1:2/S3CRET@mq", "mongodb+srv://a:S3CRET@c.example/?x=y", "//user:S3CRET@tcp(db)/x",
		`"Authorization":["Basic S3CRET"]`, "authorization=Bearer S3CRET", "Proxy-Authorization: S3CRET",
		"Cookie: a=b; session=S3CRET", "-p x --api-key 'S3CRET'", " -token S3CRET", "x-api-key: S3CRET",
		"-----BEGIN PRIVATE KEY-----\\nS3CRET", "password=S3CRET:true", "pass: S3CRET", "DB_PASS=S3CRET", "password=\"a\\\nS3CRET\"", "aws_secret_access_key = S3CRET", "X-Amz-Signature=S3CRET", "Endpoint=x;SharedAccessKey=S3CRET",
	} {
		if got := Text(line); strings.Contains(got, "S3CRET") {
			t.Errorf("Text(%q) = %q", line, got)
		}
	}
}

func TestAValueIsHiddenByItsName(t *testing.T) {
	for name, hidden := range map[string]bool{
		"DB_PASSWORD": true, "DBPASSWORD": true, "dbPassword": true, "API_KEY": true, "apiKey": true, "STRIPE_SECRET": true,
		"GITHUB_TOKEN": true, "PGPASS": false, "DB_PASS": true, "client-secret": true, "SESSION_COOKIE": true, "DSN": true,
		"KEYCLOAK_HOST": false, "MONKEY_COUNT": false, "DB_PASSWORD_FILE": false, "TOKEN_TTL": false, "secretName": false,
		"REPLICAS": false, "": false, "LOG_LEVEL": false,
	} {
		got := Value(name, "visible")
		if want := map[bool]string{true: Hidden, false: "visible"}[hidden]; got != want {
			t.Errorf("Value(%q) = %q, want %q", name, got, want)
		}
	}
	if got, want := Value("DATABASE_URL", "postgres://shop:hunter2@db/orders"), "postgres://[redacted]@db/orders"; got != want {
		t.Errorf("Value = %q, want %q", got, want)
	}
	if got := Value("DB_PASSWORD", ""); got != "" {
		t.Errorf("an empty password shows as %q: that it is empty is worth knowing", got)
	}
}

func TestEmailsAreHiddenOnlyWhereAsked(t *testing.T) {
	if got := Emails(emails.sample); got != emails.shown {
		t.Errorf("Emails(%q) = %q", emails.sample, got)
	}
	if got := Text(emails.sample); got != emails.sample {
		t.Errorf("Text(%q) = %q", emails.sample, got)
	}
}

func TestAFingerprintTellsValuesApartAndNothingElse(t *testing.T) {
	key := []byte("0123456789abcdef")
	if got, want := Fingerprint(key, "hunter2"), "deda27db"; got != want {
		t.Errorf("Fingerprint = %q, want %q", got, want)
	}
	if Fingerprint(key, "hunter2") == Fingerprint(key, "hunter3") {
		t.Error("two values share a fingerprint")
	}
	if Fingerprint(key, "hunter2") == Fingerprint([]byte("fedcba9876543210"), "hunter2") {
		t.Error("the fingerprint does not depend on the key")
	}
	if got := Fingerprint([]byte("short"), "hunter2"); got != "" {
		t.Errorf("a guessable key gives the fingerprint %q", got)
	}
	if got, want := Mark(key, "hunter2"), "[redacted deda27db]"; got != want {
		t.Errorf("Mark = %q, want %q", got, want)
	}
	if got := Mark(nil, "hunter2"); got != Hidden {
		t.Errorf("Mark without a key = %q", got)
	}
}

func TestALongTextIsCutAtAWord(t *testing.T) {
	long := strings.Repeat("word ", Limit/5) + "password=hunter2"
	got := Text(long)
	if len(got) > Limit+len(cut) || !strings.HasSuffix(got, "word [cut]") {
		t.Errorf("got %d bytes ending in %q", len(got), got[len(got)-20:])
	}
	if got := Text(strings.Repeat("x", Limit+1)); got != "[cut]" {
		t.Errorf("one endless word gives %d bytes", len(got))
	}
}

func TestHostileTextTakesBoundedTime(t *testing.T) {
	for _, seed := range []string{"password=", "://a:", "-----BEGIN PRIVATE KEY-----", "eyJ.", "name: token value: ", `"\`, "a@", "basic a", " --token"} {
		text := strings.Repeat(seed, Limit/len(seed))
		start := time.Now()
		Text(text)
		Emails(text)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%q repeated to %d bytes took %s", seed, len(text), took)
		}
	}
}

func FuzzTextHidesAKeyAfterAnything(f *testing.F) {
	for _, p := range patterns {
		f.Add(p.sample)
	}
	f.Add("\xff\xfe\x00password=\xff")
	f.Add(`{"a":"`)
	key := "AKIA" + "IOSFODNN7EXAMPLE"
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > Limit-2*len(key) || strings.Contains(text, key) {
			return
		}
		if got := Text(text + "\n" + key + "\n"); strings.Contains(got, key) {
			t.Errorf("the key shows in %q", got)
		}
		Emails(text)
		Value(text, text)
	})
}

func BenchmarkText(b *testing.B) {
	line := `2026-01-02T03:04:05Z ERROR checkout: dial postgres://shop:hunter2@db.shop:5432/orders failed: connection refused (attempt 3 of 5)`
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		Text(line)
	}
}
