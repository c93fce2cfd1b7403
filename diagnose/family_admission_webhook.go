package diagnose

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/steward-bot/steward/ops"
)

var (
	saysWebhookFailed = regexp.MustCompile(`(?s)failed calling webhook "([^"]{1,253})"(.*)`)
	webhookHost       = regexp.MustCompile(`https://([a-z0-9-]+)\.([a-z0-9-]+)\.svc\b`)
	saysBadCert       = regexp.MustCompile(`(?i)x509|certificate|tls: `)
	saysSlow          = regexp.MustCompile(`(?i)context deadline exceeded|Client\.Timeout|timed? ?out`)
)

// webhook is one entry of a webhook configuration.
type webhook struct {
	Config   Ref
	Index    int
	Name     string
	Client   admissionv1.WebhookClientConfig
	Policy   *admissionv1.FailurePolicyType
	Seconds  *int32
	Rules    []admissionv1.RuleWithOperations
	selector webhookSelector
}

// eachWebhook visits the entries of every configuration, those that change
// objects first, as the API server asks them.
func (v *view) eachWebhook(visit func(webhook)) {
	for _, c := range v.Objects.MutatingWebhooks {
		for i, w := range c.Webhooks {
			visit(webhook{refOf("MutatingWebhookConfiguration", c), i, w.Name, w.ClientConfig, w.FailurePolicy, w.TimeoutSeconds, w.Rules, webhookSelector{w.NamespaceSelector, w.ObjectSelector}})
		}
	}
	for _, c := range v.Objects.ValidatingWebhooks {
		for i, w := range c.Webhooks {
			visit(webhook{refOf("ValidatingWebhookConfiguration", c), i, w.Name, w.ClientConfig, w.FailurePolicy, w.TimeoutSeconds, w.Rules, webhookSelector{w.NamespaceSelector, w.ObjectSelector}})
		}
	}
}

// webhookNamed finds the webhook that a refusal names. Names may be there
// twice: the Service in the message tells which.
func (v *view) webhookNamed(name, text string) *webhook {
	var found *webhook
	host := webhookHost.FindStringSubmatch(text)
	v.eachWebhook(func(w webhook) {
		same := host != nil && w.Client.Service != nil && w.Client.Service.Name == host[1] && w.Client.Service.Namespace == host[2]
		if w.Name == name && (found == nil || same) {
			found = &w
		}
	})
	return found
}

// service is the Service that a webhook is asked through: by its configuration,
// or, where that may not be read, by the address in the message.
func (w *webhook) service(text string) Ref {
	if w != nil && w.Client.Service != nil {
		return Ref{"Service", w.Client.Service.Namespace, w.Client.Service.Name}
	}
	if host := webhookHost.FindStringSubmatch(text); w == nil && host != nil {
		return Ref{"Service", host[2], host[1]}
	}
	return Ref{}
}

// failedWebhook is the webhook that a workload's pods are refused for want of.
func (s *scope) failedWebhook() (r *refusal, said []string, w *webhook) {
	r = s.refused()
	if r == nil {
		return nil, nil, nil
	}
	if said = saysWebhookFailed.FindStringSubmatch(r.Text); said == nil {
		return r, nil, nil
	}
	return r, said, s.webhookNamed(said[1], r.Text)
}

func webhookUnreachable(s *scope) answer {
	r, said, w := s.failedWebhook()
	if said == nil {
		return no("no webhook fails")
	}
	service := w.service(r.Text)
	why, now := s.whyUnreachable(service, said[2])
	of := byField
	if now {
		of = bySignature // it has answered since
	}
	a := r.seenIn(yes(of, firstLine(said[0]))).with("webhook", said[1], "why", why)
	if !service.zero() {
		a = a.with("service", service.Name, "service_namespace", service.Namespace)
		if ready, observed := s.behindService(service); ready == 0 {
			a = a.seen(service, "endpoints", observed, s.At).with("no_endpoints", observed)
		}
	}
	if w == nil {
		return a.with("unlisted", said[1])
	}
	policy := string(admissionv1.Fail)
	if w.Policy != nil {
		policy = string(*w.Policy)
	}
	path := "webhooks[" + w.Name + "]"
	a = a.at(w.Config).with("config_kind", strings.ToLower(w.Config.Kind), "config_name", w.Config.Name, "index", strconv.Itoa(w.Index), "policy", policy).
		seen(w.Config, path+".failurePolicy", policy, s.At)
	if saysBadCert.MatchString(said[2]) {
		a = a.with("certificate", lastPart(said[2])).seen(w.Config, path+".clientConfig.caBundle", fmt.Sprintf("%d bytes", len(w.Client.CABundle)), s.At)
	}
	return blame(a, s.changedBefore(r.First, w.Config, "webhooks", "the "+w.Config.Kind))
}

// whyUnreachable says why a webhook does not answer, and whether what the API
// server complained of is over.
func (s *scope) whyUnreachable(service Ref, text string) (why string, over bool) {
	verdict, _ := s.exists(service)
	ready, _ := s.behindService(service)
	name := service.Namespace + "/" + service.Name
	switch {
	case service.Kind == "Service" && verdict == ops.No:
		return "its Service " + name + " does not exist", false
	case saysBadCert.MatchString(text):
		return "its certificate is not trusted (" + lastPart(text) + ")", false
	case ready == 0:
		return "nothing is ready behind its Service " + name, false
	case saysSlow.MatchString(text):
		return "it does not answer in time", false
	case strings.Contains(text, "no endpoints available") || strings.Contains(text, "not found") && verdict == ops.Yes:
		return lastPart(text), ready > 0
	}
	return lastPart(text), false
}

// behindService counts the ready endpoints of a Service, -1 if it is not known.
func (s *scope) behindService(ref Ref) (ready int, observed string) {
	service := get[corev1.Service](s.view, ref)
	if service == nil {
		if verdict, _ := s.exists(ref); !ref.zero() && verdict == ops.No {
			return 0, "it does not exist"
		}
		return -1, "not known"
	}
	if service.Spec.Type == corev1.ServiceTypeExternalName {
		return -1, "not known"
	}
	ready, total, ok := s.endpointsOf(service)
	if !ok {
		return -1, "not known"
	}
	return ready, fmt.Sprintf("%d ready, %d not ready", ready, total-ready)
}

// lastPart is what a chain of errors ends with: what was really wrong.
func lastPart(text string) string {
	line := strings.TrimSpace(firstLine(text))
	if at := strings.LastIndex(line, `": `); at >= 0 {
		return line[at+3:]
	}
	return strings.TrimPrefix(strings.TrimPrefix(line, ": "), "failed to call webhook: ")
}

// backendsOfWebhook lists the workloads behind the failing webhook's Service.
func (s *scope) backendsOfWebhook() []Ref {
	r, said, w := s.failedWebhook()
	if said == nil {
		return nil
	}
	service := get[corev1.Service](s.view, w.service(r.Text))
	if service == nil {
		return nil
	}
	return s.backendsOf(service)
}

func webhookBackends(s *scope) []Ref { return s.backendsOfWebhook() }

// webhookAtZero tells that what should answer is scaled to zero.
func webhookAtZero(s *scope) answer {
	backends := s.backendsOfWebhook()
	for _, ref := range backends {
		if w := s.workload(ref); w == nil || w.Desired > 0 || w.job != nil || w.daemonSet != nil {
			return no("pods are wanted behind it")
		}
	}
	if len(backends) == 0 {
		return no("steward sees no workload behind it")
	}
	w := s.workload(backends[0])
	_, said, hook := s.failedWebhook()
	a := yes(byField, w.Ref.String()+" has spec.replicas 0").at(w.Ref).with("users", s.Object.Name+" gets no pods").seen(w.Ref, "spec.replicas", "0", s.At)
	if hook != nil {
		a = a.brings("webhook-unreachable", hook.Config, fmt.Sprintf("the webhook %s cannot be asked: nothing is ready behind its Service", said[1]))
	}
	if change := s.lastScaling(w); change != nil {
		a = a.by(change)
	}
	return s.zeroFacts(a, w)
}

// webhookBackendFailing tells that pods are wanted behind the webhook's Service
// and none is ready: then the cause is there.
func webhookBackendFailing(s *scope) answer {
	r, said, w := s.failedWebhook()
	if said == nil {
		return no("no webhook fails")
	}
	service := w.service(r.Text)
	switch ready, observed := s.behindService(service); {
	case ready < 0:
		return no("steward cannot look behind it")
	case ready > 0 || len(s.backendsOfWebhook()) == 0:
		return no(observed)
	default:
		return yes(byContext, service.String()+": "+observed)
	}
}
