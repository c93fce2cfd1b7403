package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/steward-bot/steward/diagnose"
	"github.com/steward-bot/steward/internal/redact"
)

// snapshotFlags keep a snapshot in a file, or take it from one, for bug reports
// and tests.
type snapshotFlags struct {
	save, from string
	emails     bool
}

func (f *snapshotFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.save, "save-snapshot", "", "write what the answer stands on to `FILE`: values are hashed, texts redacted")
	cmd.Flags().StringVar(&f.from, "from-snapshot", "", "answer from `FILE`, which --save-snapshot has written, without a cluster")
	cmd.Flags().BoolVar(&f.emails, "redact-emails", false, "hide e-mail addresses in logs, events and annotations too")
	cmd.MarkFlagsMutuallyExclusive("save-snapshot", "from-snapshot")
}

// options are how a snapshot is taken on the command line. The hash key is good
// for this one run: hashes of two files cannot be compared, or tried out.
func (f *snapshotFlags) options() diagnose.Options {
	key := make([]byte, 32)
	rand.Read(key) // it never fails (Go 1.24)
	options := diagnose.Options{HashKey: key}
	if f.emails {
		options.Hide = redact.Emails
	}
	return options
}

// keep writes the snapshot where --save-snapshot says, for its owner alone. The
// file is there as a whole or not at all.
func (f *snapshotFlags) keep(s *diagnose.Snapshot) error {
	if f.save == "" {
		return nil
	}
	file, err := os.CreateTemp(filepath.Dir(f.save), ".snapshot-*")
	if err != nil {
		return fmt.Errorf("saving the snapshot: %w", err)
	}
	defer os.Remove(file.Name()) //nolint:errcheck // it is gone once it has its name
	if err := s.Encode(file); err != nil {
		file.Close()
		return err
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("saving the snapshot: %w", err)
	}
	if err := os.Rename(file.Name(), f.save); err != nil {
		return fmt.Errorf("saving the snapshot: %w", err)
	}
	return nil
}

// read takes the snapshot that --from-snapshot names.
func (f *snapshotFlags) read() (*diagnose.Snapshot, error) {
	file, err := os.Open(f.from)
	if err != nil {
		return nil, fmt.Errorf("reading the snapshot: %w: name a file that --save-snapshot has written", err)
	}
	defer file.Close()
	s, err := diagnose.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.from, err)
	}
	return s, nil
}
