package diagnose

// nameSignatures are what programs print when a name has no address.
var nameSignatures = []signature{
	{"Go", saysNoName, "lookup ", re(`lookup ` + aHost + `(?: on [^\s]+)?: (?:no such host|server misbehaving|read udp [^\n]*i/o timeout|[^\n]{0,80}(?:i/o timeout|connection refused)|Temporary failure in name resolution)`), `dial tcp: lookup catalog on 10.96.0.10:53: read udp 10.1.0.1:40412->10.96.0.10:53: i/o timeout`},
	{"Node", saysNoName, "getaddrinfo", re(`getaddrinfo (?:ENOTFOUND|EAI_AGAIN) ` + aHost), `Error: getaddrinfo EAI_AGAIN redis`},
	{"Java", saysNoName, "unknownhostexception", re(`UnknownHostException: ` + aHost), `java.net.UnknownHostException: catalog: Temporary failure in name resolution`},
	{"libpq", saysNoName, "could not translate host name", re(`could not translate host name "` + aHost + `" to address`), `could not translate host name "ledger-db" to address: Temporary failure in name resolution`},
	{"Python requests", saysNoName, "httpconnectionpool", re(`HTTPConnectionPool\(host='` + aHost + `'[^\n]*(?:NameResolutionError|Temporary failure in name resolution|Name or service not known)`), `HTTPConnectionPool(host='catalog', port=80): Max retries exceeded with url: / (Caused by NameResolutionError("Failed to resolve 'catalog' ([Errno -3] Temporary failure in name resolution)"))`},
	{"Ruby", saysNoName, "getaddrinfo:", re(`connection to ` + aHost + `:\d+ \(getaddrinfo`), `SocketError: Failed to open TCP connection to catalog:80 (getaddrinfo: Name or service not known)`},
	{"nginx", saysNoName, "host not found in upstream", re(`host not found in upstream "` + aHost), `nginx: [emerg] host not found in upstream "catalog" in /etc/nginx/conf.d/default.conf:12`},
	{"curl", saysNoName, "resolv", re(`Could not resolve host: ` + aHost + `|Resolving timed out`), `curl: (6) Could not resolve host: catalog`},
	{"busybox", saysNoName, "bad address", re(`bad address '` + aHost + `'`), `wget: bad address 'catalog'`},
	{"busybox", saysNoName, "can't", re(`can't (?:resolve|find) '?` + aHost), `nslookup: can't resolve 'catalog'`},
	{"dig", saysNoName, "no servers could be reached", re(`no servers could be reached`), `;; connection timed out; no servers could be reached`},
	{"any", saysNoName, "name", re(`(?i)temporary failure in name resolution|name or service not known|failed to lookup address information|name resolution failed|try again \(name resolution\)`), `socket.gaierror: [Errno -3] Temporary failure in name resolution`},
	{"any", saysNoName, "eai_again", re(`\bEAI_AGAIN\b`), `Error: queryA EAI_AGAIN`},
	{"any", saysNoName, "no such host", re(`no such host`), `transport: no such host`},
}

// meshSignatures are what a client prints, or is told, when a proxy of a mesh
// refuses it.
var meshSignatures = []signature{
	{"Envoy", saysMeshRefuses, "rbac: access denied", re(`RBAC: access denied`), `GET http://catalog/items: 403 RBAC: access denied`},
	{"Envoy", saysMeshRefuses, "upstream connect error", re(`upstream connect error or disconnect/reset before headers`), `503: upstream connect error or disconnect/reset before headers. reset reason: connection termination`},
	{"any", saysMeshRefuses, "reset", re(`(?i)connection reset by peer|\bECONNRESET\b|connection was reset|SocketException: Connection reset`), `read tcp 10.1.0.1:40412->10.96.14.3:80: read: connection reset by peer`},
	{"any", saysMeshRefuses, "socket hang up", re(`socket hang up`), `Error: socket hang up`},
	{"any", saysMeshRefuses, "empty reply", re(`Empty reply from server`), `curl: (52) Empty reply from server`},
}
