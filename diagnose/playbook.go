package diagnose

import "go.yaml.in/yaml/v3"

// playbook is an administrator's own knowledge, read from YAML. Its checks and
// causes become the same as those that are built in, its flow a tree, and the
// same rules hold for them:
//
//	playbook: pool-exhausted
//	title: The database pool is exhausted
//	about: [workload]
//	before: crash            # or instead, or after; without any, beside the built-in trees, by order
//	when: object.metadata.namespace == "shop"
//	collect:
//	  - {kind: ConfigMap, name: pool-settings}
//	checks:
//	  - id: pool-full
//	    question: Does its log say that no connection is free?
//	    cel: log.contains("Connection is not available")
//	    proof: signature
//	flow:
//	  - ask: pool-full
//	    yes: {cause: acme/pool-exhausted}
//	causes:
//	  - id: acme/pool-exhausted
//	    …
type playbook struct {
	Name    string      `yaml:"playbook"`
	Title   string      `yaml:"title"`
	About   []string    `yaml:"about"`   // as in a tree; that of the tree it is placed at, if it is left out
	Order   int         `yaml:"order"`   // as in a tree; for one that is not placed at a tree
	Each    string      `yaml:"each"`    // as in a tree
	Before  string      `yaml:"before"`  // the tree that is walked only where this finds nothing
	Instead string      `yaml:"instead"` // the tree that is not walked at all
	After   string      `yaml:"after"`   // the tree after which this is walked, if it finds nothing
	When    string      `yaml:"when"`    // CEL: it is walked only where this is true
	Collect []collected `yaml:"collect"`
	Checks  []ownCheck  `yaml:"checks"`
	Flow    []step      `yaml:"flow"`
	Causes  []ownCause  `yaml:"causes"`

	file string
	node *yaml.Node
}

// collected is what must be read for a playbook besides what every diagnosis
// reads.
type collected struct {
	Kind      string `yaml:"kind"`
	Name      string `yaml:"name"`      // of a ConfigMap; of any other kind all are read
	Namespace string `yaml:"namespace"` // "own", the default, is the object's; empty for kinds without namespaces
}

// ownCheck is a check in CEL.
type ownCheck struct {
	ID        string            `yaml:"id"`
	Question  string            `yaml:"question"`
	CEL       string            `yaml:"cel"`
	Proof     string            `yaml:"proof"`     // what a yes rests on; without it, it only leads on
	Observed  string            `yaml:"observed"`  // of a yes, with {facts}
	Otherwise string            `yaml:"otherwise"` // of a no
	Missing   string            `yaml:"missing"`   // of an unknown, before the reason
	Blames    string            `yaml:"blames"`    // the object at fault, with {facts}, where it is not the tree's own
	Facts     map[string]string `yaml:"facts"`     // CEL
	Evidence  []ownEvidence     `yaml:"evidence"`
}

// ownEvidence is a value that a check has seen.
type ownEvidence struct {
	Object string `yaml:"object"` // with {facts}; the tree's own object, if it is left out
	Field  string `yaml:"field"`
	Value  string `yaml:"value"` // CEL
}

// ownCause is a cause of an administrator's own.
type ownCause struct {
	ID       string      `yaml:"id"`
	Title    string      `yaml:"title"`
	Means    string      `yaml:"means"`
	Summary  string      `yaml:"summary"`
	Remedies []ownRemedy `yaml:"remedies"`
}

// ownRemedy is a way to mend one.
type ownRemedy struct {
	Text   string            `yaml:"text"`
	Action string            `yaml:"action"`
	Args   map[string]string `yaml:"args"`
}

// place is the tree that a playbook is placed at, with the word for where, or
// "".
func (p *playbook) place() (word, tree string) {
	switch {
	case p.Before != "":
		return "before", p.Before
	case p.Instead != "":
		return "instead", p.Instead
	case p.After != "":
		return "after", p.After
	default:
		return "", ""
	}
}

// firstOrder is the order of a playbook that says none: what an organisation
// knows of its own is more particular than what is built in.
const firstOrder = 1
