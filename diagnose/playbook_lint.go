package diagnose

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

var (
	plainID  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	ownID    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*$`)
	factName = regexp.MustCompile(`^[a-z_]+$`)
)

// lintHead looks at what a playbook says of itself.
func (l *loader) lintHead(p *playbook) {
	wrong := func(key, format string, args ...any) {
		l.wrong(p.file, lineAt(p.node, key), key+": "+format, args...)
	}
	if !plainID.MatchString(p.Name) && !ownID.MatchString(p.Name) {
		wrong("playbook", "%q is no name: it is lower-case words with hyphens, such as pool-exhausted or acme/pool-exhausted", p.Name)
	}
	places := 0
	for word, at := range map[string]string{"before": p.Before, "instead": p.Instead, "after": p.After} {
		if at == "" {
			continue
		}
		places++
		if t := l.trees[at]; t == nil || t.own != nil {
			wrong(word, "there is no tree %q%s; choose from %s", at, nearest(at, l.treeNames()), strings.Join(l.treeNames(), ", "))
		}
	}
	if places > 1 {
		l.wrong(p.file, lineAt(p.node), "it has one place: one of before, instead and after")
	}
	for i, kind := range p.About {
		if kinds := l.everyKind(); !slices.Contains(kinds, kind) {
			l.wrong(p.file, lineAt(p.node, "about", i), "about: %q cannot be diagnosed%s; choose from %s", kind, nearest(kind, kinds), strings.Join(kinds, ", "))
		}
	}
	for key, n := range map[string][2]int{"flow": {len(p.Flow), stepsLimit}, "checks": {len(p.Checks), checksLimit}, "collect": {len(p.Collect), collectLimit}, "causes": {len(p.Causes), checksLimit}} {
		if n[0] > n[1] {
			wrong(key, "there are %d, and the most are %d", n[0], n[1])
		}
	}
	for i, c := range p.Collect {
		if problem := lintCollect(c); problem != "" {
			l.wrong(p.file, lineAt(p.node, "collect", i), "collect: %s", problem)
		}
	}
	if !p.concludes() {
		wrong("flow", "no way through it ends in a cause, a gap, or another tree: it could never say anything")
	}
}

// concludes tells that some way through the flow ends in something.
func (p *playbook) concludes() bool {
	for i := range p.Flow {
		for _, o := range p.Flow[i].outcomes() {
			if o.Cause+o.Gap+o.Tree+o.Diagnose != "" {
				return true
			}
		}
	}
	return len(p.Flow) == 0 // which is a problem of its own
}

func lintCollect(c collected) string {
	kinds := slices.DeleteFunc(listable(), func(kind string) bool { return kind == "Event" })
	switch {
	case !slices.Contains(kinds, c.Kind):
		return "steward does not read the kind \"" + c.Kind + "\"" + nearest(c.Kind, kinds) + "; choose from " + strings.Join(kinds, ", ")
	case clusterWide(c.Kind) && c.Namespace != "":
		return c.Kind + "s are in no namespace: leave it out"
	case c.Kind == "ConfigMap" && c.Name == "":
		return "a ConfigMap needs a name: its keys are read, and nobody needs those of all"
	case c.Kind != "ConfigMap" && c.Name != "":
		return "name goes with a ConfigMap only: of any other kind all are read"
	}
	return ""
}

// lintCheck looks at all of a check but its expressions.
func (l *loader) lintCheck(p *playbook, i int) {
	c := p.Checks[i]
	wrong := func(key, format string, args ...any) {
		l.wrong(p.file, lineAt(p.node, "checks", i, key), format, args...)
	}
	if !plainID.MatchString(c.ID) {
		wrong("id", "id: %q is no name: it is lower-case words with hyphens", c.ID)
	}
	if c.Question == "" || c.CEL == "" {
		wrong("id", "the check %q needs a question and cel", c.ID)
	}
	if _, known := proofs[c.Proof]; !known {
		allowed := []string{"field", "signature", "change"}
		wrong("proof", "proof: there is no proof %q%s; choose from %s, or leave it out where the check only leads on", c.Proof, nearest(c.Proof, allowed), strings.Join(allowed, ", "))
	}
	if len(c.Evidence) == 0 && (c.Proof == "field" || c.Proof == "signature") {
		wrong("proof", "proof: %s needs evidence: the field that was looked at, and its value", c.Proof)
	}
	for n, evidence := range c.Evidence {
		if evidence.Field == "" || evidence.Value == "" {
			l.wrong(p.file, lineAt(p.node, "checks", i, "evidence", n), "evidence needs a field and a value")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Facts)) {
		if !factName.MatchString(name) {
			l.wrong(p.file, lineAt(p.node, "checks", i, "facts", name), "facts: %q is no name: it is lower-case letters and underscores", name)
		}
		if slices.Contains(everyFact(), name) {
			l.wrong(p.file, lineAt(p.node, "checks", i, "facts", name), "facts: %q is a fact of every case already: choose another name", name)
		}
	}
	known := slices.AppendSeq(everyFact(), maps.Keys(c.Facts))
	for key, text := range map[string]string{"observed": c.Observed, "blames": c.Blames} {
		if unknown := unknownFact(text, known); unknown != "" {
			wrong(key, "%s: there is no fact {%s}%s", key, unknown, nearest(unknown, known))
		}
	}
	for n, evidence := range c.Evidence {
		if unknown := unknownFact(evidence.Object, known); unknown != "" {
			l.wrong(p.file, lineAt(p.node, "checks", i, "evidence", n, "object"), "object: there is no fact {%s}%s", unknown, nearest(unknown, known))
		}
	}
}

// unknownFact is the first fact in a text that is not among those known.
func unknownFact(text string, known []string) string {
	for _, found := range placeholder.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(known, found[1]) {
			return found[1]
		}
	}
	return ""
}

// lintCause looks at a cause. Its texts may use the facts of built-in checks,
// which are not listed anywhere: only where the flow asks none are they known.
func (l *loader) lintCause(p *playbook, i int) {
	c := p.Causes[i]
	wrong := func(key, format string, args ...any) {
		l.wrong(p.file, lineAt(p.node, "causes", i, key), format, args...)
	}
	if !ownID.MatchString(c.ID) {
		wrong("id", "id: %q needs a prefix of your own, such as acme/%s: the ids without one are steward's", c.ID, strings.Trim(strings.ToLower(c.ID), "/"))
	}
	if c.Title == "" || c.Means == "" || c.Summary == "" || len(c.Remedies) == 0 {
		wrong("id", "the cause %q needs title, means, summary and remedies", c.ID)
	}
	known := everyFact()
	for _, each := range p.Checks {
		known = slices.AppendSeq(known, maps.Keys(each.Facts))
	}
	texts := map[string]string{"summary": c.Summary}
	for n, r := range c.Remedies {
		if r.Text == "" {
			l.wrong(p.file, lineAt(p.node, "causes", i, "remedies", n), "a remedy needs a text")
		}
		if r.Action != "" && !slices.Contains(remedyVerbs(), r.Action) {
			l.wrong(p.file, lineAt(p.node, "causes", i, "remedies", n, "action"), "action: steward has no verb %q%s; choose from %s, or leave it out", r.Action, nearest(r.Action, remedyVerbs()), strings.Join(remedyVerbs(), ", "))
		}
		texts["remedies"] += r.Text + strings.Join(slices.Sorted(maps.Values(r.Args)), "")
	}
	for key, text := range texts {
		if unknown := unknownFact(text, known); unknown != "" && p.asksOnlyOwn() {
			wrong(key, "%s: no check gives a fact {%s}%s", key, unknown, nearest(unknown, known))
		}
	}
}

// asksOnlyOwn tells that the flow asks no built-in check, whose facts nobody
// could know.
func (p *playbook) asksOnlyOwn() bool {
	for _, s := range p.Flow {
		if s.Ask != "" && !slices.ContainsFunc(p.Checks, func(c ownCheck) bool { return c.ID == s.Ask }) {
			return false
		}
	}
	return true
}

// lintUse finds checks that nobody asks, and causes that nobody concludes.
func (l *loader) lintUse() {
	concluded := map[string]bool{}
	for _, p := range l.playbooks {
		asked := map[string]bool{}
		for i := range p.Flow {
			asked[p.Flow[i].Ask] = true
			for _, o := range p.Flow[i].outcomes() {
				concluded[o.Cause], concluded[o.As] = true, true
			}
		}
		for i, c := range p.Checks {
			if !asked[c.ID] {
				l.wrong(p.file, lineAt(p.node, "checks", i, "id"), "nothing in the flow asks the check %q", c.ID)
			}
		}
	}
	for _, p := range l.playbooks {
		for i, c := range p.Causes {
			if !concluded[c.ID] {
				l.wrong(p.file, lineAt(p.node, "causes", i, "id"), "nothing concludes the cause %q", c.ID)
			}
		}
	}
}
