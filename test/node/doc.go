// Package node holds what happens on a real node against what steward says of
// it: containers that a real kernel kills, a real runtime cannot start, and a
// real kubelet restarts. The stories are in stories/, one manifest each; make
// test-node runs them, on Debian, as root.
package node
