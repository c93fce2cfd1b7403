// Package pki makes the certificates of one throw-away cluster: an authority
// that lives in memory for as long as it takes to sign the rest, and keys that
// are new at every start. Nothing here is meant to outlive the cluster.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// lifetime is far longer than a cluster lives and short enough that a
// certificate left on a disk is worth nothing.
const lifetime = 7 * 24 * time.Hour

// Authority signs the certificates of one trust domain of the cluster.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	dir  string
	file string
}

// Identity says who a certificate speaks for.
type Identity struct {
	// Name becomes the common name: a Kubernetes user name for a client.
	Name string
	// Groups become organisations: Kubernetes groups for a client.
	Groups []string
	// Hosts are the DNS names and addresses that a server answers on; empty for
	// a client.
	Hosts []string
}

// Pair is where a certificate and its key were written, both in PEM.
type Pair struct {
	CertFile string
	KeyFile  string
}

// NewAuthority makes an authority and writes its certificate to dir/name.crt.
// Its key is never written.
func NewAuthority(dir, name string) (*Authority, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder for certificates: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the key of the authority %s: %w", name, err)
	}
	template, err := certificate(pkix.Name{CommonName: name})
	if err != nil {
		return nil, err
	}
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("signing the authority %s: %w", name, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("reading the authority %s back: %w", name, err)
	}
	a := &Authority{cert: cert, key: key, dir: dir, file: filepath.Join(dir, name+".crt")}
	return a, writePEM(a.file, "CERTIFICATE", der)
}

// CertFile is the PEM file that others trust.
func (a *Authority) CertFile() string { return a.file }

// Issue signs a certificate for both client and server use and writes it to
// name.crt and name.key beside the authority's own.
func (a *Authority) Issue(name string, who Identity) (Pair, error) {
	pair := Pair{CertFile: filepath.Join(a.dir, name+".crt"), KeyFile: filepath.Join(a.dir, name+".key")}
	key, err := NewKey(pair.KeyFile)
	if err != nil {
		return Pair{}, err
	}
	template, err := certificate(pkix.Name{CommonName: who.Name, Organization: who.Groups})
	if err != nil {
		return Pair{}, err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	for _, host := range who.Hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return Pair{}, fmt.Errorf("signing the certificate %s: %w", name, err)
	}
	return pair, writePEM(pair.CertFile, "CERTIFICATE", der)
}

// NewKey makes a private key and writes it to file in PEM.
func NewKey(file string) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the key %s: %w", file, err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encoding the key %s: %w", file, err)
	}
	return key, writePEM(file, "EC PRIVATE KEY", der)
}

func certificate(subject pkix.Name) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("choosing a serial number: %w", err)
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      subject,
		NotBefore:    now.Add(-time.Minute),
		NotAfter:     now.Add(lifetime),
	}, nil
}

func writePEM(file, kind string, der []byte) error {
	data := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	return nil
}
