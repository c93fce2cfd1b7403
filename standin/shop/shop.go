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
	"errors"
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

// Shop is the services, in one namespace of one cluster.
type Shop struct {
	Client    kubernetes.Interface
	Namespace string
}

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
func (s Shop) Open(ctx context.Context) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.Namespace}}
	if _, err := s.Client.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("making the shop's namespace: %w", err)
	}
	if err := each("before.yaml", func(o object) error { return s.create(ctx, o) }); err != nil {
		return err
	}
	return s.settle(ctx, func(d appsv1.Deployment) bool {
		return d.Status.AvailableReplicas == *d.Spec.Replicas && d.Status.ObservedGeneration >= d.Generation
	})
}

// Break makes the three changes, as three different people would.
func (s Shop) Break(ctx context.Context) error {
	return each("after.yaml", func(o object) error { return s.patch(ctx, o) })
}

// object is one document of a manifest.
type object struct {
	Kind     string
	Metadata struct{ Name string }
	raw      []byte // as JSON
}

func each(name string, do func(object) error) error {
	documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(File(name))))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
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

func (s Shop) create(ctx context.Context, o object) error {
	options := metav1.CreateOptions{FieldManager: "release-pipeline"}
	var err error
	switch o.Kind {
	case "ConfigMap":
		_, err = s.Client.CoreV1().ConfigMaps(s.Namespace).Create(ctx, into[corev1.ConfigMap](o), options)
	case "Service":
		_, err = s.Client.CoreV1().Services(s.Namespace).Create(ctx, into[corev1.Service](o), options)
	case "Deployment":
		_, err = s.Client.AppsV1().Deployments(s.Namespace).Create(ctx, into[appsv1.Deployment](o), options)
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

func (s Shop) patch(ctx context.Context, o object) error {
	options := metav1.PatchOptions{FieldManager: managers[o.Metadata.Name]}
	var err error
	switch o.Kind {
	case "ConfigMap":
		_, err = s.Client.CoreV1().ConfigMaps(s.Namespace).Patch(ctx, o.Metadata.Name, types.StrategicMergePatchType, o.raw, options)
	default:
		_, err = s.Client.AppsV1().Deployments(s.Namespace).Patch(ctx, o.Metadata.Name, types.StrategicMergePatchType, o.raw, options)
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
func (s Shop) settle(ctx context.Context, settled func(appsv1.Deployment) bool) error {
	for {
		list, err := s.Client.AppsV1().Deployments(s.Namespace).List(ctx, metav1.ListOptions{})
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
