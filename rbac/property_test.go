package rbac

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/steward-bot/steward/ops"
)

// Small alphabets, so that rules and questions meet often.
var (
	drawSubject  = rapid.SampledFrom([]string{"*", "user:U1", "user:U2", "group:S1", "group:S2", "role:r1", "role:r2"})
	drawName     = rapid.SampledFrom([]string{"a", "b", "ab", "*", "a*", "?", "?b"})
	drawObject   = rapid.SampledFrom([]string{"*", "*/a", "Deployment/a*", "Deployment/b", "Node/*", "Pod/?"})
	drawChannel  = rapid.SampledFrom([]string{"*", "C1", "C2", "D*"})
	drawAction   = rapid.SampledFrom([]string{"*", "diagnose", "rollback", "roll*"})
	drawQuestion = rapid.Custom(func(t *rapid.T) question {
		plain := rapid.SampledFrom([]string{"a", "b", "ab"})
		return question{
			environment: plain.Draw(t, "environment"), cluster: plain.Draw(t, "cluster"),
			namespace: rapid.SampledFrom([]string{"", "a", "ab"}).Draw(t, "namespace"),
			object:    rapid.SampledFrom([]string{"Deployment/a", "Deployment/b", "Node/ab", "Pod/*"}).Draw(t, "object"),
			channel:   rapid.SampledFrom([]string{"", "C1", "C2", "D1"}).Draw(t, "channel"),
			action:    rapid.SampledFrom([]string{"diagnose", "rollback"}).Draw(t, "action"),
		}
	})
	drawRule = rapid.Custom(func(t *rapid.T) Rule {
		return Rule{
			Subject: drawSubject.Draw(t, "subject"), Environment: drawName.Draw(t, "environment"), Cluster: drawName.Draw(t, "cluster"),
			Namespace: drawName.Draw(t, "namespace"), Object: drawObject.Draw(t, "object"), Channel: drawChannel.Draw(t, "channel"),
			Action: drawAction.Draw(t, "action"), Effect: rapid.SampledFrom([]Effect{Allow, Allow, Deny}).Draw(t, "effect"),
		}
	})
	drawMembers = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) member {
		return member{
			holder: rapid.SampledFrom([]string{"user:U1", "user:U2", "group:S1", "group:S2"}).Draw(t, "holder"),
			role:   rapid.SampledFrom([]string{"role:r1", "role:r2"}).Draw(t, "role"),
		}
	}), 0, 4)
	drawActor = rapid.Custom(func(t *rapid.T) ops.Actor {
		return person(rapid.SampledFrom([]string{"U1", "U2", "U3"}).Draw(t, "user"),
			rapid.SliceOfDistinct(rapid.SampledFrom([]string{"S1", "S2"}), rapid.ID[string]).Draw(t, "groups")...)
	})
)

func rules(t *rapid.T) []Rule {
	drawn := rapid.SliceOfN(drawRule, 0, 8).Draw(t, "rules")
	for i := range drawn {
		drawn[i].Line = i + 1
	}
	return drawn
}

func load(t *rapid.T, rules []Rule, members []member) *policy {
	p, err := newPolicy("policy.csv", rules, members)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestADecisionIsSomeAllowAndNoDeny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, q := rules(t), drawQuestion.Draw(t, "question")
		p := load(t, rules, drawMembers.Draw(t, "members"))
		held := p.held(drawActor.Draw(t, "actor"))
		allow, deny := false, false
		for _, rule := range rules {
			if slices.Contains(held, rule.Subject) && len(rule.misses(q)) == 0 {
				allow, deny = allow || rule.Effect == Allow, deny || rule.Effect == Deny
			}
		}
		if got, want := p.allows(held, q), allow && !deny; got != want {
			t.Fatalf("got %v with an allow %v and a deny %v", got, allow, deny)
		}
		if x := p.explain(held, q); x.Allowed != (allow && !deny) || (x.Decided == nil) != (!allow && !deny) {
			t.Fatalf("the explanation disagrees: %s", x)
		}
	})
}

func TestAnotherAllowNeverTakesAccessAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, members, q := rules(t), drawMembers.Draw(t, "members"), drawQuestion.Draw(t, "question")
		more := drawRule.Draw(t, "more")
		more.Effect = Allow
		before := load(t, rules, members)
		after := load(t, append(slices.Clone(rules), more), members)
		held := before.held(drawActor.Draw(t, "actor"))
		if before.allows(held, q) && !after.allows(held, q) {
			t.Fatal("an allow took access away")
		}
	})
}

func TestAnotherDenyNeverGivesAccess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, members, q := rules(t), drawMembers.Draw(t, "members"), drawQuestion.Draw(t, "question")
		more := drawRule.Draw(t, "more")
		more.Effect = Deny
		before := load(t, rules, members)
		after := load(t, append(slices.Clone(rules), more), members)
		held := before.held(drawActor.Draw(t, "actor"))
		if !before.allows(held, q) && after.allows(held, q) {
			t.Fatal("a deny gave access")
		}
	})
}

func TestTheOrderOfLinesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, members, q := rules(t), drawMembers.Draw(t, "members"), drawQuestion.Draw(t, "question")
		before := load(t, rules, members)
		after := load(t, rapid.Permutation(rules).Draw(t, "shuffled"), members)
		actor := drawActor.Draw(t, "actor")
		if before.allows(before.held(actor), q) != after.allows(after.held(actor), q) {
			t.Fatal("the order changed the decision")
		}
	})
}

func TestTheAdviceOfARefusalWorks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, q := rules(t), drawQuestion.Draw(t, "question")
		p := load(t, rules, drawMembers.Draw(t, "members"))
		held := p.held(drawActor.Draw(t, "actor"))
		for _, channel := range p.channels(held, q) {
			elsewhere := q
			elsewhere.channel = channel
			if !p.allows(held, elsewhere) {
				t.Fatalf("channel %s is advised, and refused there", channel)
			}
		}
	})
}

// benchmarkPolicy has rules of 400 teams, ten each, and one team's person.
func benchmarkPolicy(b *testing.B) *policy {
	var rules []Rule
	var members []member
	for team := range 400 {
		role, namespace := fmt.Sprintf("role:team-%d", team), fmt.Sprintf("team-%d", team)
		members = append(members, member{holder: fmt.Sprintf("group:S%d", team), role: role})
		for service := range 10 {
			rules = append(rules, Rule{
				Line: len(rules) + 1, Subject: role, Environment: "production", Cluster: "*", Namespace: namespace,
				Object: fmt.Sprintf("Deployment/service-%d*", service), Channel: "*", Action: "*", Effect: Allow,
			})
		}
	}
	for i := range 50 {
		rules = append(rules, Rule{
			Line: len(rules) + 1, Subject: "*", Environment: "production", Cluster: "*", Namespace: fmt.Sprintf("system-%d", i),
			Object: "*", Channel: "*", Action: "*", Effect: Deny,
		})
	}
	p, err := newPolicy("policy.csv", rules, members)
	if err != nil {
		b.Fatal(err)
	}
	return p
}

func BenchmarkAllowedAmongThousandsOfRules(b *testing.B) {
	p := benchmarkPolicy(b)
	e := &Enforcer{}
	e.current.Store(p)
	actor := person("U0ANA", "S17", "S18", "S19")
	target := deployment("team-17", "service-9-worker")
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if !e.Allowed(actor, target, "C0", "rollback") {
				b.Fatal("refused")
			}
		}
	})
}

func BenchmarkAllowedWhenAllRulesAreEverybodys(b *testing.B) {
	var rules []Rule
	for i := range 3000 {
		rules = append(rules, Rule{
			Line: i + 1, Subject: "*", Environment: "production", Cluster: "*", Namespace: fmt.Sprintf("team-%d", i),
			Object: "*", Channel: "*", Action: "diagnose", Effect: Allow,
		})
	}
	p, err := newPolicy("policy.csv", rules, nil)
	if err != nil {
		b.Fatal(err)
	}
	e := &Enforcer{}
	e.current.Store(p)
	for b.Loop() {
		if !e.Allowed(person("U0ANA"), deployment("team-2999", "checkout"), "C0", "diagnose") {
			b.Fatal("refused")
		}
	}
}
