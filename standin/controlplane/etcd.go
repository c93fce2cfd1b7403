package main

import (
	"flag"
	"fmt"
	"net"
	"net/url"
	"strconv"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	"go.etcd.io/etcd/server/v3/embed"
)

// runEtcd serves one member, for this machine, to clients with a certificate.
// It never syncs its files: what it holds is thrown away with the cluster.
func runEtcd(args []string) error {
	flags := flag.NewFlagSet("etcd", flag.ContinueOnError)
	dir := flags.String("data-dir", "", "folder of the data")
	port := flags.Int("port", 0, "port for clients")
	ca := flags.String("ca-file", "", "authority of the clients")
	cert := flags.String("cert-file", "", "certificate to serve with")
	key := flags.String("key-file", "", "its key")
	if err := flags.Parse(args); err != nil {
		return err
	}
	config := embed.NewConfig()
	config.Dir, config.UnsafeNoFsync, config.LogLevel = *dir, true, "warn"
	// Left at zero, every request is logged as a slow one.
	config.WarningUnaryRequestDuration = embed.DefaultWarningUnaryRequestDuration
	// There are no peers; the port of this listener is nobody's business.
	peers := []url.URL{{Scheme: "http", Host: "127.0.0.1:0"}}
	clients := []url.URL{{Scheme: "https", Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(*port))}}
	config.ListenPeerUrls, config.AdvertisePeerUrls = peers, peers
	config.ListenClientUrls, config.AdvertiseClientUrls = clients, clients
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	config.ClientTLSInfo = transport.TLSInfo{CertFile: *cert, KeyFile: *key, TrustedCAFile: *ca, ClientCertAuth: true}
	server, err := embed.StartEtcd(config)
	if err != nil {
		return fmt.Errorf("starting etcd: %w", err)
	}
	defer server.Close()
	return <-server.Err()
}
