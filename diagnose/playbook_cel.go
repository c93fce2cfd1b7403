package diagnose

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/ext"
	"github.com/google/cel-go/interpreter"
	apicel "k8s.io/apiserver/pkg/apis/cel"
	kubernetescel "k8s.io/apiserver/pkg/cel/library"
)

// expressionLimit bounds an expression, in characters.
const expressionLimit = 8 << 10

// celCompiler compiles expressions in the CEL that Kubernetes has: its
// libraries, its costs, and its limit for one evaluation
// (k8s.io/apiserver/pkg/cel/environment), with our variables and helpers.
type celCompiler struct{ base *cel.Env }

func newCELCompiler() (*celCompiler, error) {
	base, err := cel.NewEnv(
		cel.HomogeneousAggregateLiterals(), cel.EagerlyValidateDeclarations(true), cel.DefaultUTCTimeZone(true),
		cel.CrossTypeNumericComparisons(true), cel.OptionalTypes(), cel.ParserExpressionSizeLimit(expressionLimit),
		cel.ASTValidators(cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(), cel.ValidateRegexLiterals(), cel.ValidateHomogeneousAggregateLiterals()),
		ext.Strings(ext.StringsVersion(2)), ext.Sets(), ext.TwoVarComprehensions(), ext.Lists(ext.ListsVersion(3)),
		kubernetescel.URLs(), kubernetescel.Regex(), kubernetescel.Lists(), kubernetescel.Quantity(), kubernetescel.IP(), kubernetescel.CIDR(),
		kubernetescel.Format(), kubernetescel.SemverLib(kubernetescel.SemverVersion(1)),
		cel.Variable(hiddenScope, cel.DynType),
	)
	if err != nil {
		return nil, fmt.Errorf("making the CEL environment: %w", err)
	}
	for _, v := range variables {
		if base, err = base.Extend(cel.Variable(v.name, v.of)); err != nil {
			return nil, fmt.Errorf("making the CEL environment: %w", err)
		}
	}
	if base, err = base.Extend(helpers()...); err != nil {
		return nil, fmt.Errorf("making the CEL environment: %w", err)
	}
	return &celCompiler{base}, nil
}

// expression is one CEL expression, ready to be evaluated.
type expression struct {
	program cel.Program
	of      *own
}

// celProblem is what is wrong with an expression, at its line, from 1.
type celProblem struct {
	line int
	text string
}

// scalars are the types that a fact or a piece of evidence can have.
var scalars = []*cel.Type{cel.StringType, cel.IntType, cel.UintType, cel.DoubleType, cel.BoolType, cel.TimestampType, cel.DurationType}

// compile makes an expression that gives one of some types. Where CEL cannot
// tell the type, it is looked at when it is evaluated.
func (c *celCompiler) compile(text string, of *own, gives ...*cel.Type) (*expression, []celProblem) {
	ast, issues := c.base.Compile(text)
	if issues.Err() != nil {
		var problems []celProblem
		for _, issue := range issues.Errors() {
			problems = append(problems, celProblem{issue.Location.Line(), explainCEL(issue.Message)})
		}
		return nil, problems
	}
	if is := ast.OutputType(); !is.IsExactType(types.DynType) && !slices.ContainsFunc(gives, is.IsExactType) {
		names := make([]string, len(gives))
		for i, t := range gives {
			names[i] = t.String()
		}
		return nil, []celProblem{{1, fmt.Sprintf("it gives %s, and must give %s", is, strings.Join(names, ", "))}}
	}
	if problems := of.mayUse(ast); len(problems) > 0 {
		return nil, problems
	}
	program, err := c.base.Program(ast,
		cel.EvalOptions(cel.OptOptimize, cel.OptTrackCost), cel.CostLimit(apicel.PerCallLimit),
		cel.CostTracking(&costs{}), cel.CostTrackerOptions(interpreter.PresenceTestHasCost(false)))
	if err != nil {
		return nil, []celProblem{{1, err.Error()}}
	}
	return &expression{program, of}, nil
}

var undeclared = regexp.MustCompile(`^undeclared reference to '([^']+)'`)

// explainCEL says what there is in place of a name that is not there.
func explainCEL(message string) string {
	message, _, _ = strings.Cut(message, "\n")
	found := undeclared.FindStringSubmatch(message)
	if found == nil {
		return message
	}
	names := []string{}
	for _, v := range variables {
		names = append(names, v.name)
	}
	for _, h := range helperUses {
		if h.name == found[1] {
			return fmt.Sprintf("%s is called as %s", h.name, h.use)
		}
		names = append(names, h.name)
	}
	return fmt.Sprintf("there is no %q%s; there are %s, and the functions of CEL in Kubernetes", found[1], nearest(found[1], names), strings.Join(names, ", "))
}

// compileCEL compiles an expression of a file and writes down what is wrong
// with it, at the line where it is wrong.
func (l *loader) compileCEL(p *playbook, of *own, text string, gives []*cel.Type, path ...any) *expression {
	compiled, problems := l.cel.compile(text, of, gives...)
	node := nodeAt(p.node, path...)
	for _, problem := range problems {
		l.wrong(p.file, celLine(node, problem.line), "%s: %s", pathText(path), problem.text)
	}
	return compiled
}

// pathText is a path within a file for people: "cel", "facts.host".
func pathText(path []any) string {
	last, _ := path[len(path)-1].(string)
	if len(path) > 1 {
		if before, ok := path[len(path)-2].(string); ok {
			return before + "." + last
		}
	}
	return last
}
