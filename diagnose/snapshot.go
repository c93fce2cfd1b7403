package diagnose

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/steward-bot/steward/ops"
)

// SnapshotSchema names the JSON shape of a Snapshot.
const SnapshotSchema = "steward.snapshot/v1"

// snapshotLimit bounds a snapshot's file, in bytes: one of 4,000 pods has about
// 40 MB.
const snapshotLimit = 256 << 20

// Snapshot is all that a diagnosis stands on: what the cluster said at one
// moment. Nobody changes it once it is taken, and it can be written to a file
// and diagnosed again elsewhere. It holds no secrets: values of Secrets and
// ConfigMaps are keyed hashes, texts are redacted.
type Snapshot struct {
	Schema  string              `json:"schema"`
	Cluster string              `json:"cluster"`
	Target  ops.DiagnosisTarget `json:"target"` // empty for a scan
	At      time.Time           `json:"at"`
	TookMS  int64               `json:"took_ms"`

	Objects    Objects       `json:"objects"`
	Configs    []Config      `json:"configs,omitempty"`    // ConfigMaps and Secrets
	Events     []Event       `json:"events,omitempty"`     //
	Logs       []Log         `json:"logs,omitempty"`       // only of containers that need them
	Usage      []Usage       `json:"usage,omitempty"`      // what containers use, where metrics are to be had
	Volumes    []VolumeUsage `json:"volumes,omitempty"`    // how full claims' volumes are, where kubelets tell
	References []Reference   `json:"references,omitempty"` // hosts that workloads name
	Writes     []Write       `json:"writes,omitempty"`     // who wrote which fields last
	Changes    []Change      `json:"changes,omitempty"`    // from sources outside the cluster
	Loads      []Load        `json:"loads,omitempty"`      // what else is on the nodes, where a pod waits for one
	Neighbours []Neighbour   `json:"neighbours,omitempty"` // and by whom, as far as the asker may see it

	Listed []Listing `json:"listed,omitempty"` // what was looked at: absence means something only there
	Gaps   []Missing `json:"gaps,omitempty"`   // what could not be read
	Hidden []Ref     `json:"hidden,omitempty"` // what the asker may not see
}

// Listing says that every object of a kind in a namespace was read. Kind "*"
// is every kind, kind "Load" what is on the nodes; an empty namespace is the
// whole cluster.
type Listing struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Labels    string `json:"labels,omitempty"` // a selector, where only what has those labels was read
}

// Missing is something that could not be read.
type Missing struct {
	Kind      string `json:"kind"` // a kind, or "Log", "Metrics", "Load"
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"` // empty: the whole list
	Why       string `json:"why"`            // for people, e.g. "steward may not list pods in the namespace shop"
}

// Log is the last part of what one run of a container printed, redacted.
type Log struct {
	Namespace string `json:"namespace"`
	Pod       string `json:"pod"`
	Container string `json:"container"`
	Previous  bool   `json:"previous,omitempty"` // of the run before the present one
	Text      string `json:"text"`
}

// Encode writes the snapshot as JSON.
func (s *Snapshot) Encode(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(s); err != nil {
		return fmt.Errorf("writing the snapshot: %w", err)
	}
	return nil
}

// Decode reads a snapshot that Encode has written. The text may come from
// anybody: it is bounded, and its schema must be ours.
func Decode(r io.Reader) (*Snapshot, error) {
	limited := &io.LimitedReader{R: r, N: snapshotLimit}
	snapshot := new(Snapshot)
	if err := json.NewDecoder(limited).Decode(snapshot); err != nil {
		if limited.N <= 0 {
			return nil, fmt.Errorf("reading the snapshot: it is larger than %d MB", snapshotLimit>>20)
		}
		return nil, fmt.Errorf("reading the snapshot: %w", err)
	}
	if snapshot.Schema != SnapshotSchema {
		return nil, fmt.Errorf("reading the snapshot: its schema is %q, and this steward reads %q", ops.Shorten(snapshot.Schema, 40), SnapshotSchema)
	}
	snapshot.Objects.compact()
	return snapshot, nil
}
