package bot

import (
	"crypto/rand"
	"encoding/hex"
	"time"

	"github.com/google/uuid"
)

// newID makes the id of a request: a UUIDv7, which sorts by time.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// newToken makes what stands in a button: 128 random bits that tell nothing.
func newToken() string {
	raw := make([]byte, 16)
	rand.Read(raw) // it never fails (Go 1.24)
	return hex.EncodeToString(raw)
}

// How long buttons and forms work.
const (
	planLife   = 10 * time.Minute // Confirm and Cancel: the cluster moves on
	formLife   = 30 * time.Minute // forms: somebody has to find a link
	answerLife = time.Hour        // what stands under an answer: it starts nothing that is not checked afresh
)
