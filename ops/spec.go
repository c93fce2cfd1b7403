package ops

// Need tells whether a verb takes a TARGET.
type Need string

// How a verb stands to its TARGET.
const (
	NoTarget       Need = "none"
	OptionalTarget Need = "optional"
	RequiredTarget Need = "required"
)

// Arg describes one key=value argument of a verb.
type Arg struct {
	Name     string // the key
	Value    string // a placeholder in capitals, e.g. "REVISION"
	Summary  string // what it does, one clause
	Required bool
}

// Spec describes a verb. Help, parsing, the choice of refusal and the policy's
// ACTION all follow from it.
type Spec struct {
	Verb     string   // lower case, one word
	Summary  string   // one sentence without its full stop
	Target   Need     //
	Kinds    []string // the kinds it works on; empty means any
	Args     []Arg    //
	Write    bool     // it changes the cluster: preview, justification, lock and trail apply
	Examples []string // as typed after /k8s
}
