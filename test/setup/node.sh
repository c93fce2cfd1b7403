#!/usr/bin/env bash
# make test-node runs a real kubelet, which needs a container runtime, a network
# plugin and something to put into an image. This finds Debian's packages of
# them, installs them where that needs no question, and otherwise says which
# command does.
set -euo pipefail

packages=(containerd runc containernetworking-plugins busybox-static iptables iproute2)
found() {
  for program in containerd ctr runc busybox iptables ip; do
    command -v "$program" >/dev/null || [ -x "/usr/sbin/$program" ] || return 1
  done
  [ -x /usr/lib/cni/bridge ]
}

if [ "$(uname -s)" != Linux ] || [ ! -e /etc/debian_version ]; then
  echo "make test-node needs a Debian machine: it was tried nowhere else, and this is $(uname -s)." >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "make test-node needs root: a kubelet makes cgroups, mounts and a network bridge. Run it as root, on a machine that is yours: sudo make test-node" >&2
  exit 1
fi
found && exit 0

if command -v apt-get >/dev/null; then
  echo "Installing what a kubelet needs (apt-get install ${packages[*]})…"
  apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null &&
    found && exit 0
fi

echo "make test-node needs a container runtime and its tools, which are not on this machine. Install them with:" >&2
echo "  sudo apt-get install -y --no-install-recommends ${packages[*]}" >&2
exit 1
