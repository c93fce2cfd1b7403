package redact

import (
	"strings"
	"unicode"
)

// secretParts make a name secret wherever they stand in it: DBPASSWORD,
// apiTokens, x-client-secret.
var secretParts = []string{
	"password", "passwd", "passphrase", "secret", "token", "apikey", "credential", "privatekey", "authorization",
}

// secretWords make a name secret when they are a word of it: API_KEY, but not
// KEYCLOAK_URL.
var secretWords = map[string]bool{
	"key": true, "keys": true, "pass": true, "pwd": true, "pw": true, "creds": true,
	"dsn": true, "jwt": true, "otp": true, "salt": true, "cookie": true, "signature": true,
}

// aboutWords end a name that speaks about a secret without holding it:
// DB_PASSWORD_FILE, TOKEN_TTL, secretName. Such values are what a diff is read
// for.
var aboutWords = map[string]bool{
	"file": true, "path": true, "dir": true, "name": true, "names": true, "namespace": true, "ref": true,
	"ttl": true, "seconds": true, "minutes": true, "expiry": true, "timeout": true, "enabled": true,
	"length": true, "count": true, "type": true, "version": true, "provider": true, "issuer": true,
	"audience": true, "url": true, "endpoint": true, "host": true, "port": true, "region": true,
}

// SecretName tells whether the name of a variable, field or annotation says
// that its value is secret.
func SecretName(name string) bool {
	words := words(name)
	if len(words) == 0 || aboutWords[words[len(words)-1]] {
		return false
	}
	joined := strings.Join(words, "")
	for _, part := range secretParts {
		if strings.Contains(joined, part) {
			return true
		}
	}
	for _, word := range words {
		if secretWords[word] {
			return true
		}
	}
	return false
}

// words splits a name at anything that is no letter or digit and where lower
// case turns into upper case, and gives the words in lower case.
func words(name string) []string {
	if len(name) > Limit {
		name = name[:Limit]
	}
	var spaced strings.Builder
	previous := ' '
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = ' '
		case unicode.IsUpper(r) && unicode.IsLower(previous):
			spaced.WriteRune(' ')
		}
		spaced.WriteRune(r)
		previous = r
	}
	return strings.Fields(strings.ToLower(spaced.String()))
}
