package diagnose

import _ "embed"

// Schema is the JSON Schema (draft 2020-12) of a diagnosis, as steward prints
// it with -o json. It is public: fields may be added, and none is taken away.
//
//go:embed schema.json
var Schema []byte
