package diagnose

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
	celast "github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types/ref"
	kubernetescel "k8s.io/apiserver/pkg/cel/library"
)

// Some helpers look at the scope that is diagnosed, which a function of CEL
// cannot. Macros hand it to them in a variable that nobody can write.
const (
	hiddenScope          = "@scope"
	changedFunction      = "@changed"
	objectsFunction      = "@objects"
	onlyRevisionFunction = "@onlyNewRevision"
)

// helperUses is how the helpers are called, for errors and the guide.
var helperUses = []struct{ name, use string }{
	{"selects", `selects(selector, labels)`},
	{"nearest", `nearest(name, names)`},
	{"changed", `changed("spec.template", duration("1h")), changed("ConfigMap/settings", duration("1h")) or changed("ConfigMap/settings", "data.POOL_SIZE", duration("1h"))`},
	{"containersNotReady", `containersNotReady(pods)`},
	{"onlyNewRevision", `onlyNewRevision(failure)`},
	{"objects", `objects("ResourceQuota")`},
}

// helpers are what expressions have beyond the CEL of Kubernetes.
func helpers() []cel.EnvOption {
	return []cel.EnvOption{
		cel.Function("selects", cel.Overload("steward_selects", []*cel.Type{cel.DynType, cel.DynType}, cel.BoolType, cel.BinaryBinding(selectsIn))),
		cel.Function("nearest", cel.Overload("steward_nearest", []*cel.Type{cel.StringType, cel.ListType(cel.StringType)}, cel.StringType, cel.BinaryBinding(nearestOf))),
		cel.Function("containersNotReady", cel.Overload("steward_containers_not_ready", []*cel.Type{cel.ListType(cel.DynType)}, cel.ListType(cel.DynType), cel.UnaryBinding(containersNotReady))),
		cel.Function(changedFunction, cel.Overload("steward_changed", []*cel.Type{cel.DynType, cel.StringType, cel.StringType, cel.DurationType}, cel.BoolType, cel.FunctionBinding(changedIn))),
		cel.Function(objectsFunction, cel.Overload("steward_objects", []*cel.Type{cel.DynType, cel.StringType}, cel.ListType(cel.DynType), cel.BinaryBinding(objectsIn))),
		cel.Function(onlyRevisionFunction, cel.Overload("steward_only_new_revision", []*cel.Type{cel.DynType, cel.DynType}, cel.BoolType, cel.BinaryBinding(onlyNewRevisionIn))),
		cel.Macros(
			cel.GlobalMacro("changed", 2, func(eh cel.MacroExprFactory, _ celast.Expr, args []celast.Expr) (celast.Expr, *common.Error) {
				return eh.NewCall(changedFunction, eh.NewIdent(hiddenScope), args[0], eh.NewLiteral(emptyText), args[1]), nil
			}),
			cel.GlobalMacro("changed", 3, func(eh cel.MacroExprFactory, _ celast.Expr, args []celast.Expr) (celast.Expr, *common.Error) {
				return eh.NewCall(changedFunction, eh.NewIdent(hiddenScope), args[0], args[1], args[2]), nil
			}),
			cel.GlobalMacro("objects", 1, func(eh cel.MacroExprFactory, _ celast.Expr, args []celast.Expr) (celast.Expr, *common.Error) {
				if literal(args[0]) == "" {
					return nil, eh.NewError(args[0].ID(), `objects wants a kind in quotes, such as objects("ResourceQuota")`)
				}
				return eh.NewCall(objectsFunction, eh.NewIdent(hiddenScope), args[0]), nil
			}),
			cel.GlobalMacro("onlyNewRevision", 1, func(eh cel.MacroExprFactory, _ celast.Expr, args []celast.Expr) (celast.Expr, *common.Error) {
				return eh.NewCall(onlyRevisionFunction, eh.NewIdent(hiddenScope), args[0]), nil
			}),
		),
	}
}

// costs counts what evaluations cost as Kubernetes does, and our helpers by
// what they look at.
type costs struct{ kubernetescel.CostEstimator }

// CallCost is the cost of one call.
func (c *costs) CallCost(function, overload string, args []ref.Val, result ref.Val) *uint64 {
	var cost uint64
	switch function {
	case "nearest":
		cost = (10 + sizeOf(args[0])*sizeOf(args[0])/10) * (1 + sizeOf(args[1])) // names may be as long as this one
	case "containersNotReady":
		cost = 5 * (1 + sizeOf(args[0]))
	case "selects":
		cost = 10 + sizeOf(args[0]) + sizeOf(args[1])
	case objectsFunction:
		cost = 10 * (1 + sizeOf(result))
	case changedFunction, onlyRevisionFunction:
		cost = 100
	default:
		return c.CostEstimator.CallCost(function, overload, args, result)
	}
	return &cost
}
