package diagnose

import "testing"

func TestWhatWasForbiddenIsReadFromAnyClient(t *testing.T) {
	for line, want := range map[string]demand{
		`configmaps is forbidden: User "system:serviceaccount:shop:checkout" cannot list resource "configmaps" in API group "" in the namespace "shop"`: {Namespace: "shop", Account: "checkout", Verb: "list", Resource: "configmaps", In: "shop"},
		`Error from server (Forbidden): pods "a" is forbidden: User "system:serviceaccount:ci:runner" cannot delete resource "pods" in API group "" in the namespace "shop"`: {
			Namespace: "ci", Account: "runner", Verb: "delete", Resource: "pods", Name: "a", In: "shop",
		},
		`{"message":"deployments.apps \"web\" is forbidden: User \"system:serviceaccount:shop:default\" cannot patch resource \"deployments/scale\" in API group \"apps\" in the namespace \"shop\""}`: {
			Namespace: "shop", Account: "default", Verb: "patch", Group: "apps", Resource: "deployments/scale", Name: "web", In: "shop",
		},
		`io.fabric8.kubernetes.client.KubernetesClientException: Message: Forbidden! nodes is forbidden: User "system:serviceaccount:shop:default" cannot watch resource "nodes" in API group "" at the cluster scope.`: {
			Namespace: "shop", Account: "default", Verb: "watch", Resource: "nodes",
		},
		`forbidden: User "system:serviceaccount:shop:default" cannot get path "/metrics"`: {Namespace: "shop", Account: "default", Verb: "get", Path: "/metrics"},
	} {
		if got, ok := demandIn(line); !ok || got != want {
			t.Errorf("%s\n is %+v\nwant %+v", line, got, want)
		}
		if _, ok := matchLog(line, saysForbidden); !ok {
			t.Errorf("no signature finds %s", line)
		}
	}
}
