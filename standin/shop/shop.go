// Package shop is the small shop of the demo: its people, its policy, its
// tickets, its services, and the three faults that somebody has just brought
// into it.
package shop

import (
	"bufio"
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/yaml"
)

// Namespace is where the shop lives.
const Namespace = "shop"

//go:embed files
var files embed.FS

// File gives one of the shop's files: workspace.json, jira.json,
// pagerduty.json, policy.csv.
func File(name string) []byte {
	raw, err := files.ReadFile("files/" + name)
	if err != nil {
		panic(err) // the name is written in this repository, and so is the file
	}
	return raw
}

// Decode reads one of the shop's JSON files into a stand-in's own type.
func Decode(name string, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(File(name)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("reading the shop's %s: %w", name, err)
	}
	return nil
}

// Open builds the shop as it was this morning, and waits until every service
// works.
func Open(ctx context.Context, client kubernetes.Interface) error {
	if err := each("before.yaml", func(o object) error { return o.create(ctx, client) }); err != nil {
		return err
	}
	return settle(ctx, client, func(d appsv1.Deployment) bool {
		return d.Status.AvailableReplicas == *d.Spec.Replicas && d.Status.ObservedGeneration >= d.Generation
	})
}

// Break makes the three changes, as three different people would.
func Break(ctx context.Context, client kubernetes.Interface) error {
	return each("after.yaml", func(o object) error { return o.patch(ctx, client) })
}

// object is one document of a manifest.
type object struct {
	Kind     string
	Metadata struct{ Name, Namespace string }
	raw      []byte // as JSON
}

func each(name string, do func(object) error) error {
	documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(File(name))))
	for {
		document, err := documents.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the shop's %s: %w", name, err)
		}
		var o object
		if o.raw, err = yaml.YAMLToJSON(document); err != nil {
			return fmt.Errorf("reading the shop's %s: %w", name, err)
		}
		if err := json.Unmarshal(o.raw, &o); err != nil {
			return fmt.Errorf("reading the shop's %s: %w", name, err)
		}
		if err := do(o); err != nil {
			return fmt.Errorf("%s %s of the shop: %w", o.Kind, o.Metadata.Name, err)
		}
	}
}

func (o object) create(ctx context.Context, client kubernetes.Interface) error {
	options := metav1.CreateOptions{FieldManager: "release-pipeline"}
	var err error
	switch o.Kind {
	case "Namespace":
		_, err = client.CoreV1().Namespaces().Create(ctx, into[corev1.Namespace](o), options)
	case "ConfigMap":
		_, err = client.CoreV1().ConfigMaps(Namespace).Create(ctx, into[corev1.ConfigMap](o), options)
	case "Service":
		_, err = client.CoreV1().Services(Namespace).Create(ctx, into[corev1.Service](o), options)
	case "Deployment":
		_, err = client.AppsV1().Deployments(Namespace).Create(ctx, into[appsv1.Deployment](o), options)
	default:
		err = fmt.Errorf("the shop has no %s", o.Kind)
	}
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// managers says who makes which change, as managedFields will show it.
var managers = map[string]string{"checkout": "release-pipeline", "cart": "kubectl-edit", "cart-config": "kubectl-edit", "catalog": "night-saver"}

func (o object) patch(ctx context.Context, client kubernetes.Interface) error {
	options := metav1.PatchOptions{FieldManager: managers[o.Metadata.Name]}
	var err error
	switch o.Kind {
	case "ConfigMap":
		_, err = client.CoreV1().ConfigMaps(Namespace).Patch(ctx, o.Metadata.Name, types.StrategicMergePatchType, o.raw, options)
	default:
		_, err = client.AppsV1().Deployments(Namespace).Patch(ctx, o.Metadata.Name, types.StrategicMergePatchType, o.raw, options)
	}
	return err
}

func into[T any](o object) *T {
	typed := new(T)
	if err := json.Unmarshal(o.raw, typed); err != nil {
		panic(err) // the manifest is in this repository and is created in every test run
	}
	return typed
}

// settle waits until every Deployment of the shop is as wanted.
func settle(ctx context.Context, client kubernetes.Interface, settled func(appsv1.Deployment) bool) error {
	for {
		list, err := client.AppsV1().Deployments(Namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return fmt.Errorf("looking at the shop: %w", err)
		}
		waiting := ""
		for _, d := range list.Items {
			if !settled(d) {
				waiting = d.Name
			}
		}
		if waiting == "" {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s of the shop: %w", waiting, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}
