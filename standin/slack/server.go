package slack

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Server is one Slack workspace with one app in it. It is safe for concurrent
// use. Close it when done.
type Server struct {
	app    App
	timing Timing
	url    string // Options.BaseURL
	log    *zap.Logger
	mux    *http.ServeMux

	clock     *clock
	stamps    stamps
	directory *directory
	methods   map[string]method
	limiter   *limiter
	rooms     *rooms
	files     *files
	modals    *modals
	triggers  *triggers
	hooks     *hooks
	watchers  *watchers
	sockets   *sockets
	webhooks  *webhooks
	faults    *faults
	calls     *ring[Call]
	parcels   *ring[Delivery]
	last      lastSent

	life context.Context // ends at Close
	end  context.CancelFunc

	mu     sync.Mutex
	closed bool
	work   sync.WaitGroup // sockets and goroutines of our own
}

// New makes a Slack workspace, or says what is wrong with its description.
func New(o Options) (*Server, error) {
	o = o.withDefaults()
	dir, err := newDirectory(o.App, o.Workspace)
	if err != nil {
		return nil, err
	}
	c := &clock{}
	life, end := context.WithCancel(context.Background())
	s := &Server{
		app: o.App, timing: o.Timing, url: strings.TrimRight(o.BaseURL, "/"), log: o.Log,
		clock: c, directory: dir, methods: methods(), limiter: newLimiter(o.Limits, c),
		rooms: newRooms(o.Keep), files: newFiles(), modals: newModals(), triggers: newTriggers(c, o.Timing.TriggerLife), hooks: newHooks(c),
		watchers: newWatchers(), sockets: newSockets(), webhooks: newWebhooks(o.App), faults: &faults{},
		calls: newRing[Call](500), parcels: newRing[Delivery](500),
		life: life, end: end,
	}
	s.mux = s.routes()
	return s, nil
}

// routes are all the paths of the workspace. People and control are guarded
// against web pages of other origins, because they need no token.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("GET /link/", s.serveSocket)
	mux.HandleFunc("POST /commands/{secret}", s.serveResponseURL)
	mux.HandleFunc("POST /actions/{secret}", s.serveResponseURL)
	mux.HandleFunc("POST /upload/{id}", s.serveUpload)
	mux.HandleFunc("GET /files-pri/{id}", s.serveDownload)
	mux.Handle("/person/", s.guard(s.personRoutes()))
	mux.Handle("/control/", s.guard(s.controlRoutes()))
	return mux
}

// ServeHTTP serves the Web API, Socket Mode, the person API and control.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.life.Err() != nil {
		http.Error(w, "This Slack has been closed.", http.StatusServiceUnavailable)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// App returns the app's description with all defaults filled in: its tokens
// above all.
func (s *Server) App() App {
	app := s.app
	app.RequestURLs = s.webhooks.urls()
	return app
}

// Close ends connections, hung calls and pending retries, and waits for them.
// Later requests are answered 503.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.end()
	s.sockets.closeAll()
	s.work.Wait()
	s.webhooks.close()
}

// enter counts one piece of work in, unless the server is closed.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.work.Add(1)
	return true
}

// background runs f unless the server is closed; Close waits for it.
func (s *Server) background(f func()) {
	if !s.enter() {
		return
	}
	go func() {
		defer s.work.Done()
		f()
	}()
}

// sleep waits, and reports whether the wait came to its end.
func (s *Server) sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	case <-s.life.Done():
		return false
	}
}

// base is the address under which the client of this request knows us.
func (s *Server) base(r *http.Request) string {
	if s.url != "" {
		return s.url
	}
	return "http://" + r.Host
}

// guard keeps web pages away from the paths that need no token: a page of
// another origin cannot post to them, and one that rebinds its own host name
// to this machine is told apart by that name.
func (s *Server) guard(next http.Handler) http.Handler {
	origins := http.NewCrossOriginProtection()
	return origins.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.ownHost(r.Host) {
			writeJSON(w, http.StatusForbidden, answer{"ok": false, "error": "This address is for this machine only: use 127.0.0.1 or localhost, or set BaseURL."})
			return
		}
		next.ServeHTTP(w, r)
	}))
}

func (s *Server) ownHost(host string) bool {
	if s.url != "" && strings.HasSuffix(s.url, "://"+host) {
		return true
	}
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	ip := net.ParseIP(strings.Trim(name, "[]"))
	return name == "localhost" || ip != nil && ip.IsLoopback()
}
