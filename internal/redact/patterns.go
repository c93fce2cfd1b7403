package redact

import (
	"regexp"
	"strings"
)

// pattern is one shape of secret. All expressions run in linear time (RE2).
type pattern struct {
	hides  string         // what it hides
	sample string         // a line that holds one
	shown  string         // that line as people may see it
	hints  []string       // one of these is in the lower-case text wherever find matches: it saves time
	find   *regexp.Regexp // the secret, with what must stay in groups
	put    string         // what takes its place; ${1} is what stays before it
	plain  *regexp.Regexp // a match that fits this is no secret; may be nil
}

// hide gives text without what p hides.
func (p pattern) hide(text string) string {
	if !p.hinted(strings.ToLower(text)) {
		return text
	}
	if p.plain == nil {
		return p.find.ReplaceAllString(text, p.put)
	}
	return p.find.ReplaceAllStringFunc(text, func(match string) string {
		if p.plain.MatchString(match) {
			return match
		}
		return p.find.ReplaceAllString(match, p.put)
	})
}

func (p pattern) hinted(lower string) bool {
	for _, hint := range p.hints {
		if strings.Contains(lower, hint) {
			return true
		}
	}
	return false
}

// Pieces of the expressions below.
const (
	// secretField is the name of a field that holds a secret: it ends in one of
	// these words, so that secretName and tokenTTL stay readable. A quote after
	// it may be escaped, as in the JSON of an annotation within JSON.
	secretField = `(?:[\w.-]*(?:password|passwd|passphrase|pwd|secret|token|credential)s?|(?:[\w.-]*[_.-])?pass` +
		`|[\w.-]*(?:api|access|account|private|secret|shared|signing|encryption|master|auth)[_.-]?keys?(?:[_.-]?value)?)\\*["']?`
	// value is what such a field holds: in quotes, in escaped quotes, or up to a
	// space or separator. The opening quote is a group; the closing one stays.
	value = `(?s:(")(?:[^"\\]|\\.)*|(')(?:[^'\\]|\\.)*|(\\")(?:[^"\\]|\\\\+.)*|[^\s"'&,;)}\]]+)`
	// putValue hides the value after the group that must stay.
	putValue = "${1}${2}${3}${4}" + Hidden
)

// noSecret fits a field whose value says nothing, or is still to be filled in:
// the beginning of a list of objects, the PASSWORD of a command to be typed. Or
// it is a file, and the system says what is wrong with it: "/etc/passwd":
// permission denied. Or a token was asked for, and a runtime says what came of
// it: failed to fetch anonymous token: unexpected status, Get "https://…".
var noSecret = regexp.MustCompile(`(?i)^[^:=]*[:=]\s*\\*["']?(?:true|false|null|nil|none|<nil>|\[\{|(?-i:PASSWORD)\x60?|permission|executable|stat|no|not|unexpected|get|post)?$`)

// fieldHints are in every secretField.
var fieldHints = []string{"pass", "pwd", "secret", "token", "credential", "key"}

// patterns are tried in this order: what holds other secrets comes first.
// Samples are put together from two halves so that scanners of source code do
// not take them for leaks.
var patterns = []pattern{
	{
		hides:  "a private key in PEM, also one that was cut",
		sample: "key: -----BEGIN RSA PRIVATE " + "KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY----- loaded",
		shown:  "key: [redacted] loaded",
		hints:  []string{"private key"},
		find:   regexp.MustCompile(`-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?s:.*?)(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\z)`),
		put:    Hidden,
	},
	{
		hides:  "the user and password of a database URL, whatever they are made of",
		sample: "dial postgres://shop:p@ss/w0rd" + "@db.shop:5432/orders?sslmode=require",
		shown:  "dial postgres://[redacted]@db.shop:5432/orders?sslmode=require",
		hints:  []string{"@"},
		find:   regexp.MustCompile(`(?i)\b((?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|nats|kafka|sqlserver|clickhouse|ldaps?)://)[^\s"'<>]*@`),
		put:    "${1}" + Hidden + "@",
	},
	{
		hides:  "the user and password of any other URL",
		sample: "GET https://ana:hunter2" + "@git.acme.example/shop.git",
		shown:  "GET https://[redacted]@git.acme.example/shop.git",
		hints:  []string{"@"},
		find:   regexp.MustCompile(`(?i)\b([a-z][a-z0-9+.-]{1,30}://)(?:[^\s/?#"'<>]*|[^\s/?#:"'<>]*:[^\s0-9/?#"'<>][^\s"'<>]*)@`),
		put:    "${1}" + Hidden + "@",
	},
	{
		hides:  "the user and password of a Go MySQL data source",
		sample: "open shop:hunter2" + "@tcp(db:3306)/orders",
		shown:  "open [redacted]@tcp(db:3306)/orders",
		hints:  []string{"@tcp", "@unix"},
		find:   regexp.MustCompile(`[^\s"'=:]+:[^\s"']*@((?:tcp|unix)6?\()`),
		put:    Hidden + "@${1}",
	},
	{
		hides:  "an Authorization header",
		sample: "Authorization: Digest username=ana, response=6629fae4",
		shown:  "Authorization: [redacted]",
		hints:  []string{"authorization"},
		find:   regexp.MustCompile(`(?i)\b((?:proxy-)?authorization["']?\s*[:=]\s*["'\[]*)[^"'\]\r\n]+`),
		put:    "${1}" + Hidden,
	},
	{
		hides:  "a cookie",
		sample: "Set-Cookie: session=9f86d081; HttpOnly",
		shown:  "Set-Cookie: [redacted]",
		hints:  []string{"cookie"},
		find:   regexp.MustCompile(`(?i)\b((?:set-)?cookie["']?\s*:\s*["'\[]*)[^"'\]\r\n]+`),
		put:    "${1}" + Hidden,
	},
	{
		hides:  "a bearer or basic credential outside a header",
		sample: "sent Bearer 9f86d081884c7d65 and Basic YW5hOmh1bnRlcjI=",
		shown:  "sent Bearer [redacted] and Basic [redacted]",
		hints:  []string{"bearer", "basic"},
		find:   regexp.MustCompile(`\b((?i:bearer|basic)\s+)[\w+/.~-]*(?:[0-9=]|[a-z][A-Z])[\w+/.~=-]*`),
		put:    "${1}" + Hidden,
	},
	{
		hides:  "a JSON web token, such as a service account's",
		sample: "token eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl refused",
		shown:  "token [redacted] refused",
		hints:  []string{"eyj"},
		find:   regexp.MustCompile(`\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?`),
		put:    Hidden,
	},
	{
		hides:  "an AWS access key id",
		sample: "using AKIA" + "IOSFODNN7EXAMPLE",
		shown:  "using [redacted]",
		hints:  []string{"akia", "asia", "agpa", "aida", "aroa", "aipa", "anpa", "anva"},
		find:   regexp.MustCompile(`\b(?:AKIA|ASIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA)[A-Z0-9]{16}\b`),
		put:    Hidden,
	},
	{
		hides:  "a Google Cloud API key or access token",
		sample: "key AIza" + "SyA1234567890abcdefghijklmnopqrstuvw, ya29." + "a0AfH6SMBxyz012345",
		shown:  "key [redacted], [redacted]",
		hints:  []string{"aiza", "ya29."},
		find:   regexp.MustCompile(`\b(?:AIza[\w-]{30,}|ya29\.[\w-]{10,})`),
		put:    Hidden,
	},
	{
		hides:  "a GitHub or GitLab token",
		sample: "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a github_" + "pat_11AAAAAAA0abcdefghijkl glpat-" + "abcdefghij0123456789",
		shown:  "[redacted] [redacted] [redacted]",
		hints:  []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-"},
		find:   regexp.MustCompile(`\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,})`),
		put:    Hidden,
	},
	{
		hides:  "a Slack token",
		sample: "xox" + "b-17653672481-19874698323 xap" + "p-1-A0123-456-abcdef",
		shown:  "[redacted] [redacted]",
		hints:  []string{"xox", "xapp-"},
		find:   regexp.MustCompile(`\b(?:xoxe\.)?(?:xox[a-z]|xapp)-[A-Za-z0-9-]{8,}`),
		put:    Hidden,
	},
	{
		hides:  "a Slack webhook's path",
		sample: "POST https://hooks.slack.com/ser" + "vices/T00000000/B00000000/XXXXXXXXXXXX failed",
		shown:  "POST https://hooks.slack.com/services/[redacted] failed",
		hints:  []string{"hooks.slack.com"},
		find:   regexp.MustCompile(`\b(hooks\.slack\.com/(?:services|workflows|triggers)/)[\w/+-]+`),
		put:    "${1}" + Hidden,
	},
	{
		hides:  "a Stripe key",
		sample: "charge with sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc",
		shown:  "charge with [redacted]",
		hints:  []string{"_live_", "_test_", "whsec_"},
		find:   regexp.MustCompile(`\b(?:(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{10,})`),
		put:    Hidden,
	},
	{
		hides:  "a token of Atlassian, Vault, SendGrid, npm, DigitalOcean or OpenAI",
		sample: "ATATT" + "3xFfGF0abcdefghijklmnop hvs." + "CAESIabcdefghijklmnopqrs npm_" + "abcdefghijklmnopqrstuvwxyz0123456789",
		shown:  "[redacted] [redacted] [redacted]",
		hints:  []string{"atatt3", "hvs.", "hvb.", "hvr.", "sg.", "npm_", "_v1_", "sk-"},
		find: regexp.MustCompile(`\b(?:ATATT3[\w=-]{20,}|hv[sbr]\.[\w-]{20,}|SG\.[\w-]{16,}\.[\w-]{16,}|npm_[A-Za-z0-9]{30,}` +
			`|do[opr]_v1_[a-f0-9]{30,}|sk-[\w-]{20,})`),
		put: Hidden,
	},
	{
		hides:  "an environment variable in JSON or YAML, as a pod template has it",
		sample: `{"name":"DB_PASSWORD","value":"hunt` + `er2"}, {\"name\":\"API_KEY\",\"value\":\"s3\\\"cr3t\"}`,
		shown:  `{"name":"DB_PASSWORD","value":"[redacted]"}, {\"name\":\"API_KEY\",\"value\":\"[redacted]\"}`,
		hints:  []string{"value"},
		find:   regexp.MustCompile(`(?i)(\bname\\*["']?\s*:\s*\\*["']?` + secretField + `,?\s*\\*["']?\bvalue\\*["']?\s*:\s*)` + value),
		put:    putValue,
	},
	{
		hides:  "a field, parameter or connection string's part whose name says that it is secret",
		sample: `db_password=hunt` + `er2 {"apiToken": "a\"b"} ?access_token=c3RldmU&x=1 AccountKey=Zm9v;Name=y secretName=tls`,
		shown:  `db_password=[redacted] {"apiToken": "[redacted]"} ?access_token=[redacted]&x=1 AccountKey=[redacted];Name=y secretName=tls`,
		hints:  fieldHints,
		find:   regexp.MustCompile(`(?i)(\b` + secretField + `\s*[:=]\s*)` + value),
		put:    putValue,
		plain:  noSecret,
	},
	{
		hides:  "the signature of a signed URL",
		sample: "GET https://acme.blob.example/x?X-Amz-Signature=9f86d081&sig=" + "c3RldmU%3D&sv=2",
		shown:  "GET https://acme.blob.example/x?X-Amz-Signature=[redacted]&sig=[redacted]&sv=2",
		hints:  []string{"sig"},
		find:   regexp.MustCompile(`(?i)(\b(?:[\w.-]*[_.-])?sig(?:nature)?=)[^&\s"']+`),
		put:    "${1}" + Hidden,
	},
	{
		hides:  "a secret among a command's flags",
		sample: "exec mysqldump --password hunt" + "er2 --host db",
		shown:  "exec mysqldump --password [redacted] --host db",
		hints:  fieldHints,
		find:   regexp.MustCompile(`(?i)(\s--?` + secretField + `\s+)(?:"[^"]*"?|'[^']*'?|[^\s"'-]\S*)`),
		put:    "${1}" + Hidden,
	},
}

// emails is the shape of an e-mail address.
var emails = pattern{
	hides:  "an e-mail address",
	sample: "asked by ana@acme.example today",
	shown:  "asked by [redacted] today",
	hints:  []string{"@"},
	find:   regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`),
	put:    Hidden,
}
