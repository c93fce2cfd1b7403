package rbac

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/steward-bot/steward/ops"
)

// everybody is the subject that every asker holds.
const everybody = "*"

// member is one g line: somebody who has a role.
type member struct {
	line         int
	holder, role string
}

// policy is one validated policy file. It never changes.
type policy struct {
	file    string // its base name, for people
	hash    [sha256.Size]byte
	loaded  time.Time
	rules   []Rule // in the file's order
	roles   map[string][]string
	holders map[string][]string // who has a role: the other way around
	judges  judges
}

func newPolicy(file string, rules []Rule, members []member) (*policy, error) {
	judges, err := newJudges(rules)
	if err != nil {
		return nil, err
	}
	p := &policy{file: file, rules: rules, roles: map[string][]string{}, holders: map[string][]string{}, judges: judges}
	for _, m := range members {
		if !slices.Contains(p.roles[m.holder], m.role) {
			p.roles[m.holder] = append(p.roles[m.holder], m.role)
			p.holders[m.role] = append(p.holders[m.role], m.holder)
		}
	}
	return p, nil
}

// held gives the subjects that an actor holds, sorted: the user, the groups,
// the roles of these, and everybody.
func (p *policy) held(actor ops.Actor) []string {
	subjects := make([]string, 0, 2+2*len(actor.Groups))
	subjects = append(subjects, "user:"+actor.ID)
	for _, group := range actor.Groups {
		subjects = append(subjects, "group:"+group)
	}
	return p.withRoles(subjects)
}

func (p *policy) withRoles(subjects []string) []string {
	all := append([]string{everybody}, subjects...)
	for _, subject := range subjects {
		all = append(all, p.roles[subject]...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// allows is the decision: some subject's rules allow, and none deny.
func (p *policy) allows(subjects []string, q question) bool {
	yes := false
	for _, subject := range subjects {
		verdict, err := p.judges.ask(subject, q)
		if err != nil || verdict == denied {
			return false
		}
		yes = yes || verdict == allowed
	}
	return yes
}

// sees tells whether the subjects may know that the object exists: whoever may
// look at it may.
func (p *policy) sees(subjects []string, q question) bool {
	for _, action := range looking {
		q.action = action
		if p.allows(subjects, q) {
			return true
		}
	}
	return false
}

// warnings finds roles that are probably misspelt.
func (p *policy) warnings() []string {
	ruled := map[string]bool{}
	var found []string
	for _, rule := range p.rules {
		if strings.HasPrefix(rule.Subject, rolePrefix) && !ruled[rule.Subject] {
			ruled[rule.Subject] = true
			if len(p.holders[rule.Subject]) == 0 {
				found = append(found, fmt.Sprintf("line %d gives rules to %s, which nobody has: add a line g, user:U… or group:S…, %s", rule.Line, rule.Subject, rule.Subject))
			}
		}
	}
	for role := range p.holders {
		if !ruled[role] {
			found = append(found, fmt.Sprintf("%s has members but no rules", role))
		}
	}
	if len(p.rules) == 0 {
		found = append(found, "there is no rule, so nobody may do anything")
	}
	sort.Strings(found)
	return found
}
