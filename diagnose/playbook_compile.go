package diagnose

import (
	"maps"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"

	"github.com/steward-bot/steward/ops"
)

// compile makes of the playbooks what the engine knows: trees, checks and
// causes. What is wrong with them is gathered.
func (l *loader) compile() {
	if len(l.playbooks) == 0 {
		return
	}
	compiler, err := newCELCompiler()
	if err != nil {
		l.wrong("CEL", 0, "%s", err)
		return
	}
	l.cel = compiler
	for _, p := range l.playbooks {
		l.lintHead(p)
		l.learnCauses(p)
	}
	for _, p := range l.playbooks {
		l.compilePlaybook(p)
	}
	l.lintUse()
}

// compilePlaybook makes a tree of one playbook, and places it.
func (l *loader) compilePlaybook(p *playbook) {
	word, at := p.place()
	host := l.trees[at]
	of := l.lookOf(p, host)
	t := &tree{
		Name: p.Name, Title: p.Title, About: p.About, Order: p.Order, Each: p.Each, Steps: slices.Clone(p.Flow),
		file: p.file, node: p.node, own: &ownTree{asks: map[string]string{}},
	}
	if p.When != "" {
		if when := l.compileCEL(p, of, p.When, []*cel.Type{cel.BoolType}, "when"); when != nil {
			condition := celCheck{ownCheck: ownCheck{ID: "when"}, of: of, asks: when}
			t.own.when = &check{ID: p.Name + "/when", Question: p.Title + ": does it apply?", Ask: condition.ask}
		}
	}
	for i := range p.Checks {
		l.compileCheck(p, t, of, i)
	}
	for i := range t.Steps {
		if own, is := t.own.asks[t.Steps[i].Ask]; is {
			t.Steps[i].Ask = own
		}
	}
	switch {
	case host == nil && t.Order == 0:
		t.Order = firstOrder
	case host != nil:
		l.placeAt(t, host, word)
	}
	l.addTree(t)
	if len(p.Collect) > 0 {
		l.wants = append(l.wants, wantsOf(t, host, p.Collect))
	}
}

// placeAt puts a playbook beside a tree. It is walked where that one is.
func (l *loader) placeAt(t, host *tree, word string) {
	if t.Order != 0 {
		l.wrong(t.file, lineAt(t.node, "order"), "order: it has none beside %s: it is walked where the tree %s is", word, host.Name)
	}
	t.Order = 0
	if len(t.About) == 0 {
		t.About = host.About
	}
	switch {
	case t.Each == "" || t.Each == host.Each:
		t.Each = ""
	case slices.Contains(classes, class(host.Each)) && slices.Contains(classes, class(t.Each)):
		l.wrong(t.file, lineAt(t.node, "each"), "each: %s does not go with %s: %s, which is for each that is %s: leave it out, or name a relation", t.Each, word, host.Name, host.Each)
	}
	list := map[string]*[]*tree{"before": &host.before, "instead": &host.instead, "after": &host.after}[word]
	*list = append(*list, t)
	slices.SortStableFunc(*list, func(a, b *tree) int { return strings.Compare(a.Name, b.Name) })
}

// lookOf says what a playbook's expressions may look at. A tree that others
// call may be walked for failures and for related objects.
func (l *loader) lookOf(p *playbook, host *tree) *own {
	of := &own{name: p.Name, collect: p.Collect}
	each := []string{p.Each}
	if host != nil {
		each = append(each, host.Each)
		of.failure, of.related = host.Order == 0, host.Order == 0
	}
	for _, name := range each {
		if slices.Contains(classes, class(name)) {
			of.failure = true
		} else if _, is := l.relations[name]; is {
			of.related = true
		}
	}
	return of
}

// compileCheck makes a check of a playbook one of the library's, under the
// playbook's name: two of them may call a check alike.
func (l *loader) compileCheck(p *playbook, t *tree, of *own, i int) {
	c := p.Checks[i]
	l.lintCheck(p, i)
	made := celCheck{ownCheck: c, of: of, facts: map[string]*expression{}}
	if c.CEL != "" {
		made.asks = l.compileCEL(p, of, c.CEL, []*cel.Type{cel.BoolType}, "checks", i, "cel")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Facts)) {
		made.facts[name] = l.compileCEL(p, of, c.Facts[name], scalars, "checks", i, "facts", name)
	}
	for n, evidence := range c.Evidence {
		made.evidence = append(made.evidence, l.compileCEL(p, of, evidence.Value, scalars, "checks", i, "evidence", n, "value"))
	}
	id := p.Name + "/" + c.ID
	if _, taken := l.checks[id]; taken {
		l.wrong(p.file, lineAt(p.node, "checks", i, "id"), "there are two checks called %q", c.ID)
		return
	}
	t.own.asks[c.ID] = id
	l.checks[id] = check{ID: id, Question: c.Question, Ask: made.ask}
}

// learnCauses takes in the causes of a playbook.
func (l *loader) learnCauses(p *playbook) {
	for i, c := range p.Causes {
		l.lintCause(p, i)
		if _, taken := l.causes[c.ID]; taken {
			l.wrong(p.file, lineAt(p.node, "causes", i, "id"), "there is a cause called %q already", c.ID)
			continue
		}
		info := causeInfo{ID: c.ID, Title: c.Title, Means: c.Means, Summary: c.Summary}
		for _, r := range c.Remedies {
			info.Remedies = append(info.Remedies, remedy{Text: r.Text, Action: r.Action, Args: r.Args, On: "subject"}) // whatever is blamed
		}
		l.causes[c.ID] = info
	}
}

// relate gives the objects of a relation. One that a playbook asks for in the
// wrong place gives none, and says so.
func (c *course) relate(name string, s *scope, own bool) (refs []Ref) {
	if own || s.Own {
		defer func() {
			if recover() != nil {
				c.gap(name, "there are no "+name+" of "+s.Object.String()+": the relation is about something that a playbook without \"each\" has not")
			}
		}()
	}
	return c.library.relations[name](s)
}

// steward's own verbs that mend something.
func remedyVerbs() []string {
	return []string{"restart", "rollback", "rollforward", "scale"}
}

// everyKind lists the kinds that a playbook can be about: those that can be
// diagnosed.
func (l *library) everyKind() []string {
	kinds := slices.Concat([]string{"workload"}, ops.Kinds())
	for _, t := range l.trees {
		if t.own == nil {
			kinds = append(kinds, t.About...)
		}
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}
