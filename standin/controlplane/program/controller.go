package program

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"

	"github.com/steward-bot/steward/standin/controlplane/fault"
)

// workers judge pods at the same time.
const workers = 4

// Controller writes on every pod that needs something whether it has it.
type Controller struct {
	client kubernetes.Interface
	pods   listers.PodLister
	world  world
	queue  workqueue.TypedRateLimitingInterface[cache.ObjectName]
}

// New watches through the factory, which the caller starts and then calls Run.
func New(client kubernetes.Interface, factory informers.SharedInformerFactory) (*Controller, error) {
	core, discovery := factory.Core().V1(), factory.Discovery().V1()
	c := &Controller{
		client: client,
		pods:   core.Pods().Lister(),
		world: world{
			configMaps: core.ConfigMaps().Lister(), secrets: core.Secrets().Lister(),
			services: core.Services().Lister(), endpoints: discovery.EndpointSlices().Lister(),
		},
		queue: workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[cache.ObjectName]()),
	}
	if _, err := core.Pods().Informer().AddEventHandler(handler(c.consider)); err != nil {
		return nil, fmt.Errorf("watching pods: %w", err)
	}
	for _, informer := range []cache.SharedIndexInformer{
		core.ConfigMaps().Informer(), core.Secrets().Informer(), core.Services().Informer(), discovery.EndpointSlices().Informer(),
	} {
		if _, err := informer.AddEventHandler(handler(c.considerNeighbours)); err != nil {
			return nil, fmt.Errorf("watching what pods need: %w", err)
		}
	}
	return c, nil
}

// handler calls f with every object that is new, changed or gone.
func handler(f func(metav1.Object)) cache.ResourceEventHandler {
	each := func(object any) {
		if gone, ok := object.(cache.DeletedFinalStateUnknown); ok {
			object = gone.Obj
		}
		if o, ok := object.(metav1.Object); ok {
			f(o)
		}
	}
	return cache.ResourceEventHandlerFuncs{AddFunc: each, UpdateFunc: func(_, object any) { each(object) }, DeleteFunc: each}
}

// consider queues a pod that needs something.
func (c *Controller) consider(object metav1.Object) {
	pod, ok := object.(*corev1.Pod)
	if !ok || pod.DeletionTimestamp != nil {
		return
	}
	if needs, err := of(pod); err != nil || len(needs) > 0 {
		c.queue.Add(cache.MetaObjectToName(pod))
	}
}

// considerNeighbours queues the pods of an object's namespace.
func (c *Controller) considerNeighbours(object metav1.Object) {
	pods, err := c.pods.Pods(object.GetNamespace()).List(labels.Everything())
	if err != nil {
		return // a lister of a cache has no errors
	}
	for _, pod := range pods {
		c.consider(pod)
	}
}

// Run judges pods until ctx ends.
func (c *Controller) Run(ctx context.Context) {
	for range workers {
		go func() {
			for c.next(ctx) {
			}
		}()
	}
	<-ctx.Done()
	c.queue.ShutDown()
}

func (c *Controller) next(ctx context.Context) bool {
	key, stop := c.queue.Get()
	if stop {
		return false
	}
	defer c.queue.Done(key)
	pod, err := c.pods.Pods(key.Namespace).Get(key.Name)
	if err != nil {
		c.queue.Forget(key)
		return true // gone
	}
	if err := c.write(ctx, pod, c.world.judge(pod, isReady(pod))); err != nil && !apierrors.IsNotFound(err) {
		c.queue.AddRateLimited(key)
		return true
	}
	c.queue.Forget(key)
	return true
}

// write puts a verdict on the pod if it is news.
func (c *Controller) write(ctx context.Context, pod *corev1.Pod, v verdict) error {
	before := pod.Annotations[fault.Decided]
	if v.fault == "" {
		v.fault = fault.Met
		if before != "" && before != fault.Met {
			v.fault = fault.Recovered
		}
	}
	if v.fault == before && v.message == pod.Annotations[fault.DecidedMessage] {
		return nil
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"uid":         pod.UID, // not the successor of the same name
		"annotations": map[string]any{fault.Decided: v.fault, fault.DecidedMessage: v.message},
	}})
	if err != nil {
		return fmt.Errorf("writing the verdict: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, err = c.client.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.MergePatchType, patch, metav1.PatchOptions{})
	return err
}

// isReady tells a program that has started from one that has not.
func isReady(pod *corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
