package rbac

import (
	_ "embed"
	"fmt"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	"github.com/casbin/casbin/v2/persist"
)

//go:embed model.conf
var modelConf string

// verdict is what the rules of one subject say.
type verdict int

const (
	silent verdict = iota // no rule matches
	allowed
	denied
)

// judges are Casbin enforcers, one for each subject that has rules: an asker
// holds a few subjects, and only their rules need to be looked at. They are
// never changed once they are made.
type judges map[string]*casbin.Enforcer

// newJudges loads every rule into its subject's enforcer, and tries each once.
func newJudges(rules []Rule) (judges, error) {
	js := judges{}
	for _, rule := range rules {
		enforcer, ok := js[rule.Subject]
		if !ok {
			var err error
			if enforcer, err = newCasbin(); err != nil {
				return nil, err
			}
			js[rule.Subject] = enforcer
		}
		if err := persist.LoadPolicyArray(append([]string{"p"}, rule.fields()...), enforcer.GetModel()); err != nil {
			return nil, fmt.Errorf("adding the rule of line %d: %w", rule.Line, err)
		}
	}
	for subject := range js {
		if _, err := js.ask(subject, question{}); err != nil {
			return nil, fmt.Errorf("trying the rules of %s: %w", subject, err)
		}
	}
	return js, nil
}

func newCasbin() (*casbin.Enforcer, error) {
	m, err := model.NewModelFromString(modelConf)
	if err != nil {
		return nil, fmt.Errorf("reading model.conf: %w", err)
	}
	enforcer, err := casbin.NewEnforcer(m)
	if err != nil {
		return nil, fmt.Errorf("making an enforcer: %w", err)
	}
	enforcer.AddFunction("glob", func(args ...any) (any, error) {
		pattern, _ := args[0].(string)
		name, _ := args[1].(string)
		return glob(pattern, name), nil
	})
	return enforcer, nil
}

// ask gives the verdict of one subject's rules.
func (js judges) ask(subject string, q question) (verdict, error) {
	enforcer, ok := js[subject]
	if !ok {
		return silent, nil
	}
	yes, rule, err := enforcer.EnforceEx(subject, q.environment, q.cluster, q.namespace, q.object, q.channel, q.action)
	switch {
	case err != nil:
		return denied, err
	case yes:
		return allowed, nil
	case len(rule) > 0: // Casbin names the rule that decided: here, a deny
		return denied, nil
	}
	return silent, nil
}
