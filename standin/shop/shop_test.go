package shop_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/steward-bot/steward/internal/testcluster"
	"github.com/steward-bot/steward/standin/shop"
)

func TestTheShopOpensAndBreaksInThreePlaces(t *testing.T) {
	cluster := testcluster.Get(t)
	s := shop.Shop{Client: cluster.Client, Namespace: cluster.Namespace(t)}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := s.Open(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.Break(ctx); err != nil {
		t.Fatal(err)
	}

	waiting(t, s, "checkout", "ImagePullBackOff")
	waiting(t, s, "cart", "CrashLoopBackOff")
	testcluster.Eventually(t, "the storefront misses the catalog", 20*time.Second, func(ctx context.Context) error {
		d, err := deployment(ctx, s, "storefront")
		if err == nil && d.Status.ReadyReplicas != 0 {
			err = fmt.Errorf("%d pods are ready", d.Status.ReadyReplicas)
		}
		return err
	})
}

func waiting(t *testing.T, s shop.Shop, app, reason string) {
	t.Helper()
	testcluster.Eventually(t, "a pod of "+app+" is in "+reason, 20*time.Second, func(ctx context.Context) error {
		list, err := s.Client.CoreV1().Pods(s.Namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=" + app})
		if err != nil {
			return err
		}
		seen := []string{}
		for _, pod := range list.Items {
			for _, status := range pod.Status.ContainerStatuses {
				if is(status, reason) {
					return nil
				}
				seen = append(seen, fmt.Sprint(status.State))
			}
		}
		return fmt.Errorf("the pods are %v", seen)
	})
}

func is(status corev1.ContainerStatus, reason string) bool {
	return status.State.Waiting != nil && status.State.Waiting.Reason == reason
}

func deployment(ctx context.Context, s shop.Shop, name string) (*appsv1.Deployment, error) {
	return s.Client.AppsV1().Deployments(s.Namespace).Get(ctx, name, metav1.GetOptions{})
}
