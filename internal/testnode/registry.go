package testnode

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// Registries that the node pulls from. None of them has an image: those that can
// be run are given to the runtime beforehand.
const (
	// RegistryMissing knows no image.
	RegistryMissing = "registry.test"
	// RegistryPrivate wants a password.
	RegistryPrivate = "private.test"
	// RegistryBusy refuses for the number of requests.
	RegistryBusy = "busy.test"
	// RegistryOther has every image, for another architecture.
	RegistryOther = "other.test"
	// RegistryDown does not answer.
	RegistryDown = "down.test"
)

// registry answers for all registries, on this machine.
type registry struct {
	server *http.Server
	port   int
}

func startRegistry() (*registry, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the registry: %w", err)
	}
	r := &registry{port: listener.Addr().(*net.TCPAddr).Port}
	r.server = &http.Server{Handler: http.HandlerFunc(r.answer), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = r.server.Serve(listener) }()
	return r, nil
}

func (r *registry) stop() {
	if r != nil {
		_ = r.server.Close()
	}
}

// hosts are where the runtime finds each registry; whatever other name a pod
// may have does not leave the machine either.
func (r *registry) hosts() map[string]string {
	here := fmt.Sprintf("http://127.0.0.1:%d", r.port)
	return map[string]string{
		"_default":      here,
		RegistryMissing: here,
		RegistryPrivate: here + "/v2/" + RegistryPrivate,
		RegistryBusy:    here + "/v2/" + RegistryBusy,
		RegistryOther:   here + "/v2/" + RegistryOther,
		RegistryDown:    "http://127.0.0.1:1", // a port that nobody listens on
	}
}

// answer speaks as much of the distribution protocol as a refusal needs.
func (r *registry) answer(w http.ResponseWriter, request *http.Request) {
	who := request.URL.Query().Get("ns")
	for _, host := range []string{RegistryPrivate, RegistryBusy, RegistryOther} {
		if strings.Contains(request.URL.Path, "/"+host+"/") {
			who = host
		}
	}
	switch who {
	case RegistryPrivate:
		w.Header().Set("WWW-Authenticate", `Basic realm="private.test"`)
		refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
	case RegistryBusy:
		refuse(w, http.StatusTooManyRequests, "TOOMANYREQUESTS", "You have reached your pull rate limit.")
	case RegistryOther:
		w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
		_, _ = fmt.Fprint(w, `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":2,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","platform":{"architecture":"s390x","os":"linux"}}]}`)
	default:
		refuse(w, http.StatusNotFound, "MANIFEST_UNKNOWN", "manifest unknown")
	}
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"errors":[{"code":%q,"message":%q}]}`, code, message)
}
