package diagnose

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/steward-bot/steward/ops"
)

// issueGrace is how long a certificate may take to be issued.
const issueGrace = 10 * time.Minute

// tlsInvalid looks at each certificate that an Ingress names.
func tlsInvalid(s *scope) answer {
	ingress := s.ingress()
	if ingress == nil || len(ingress.Spec.TLS) == 0 {
		return no("no Ingress with a certificate is concerned")
	}
	ref, missing := refOf("Ingress", ingress), ""
	for _, tls := range ingress.Spec.TLS {
		if tls.SecretName == "" || s.meant(ref) {
			continue
		}
		a := s.certificateOf(ingress, tls)
		if a.Verdict == ops.Yes {
			hosts := strings.Join(tls.Hosts, ", ")
			if hosts == "" {
				hosts = "all its hosts"
			}
			return a.with("ingress", ref.Name, "hosts", hosts).seen(ref, "spec.tls[*].secretName", tls.SecretName, s.At)
		}
		if a.Verdict == ops.Unknown {
			missing = a.Missing
		}
	}
	if missing != "" {
		return unknown(missing)
	}
	return no("the certificates that " + ref.String() + " names are as they should be")
}

// certificateOf looks at one certificate. What its Secret has counts, where it
// is good; then its Certificate, where one is issued.
func (s *scope) certificateOf(ingress *networkingv1.Ingress, tls networkingv1.IngressTLS) answer {
	secret := Ref{"Secret", ingress.Namespace, tls.SecretName}
	issued, config := s.certificateFor(secret), s.configs[secret]
	if config != nil && config.Certificate != nil {
		if a := s.certificateFits(secret, config.Certificate, tls.Hosts); a.Verdict == ops.No {
			return a // though the next one may be long in coming
		}
	}
	if issued != nil {
		if a := s.issuance(issued, secret); a.Verdict == ops.Yes {
			return a
		}
	}
	switch verdict, missing := s.exists(secret); {
	case verdict == ops.Unknown:
		return unknown(missing)
	case verdict == ops.No && issued != nil && s.At.Sub(issued.GetCreationTimestamp().Time) < issueGrace:
		return no("the certificate is being issued")
	case verdict == ops.No:
		return s.badSecret(secret, "does not exist", "")
	}
	switch {
	case config == nil:
		return unknown(s.why("Secret", secret.Namespace))
	case config.Certificate != nil:
		return s.certificateFits(secret, config.Certificate, tls.Hosts)
	case config.KeysKnown:
		for _, key := range []string{"tls.crt", "tls.key"} {
			if _, there := config.Key(key); !there {
				return s.badSecret(secret, "has no "+key, config.Type)
			}
		}
		return s.badSecret(secret, "holds no certificate that can be read", config.Type)
	case issued != nil:
		return no("its Certificate is ready")
	}
	return unknown("when the certificate in " + secret.String() + " ends, and for which names it is: steward reads Secrets as metadata only")
}

func (s *scope) badSecret(secret Ref, what, kind string) answer {
	a := yes(byField, secret.String()+" "+what).at(secret).with("secret", secret.Name, "why", what, "what", "the Secret "+secret.Name).seen(secret, "data", what, s.At)
	if kind != "" {
		a = a.seen(secret, "type", kind, s.At)
	}
	return a
}

// certificateFits compares a certificate with the clock and with the hosts that
// it is for.
func (s *scope) certificateFits(secret Ref, certificate *Certificate, hosts []string) answer {
	ended := certificate.NotAfter
	if !ended.IsZero() && ended.Before(s.At) {
		why := "ended at " + ended.UTC().Format("2006-01-02 15:04") + " UTC, " + age(s.At.Sub(ended)) + " ago"
		return s.badSecret(secret, why, "").seen(secret, "data[tls.crt].notAfter", ended.UTC().Format(time.RFC3339), ended)
	}
	for _, host := range hosts {
		if !covers(certificate.DNSNames, host) {
			names := strings.Join(certificate.DNSNames, ", ")
			return s.badSecret(secret, "is for "+names+", and not for "+host, "").seen(secret, "data[tls.crt].dnsNames", names, s.At)
		}
	}
	return no(secret.String() + " is good until " + ended.UTC().Format("2006-01-02"))
}

// covers tells whether a certificate's names are good for a host, which may
// itself be a wildcard.
func covers(names []string, host string) bool {
	if slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, host) }) {
		return true
	}
	return !strings.HasPrefix(host, "*") && (&x509.Certificate{DNSNames: names}).VerifyHostname(host) == nil
}

// certificateFor finds the Certificate of cert-manager that writes a Secret, nil
// if there is none.
func (s *scope) certificateFor(secret Ref) *unstructured.Unstructured {
	for _, other := range s.Objects.Others {
		name, _, _ := unstructured.NestedString(other.Object, "spec", "secretName")
		if other.GetKind() == "Certificate" && other.GetNamespace() == secret.Namespace && name == secret.Name {
			return other
		}
	}
	return nil
}

// issuance tells that a Certificate is not ready, or is over.
func (s *scope) issuance(certificate *unstructured.Unstructured, secret Ref) answer {
	ref := refOf("Certificate", certificate)
	until, _, _ := unstructured.NestedString(certificate.Object, "status", "notAfter")
	if ended, err := time.Parse(time.RFC3339, until); err == nil && ended.Before(s.At) {
		why := "ended at " + ended.UTC().Format("2006-01-02 15:04") + " UTC, " + age(s.At.Sub(ended)) + " ago"
		return yes(byField, ref.String()+" "+why).at(ref).with("secret", secret.Name, "what", "the Certificate "+ref.Name, "why", why, "certificate", ref.Name).
			seen(ref, "status.notAfter", until, ended)
	}
	conditions, _, _ := unstructured.NestedSlice(certificate.Object, "status", "conditions")
	for _, each := range conditions {
		condition, _ := each.(map[string]any)
		kind, _ := condition["type"].(string)
		status, _ := condition["status"].(string)
		since, err := time.Parse(time.RFC3339, fmt.Sprint(condition["lastTransitionTime"]))
		if kind != "Ready" || status != "False" || s.At.Sub(certificate.GetCreationTimestamp().Time) < issueGrace || err == nil && s.At.Sub(since) < issueGrace {
			continue
		}
		reason, _ := condition["reason"].(string)
		message, _ := condition["message"].(string)
		why := "is not ready: " + ops.Shorten(fmt.Sprintf("%s (%s)", message, reason), factLimit/2)
		return yes(byField, ref.String()+" "+why).at(ref).with("secret", secret.Name, "what", "the Certificate "+ref.Name, "why", why, "certificate", ref.Name).
			seen(ref, "status.conditions[Ready].status", "False: "+message, s.At)
	}
	return no(ref.String() + " is ready")
}
