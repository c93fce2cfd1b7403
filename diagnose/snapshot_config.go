package diagnose

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/steward-bot/steward/internal/redact"
)

// Config is what is kept of a ConfigMap or a Secret: which keys it has, and a
// keyed hash of each value, never a value.
type Config struct {
	Kind        string            `json:"kind"`
	Namespace   string            `json:"namespace"`
	Name        string            `json:"name"`
	Created     time.Time         `json:"created,omitzero"`
	Deleting    bool              `json:"deleting,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Type        string            `json:"type,omitempty"` // of a Secret; empty where only its metadata was read
	// KeysKnown is false where only the metadata was read: an absent key
	// then means nothing.
	KeysKnown bool        `json:"keys_known"`
	Keys      []ConfigKey `json:"keys,omitempty"` // by name
	// Registries are the hosts that a Secret with image pull credentials is
	// for, where values may be read.
	Registries []string `json:"registries,omitempty"`
	// Certificate is what a Secret's certificate says of itself, where values may
	// be read.
	Certificate *Certificate `json:"certificate,omitempty"`
}

// Certificate is the public part of a server's certificate: until when, and for
// which names it is.
type Certificate struct {
	NotAfter time.Time `json:"not_after"`
	DNSNames []string  `json:"dns_names,omitempty"`
}

// ConfigKey is one entry of a ConfigMap or a Secret.
type ConfigKey struct {
	Name  string `json:"name"`
	Hash  string `json:"hash,omitempty"` // keyed, so that two values can be told apart and none guessed
	Bytes int    `json:"bytes"`
	Hosts []Host `json:"hosts,omitempty"` // what the value names, for the map of dependencies
}

// Ref names the ConfigMap or Secret.
func (c *Config) Ref() Ref { return Ref{Kind: c.Kind, Namespace: c.Namespace, Name: c.Name} }

// Key finds an entry by its name.
func (c *Config) Key(name string) (ConfigKey, bool) {
	for _, key := range c.Keys {
		if key.Name == name {
			return key, true
		}
	}
	return ConfigKey{}, false
}

func configOfMap(m *corev1.ConfigMap, hashKey []byte) Config {
	config := configOfMeta("ConfigMap", &m.ObjectMeta)
	config.KeysKnown = true
	for name, value := range m.Data {
		config.Keys = append(config.Keys, ConfigKey{Name: name, Hash: redact.Fingerprint(hashKey, value), Bytes: len(value), Hosts: hostsIn(name, value)})
	}
	for name, value := range m.BinaryData {
		config.Keys = append(config.Keys, ConfigKey{Name: name, Hash: redact.Fingerprint(hashKey, string(value)), Bytes: len(value)})
	}
	config.sort()
	return config
}

// configOfSecret takes in a Secret. One that was read as metadata only has no
// type, which the API never leaves empty.
func configOfSecret(s *corev1.Secret, hashKey []byte) Config {
	config := configOfMeta("Secret", &s.ObjectMeta)
	config.Type = string(s.Type)
	config.KeysKnown = s.Type != ""
	for name, value := range s.Data {
		config.Keys = append(config.Keys, ConfigKey{Name: name, Hash: redact.Fingerprint(hashKey, string(value)), Bytes: len(value), Hosts: hostsIn(name, string(value))})
	}
	config.Registries = registriesOf(s)
	config.Certificate = certificateIn(s.Data[corev1.TLSCertKey])
	config.sort()
	return config
}

func configOfMeta(kind string, meta *metav1.ObjectMeta) Config {
	return Config{
		Kind: kind, Namespace: meta.Namespace, Name: meta.Name,
		Created: meta.CreationTimestamp.Time, Deleting: meta.DeletionTimestamp != nil,
		Labels: meta.Labels, Annotations: trimAnnotations(meta.Annotations),
	}
}

func (c *Config) sort() {
	slices.SortFunc(c.Keys, func(a, b ConfigKey) int { return strings.Compare(a.Name, b.Name) })
}

// certificateIn reads the first certificate of a chain, the server's own; nil
// if there is none.
func certificateIn(chain []byte) *Certificate {
	block, _ := pem.Decode(chain)
	if block == nil {
		return nil
	}
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil
	}
	names := slices.Clone(parsed.DNSNames)
	for _, address := range parsed.IPAddresses {
		names = append(names, address.String())
	}
	return &Certificate{NotAfter: parsed.NotAfter.UTC(), DNSNames: names}
}

// registriesOf lists the hosts in the credentials of a
// kubernetes.io/dockerconfigjson or dockercfg Secret.
func registriesOf(s *corev1.Secret) []string {
	type hosts map[string]json.RawMessage
	var found hosts
	switch s.Type {
	case corev1.SecretTypeDockerConfigJson:
		var file struct{ Auths hosts }
		if json.Unmarshal(s.Data[corev1.DockerConfigJsonKey], &file) == nil {
			found = file.Auths
		}
	case corev1.SecretTypeDockercfg:
		if json.Unmarshal(s.Data[corev1.DockerConfigKey], &found) != nil {
			found = nil
		}
	default:
		return nil
	}
	names := make([]string, 0, len(found))
	for name := range found {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
