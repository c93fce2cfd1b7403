package up

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// layout is where one cluster keeps its files and where its servers listen.
type layout struct {
	dir   string
	ports ports
	lock  *os.File // held open, or its lock goes
}

// ports are all on 127.0.0.1.
type ports struct{ etcd, apiserver, agent int }

// kubeconfig is what callers use; those of the components are beside the keys.
func (l layout) kubeconfig() string              { return filepath.Join(l.dir, "kubeconfig") }
func (l layout) kubeconfigOf(user string) string { return filepath.Join(l.pki(), user+".kubeconfig") }
func (l layout) log(name string) string          { return filepath.Join(l.dir, "log", name+".log") }
func (l layout) pki() string                     { return filepath.Join(l.dir, "pki") }
func (l layout) authority() string               { return filepath.Join(l.pki(), "ca.crt") }
func (l layout) etcd() string                    { return filepath.Join(l.dir, "etcd") }
func (l layout) stages() string                  { return filepath.Join(l.dir, "stages.yaml") }

func (l layout) server() string { return "https://127.0.0.1:" + strconv.Itoa(l.ports.apiserver) }

// prepare empties what an earlier cluster left in dir and finds free ports.
// Nothing else in dir is touched.
func prepare(dir string, apiserver int) (layout, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return layout{}, fmt.Errorf("finding the folder %s: %w", dir, err)
	}
	l := layout{dir: abs}
	if l.lock, err = claim(abs); err != nil {
		return layout{}, err
	}
	for _, old := range []string{l.etcd(), l.pki(), filepath.Dir(l.log("any"))} {
		if err := os.RemoveAll(old); err != nil {
			return layout{}, fmt.Errorf("removing what an earlier cluster left: %w", err)
		}
	}
	for _, folder := range []string{l.pki(), filepath.Dir(l.log("any"))} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return layout{}, fmt.Errorf("making the folder for the cluster: %w", err)
		}
	}
	l.ports, err = findPorts(apiserver)
	return l, err
}

// claim makes the folder this process's own until it ends, so that two control
// planes never share one.
func claim(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder for the cluster: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("claiming the folder %s: %w", dir, err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("the folder %s belongs to a control plane that is running; stop it or choose another --dir", dir)
	}
	return lock, nil
}

// findPorts takes ports below the range that systems hand out for outgoing
// connections (32768 and up on Linux, 49152 on macOS), so that nobody gets one
// by chance between this look and the component's own listen.
func findPorts(apiserver int) (ports, error) {
	const lowest, highest, tries = 20000, 32000, 200
	var found []int
	for range tries {
		port := lowest + rand.IntN(highest-lowest)
		listener, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err != nil {
			continue
		}
		// Held until all are found, so that no two are the same.
		defer func() { _ = listener.Close() }()
		if found = append(found, port); len(found) == 3 {
			p := ports{etcd: found[0], apiserver: found[1], agent: found[2]}
			if apiserver != 0 {
				p.apiserver = apiserver
			}
			return p, nil
		}
	}
	return ports{}, errors.New("finding free ports on 127.0.0.1: all that were tried are taken")
}
