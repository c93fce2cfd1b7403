package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// leastKey is the shortest key, in bytes, that keeps a fingerprint from being
// undone by trying out passwords.
const leastKey = 16

// Fingerprint gives eight hexadecimal digits that tell two hidden values apart
// without telling what they are: an HMAC-SHA256, cut to 32 bits. The key is
// random, at least 16 bytes, kept secret, and the same wherever fingerprints
// are compared; with a shorter one there is no fingerprint, and it gives "".
func Fingerprint(key []byte, value string) string {
	if len(key) < leastKey {
		return ""
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(value))
	return hex.EncodeToString(mac.Sum(nil)[:4])
}

// Mark is Hidden with the value's fingerprint, "[redacted 1f0c9a2e]", for the
// two sides of a diff.
func Mark(key []byte, value string) string {
	sum := Fingerprint(key, value)
	if sum == "" {
		return Hidden
	}
	return Hidden[:len(Hidden)-1] + " " + sum + "]"
}
