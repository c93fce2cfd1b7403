package diagnose

var systemSignatures = []signature{
	{"Node", saysPortTaken, "eaddrinuse", re(`EADDRINUSE[^\n]*?:` + aPort + `\b`), `Error: listen EADDRINUSE: address already in use :::8080`},
	{"Spring Boot", saysPortTaken, "already in use", re(`Port ` + aPort + ` (?:was|is) already in use`), `Web server failed to start. Port 8080 was already in use.`},
	{"nginx", saysPortTaken, "address already in use", re(`bind\(\) to \S+?:` + aPort + ` failed \(98: Address (?:already )?in use\)`), `nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)`},
	{"Go", saysPortTaken, "address already in use", re(`listen tcp \S*?:` + aPort + `: bind: address already in use`), `listen tcp :8080: bind: address already in use`},
	{".NET", saysPortTaken, "address already in use", re(`Failed to bind to address \S+?:` + aPort + `: address already in use`), `System.IO.IOException: Failed to bind to address http://[::]:8080: address already in use.`},
	{"Rust", saysPortTaken, "addrinuse", re(`kind: AddrInUse`), `Error: Os { code: 98, kind: AddrInUse, message: "Address already in use" }`},
	{"any", saysPortTaken, "address already in use", re(`(?i:address already in use)(?:[^\n]{0,40}?:` + aPort + `\b)?`), `OSError: [Errno 98] Address already in use`},

	{"Node", saysNoAccess, "eacces", re(`EACCES: permission denied, \w+ '(?P<file>[^'\n]{1,200})'`), `Error: EACCES: permission denied, mkdir '/app/cache'`},
	{"Node", saysNoAccess, "erofs", re(`EROFS: read-only file system, \w+ '(?P<file>[^'\n]{1,200})'`), `Error: EROFS: read-only file system, open '/app/log/app.log'`},
	{"Python", saysNoAccess, "errno", re(`\[Errno (?:13|30)\] (?:Permission denied|Read-only file system): '(?P<file>[^'\n]{1,200})'`), `PermissionError: [Errno 13] Permission denied: '/data/index.db'`},
	{"Go", saysNoAccess, "bind: permission denied", re(`listen tcp \S*?:` + aPort + `: bind: permission denied`), `listen tcp :80: bind: permission denied`},
	{"nginx", saysNoAccess, "permission denied", re(`bind\(\) to \S+?:` + aPort + ` failed \(13: Permission denied\)`), `nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)`},
	{"nginx", saysNoAccess, "permission denied", re(`(?:mkdir|open)\(\) "(?P<file>[^"\n]{1,200})" failed \((?:13: Permission denied|30: Read-only file system)\)`), `nginx: [emerg] mkdir() "/var/cache/nginx/client_temp" failed (13: Permission denied)`},
	{"Go", saysNoAccess, "open", re(`(?:open|mkdir|chown|unlinkat|rename) (?P<file>/[^\s:]{1,200}): (?:permission denied|read-only file system|operation not permitted)`), `open /data/wal/000001: permission denied`},
	{"Java", saysNoAccess, "accessdeniedexception", re(`java\.nio\.file\.AccessDeniedException: (?P<file>\S{1,200})`), `Caused by: java.nio.file.AccessDeniedException: /opt/app/work`},
	{"Java", saysNoAccess, "filenotfoundexception", re(`FileNotFoundException: (?P<file>/[^\s(]{1,200}) \((?:Permission denied|Read-only file system)\)`), `java.io.FileNotFoundException: /var/log/app.log (Permission denied)`},
	{"Ruby", saysNoAccess, "errno::e", re(`Errno::(?:EACCES|EROFS)[^\n]*@ \w+ - (?P<file>/[^\s)]{1,200})`), `Errno::EACCES: Permission denied @ rb_sysopen - /app/tmp/pids/server.pid`},
	{".NET", saysNoAccess, "unauthorizedaccessexception", re(`UnauthorizedAccessException: Access to the path '(?P<file>[^'\n]{1,200})' is denied`), `System.UnauthorizedAccessException: Access to the path '/app/keys' is denied.`},
	{"Rust", saysNoAccess, "permissiondenied", re(`kind: (?:PermissionDenied|ReadOnlyFilesystem)`), `Error: Os { code: 13, kind: PermissionDenied, message: "Permission denied" }`},
	{"Postgres", saysNoAccess, "data directory", re(`data directory "(?P<file>[^"\n]{1,200})" has (?:wrong ownership|invalid permissions)`), `FATAL: data directory "/var/lib/postgresql/data" has wrong ownership`},
	{"coreutils", saysNoAccess, "permission denied", re(`['‘](?P<file>/[^'’\n]{1,200})['’]: Permission denied`), `mkdir: can't create directory '/data': Permission denied`},
	{"coreutils", saysNoAccess, "read-only file system", re(`['‘](?P<file>/[^'’\n]{1,200})['’]: Read-only file system`), `mkdir: cannot create directory ‘/data’: Read-only file system`},
	{"shell", saysNoAccess, "permission denied", re(`(?:(?P<file>/[^\s:]{1,200}): )?Permission denied`), `/entrypoint.sh: line 9: /data/ready: Permission denied`},
	{"any", saysNoAccess, "read-only file system", re(`(?:(?P<file>/[^\s:]{1,200}): )?(?i:read-only file system)`), `touch: /app/x: Read-only file system`},

	{"kernel", saysNotRunnable, "exec format error", re(`(?i)exec format error`), `exec /app/server: exec format error`},

	{"containerd", saysNoCommand, "executable file not found", re(`exec: "(?P<what>[^"\n]{1,200})": executable file not found in \$PATH`), `failed to create containerd task: exec: "serve": executable file not found in $PATH: unknown`},
	{"containerd", saysNoCommand, "no such file or directory", re(`(?:exec: "|stat )(?P<what>/?[^\s":]{1,200})"?: (?:stat \S+: )?no such file or directory`), `OCI runtime create failed: runc create failed: unable to start container process: exec: "/app/server": stat /app/server: no such file or directory: unknown`},
	{"containerd", saysNoCommand, "permission denied", re(`exec: "(?P<what>[^"\n]{1,200})": permission denied`), `unable to start container process: exec: "/app/server": permission denied: unknown`},
	{"shell", saysNoCommand, "not found", re(`(?:sh|bash|ash)(?:: line \d+|: \d+)?: (?P<what>[^\s:]{1,200}): (?:command )?not found`), `/bin/sh: 1: migrat: not found`},

	{"any", saysDiskFull, "no space left on device", re(`(?i)no space left on device|ENOSPC`), `write /data/wal/000017: no space left on device`},

	{"Kubernetes client", saysForbidden, "forbidden: user", re(`(?i:forbidden): User \\*"(?P<user>system:serviceaccount:[^"\s\\]{1,200})\\*" cannot (?P<verb>\w{1,40}) (?:resource|path) \\*"(?P<what>[^"\s\\]{1,120})`), `configmaps is forbidden: User "system:serviceaccount:shop:checkout" cannot list resource "configmaps" in API group "" in the namespace "shop"`},

	{"Postgres client", saysOverloaded, "too many", re(`(?i)too many connections|too many clients already`), `FATAL: sorry, too many clients already`},
	{"Postgres client", saysOverloaded, "connection slots", re(`remaining connection slots are reserved`), `FATAL: remaining connection slots are reserved for roles with the SUPERUSER attribute`},
	{"HikariCP", saysOverloaded, "connection is not available", re(`Connection is not available, request timed out after (?P<what>\d+ms)`), `java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out after 30000ms`},
	{"SQLAlchemy", saysOverloaded, "queuepool", re(`QueuePool limit of size (?P<what>\d+) overflow \d+ reached`), `sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00`},
	{"knex", saysOverloaded, "timeout acquiring a connection", re(`Timeout acquiring a connection`), `KnexTimeoutError: Knex: Timeout acquiring a connection. The pool is probably full.`},
	{"ActiveRecord", saysOverloaded, "connectiontimeouterror", re(`ActiveRecord::ConnectionTimeoutError`), `ActiveRecord::ConnectionTimeoutError: could not obtain a connection from the pool within 5.000 seconds`},
	{"database", saysOverloaded, "lock", re(`(?i)deadlock (?:detected|found)|lock wait timeout exceeded`), `ERROR 1213 (40001): Deadlock found when trying to get lock; try restarting transaction`},
	{"HTTP client", saysOverloaded, "429", re(`\b429 Too Many Requests\b|(?i:status(?: ?code)?)["':= ]+429\b`), `Error: GET https://api.acme.example/rates: 429 Too Many Requests`},
	{"any", saysOverloaded, "pool", re(`(?i)(?:connection )?pool (?:is )?(?:exhausted|timeout|full)`), `redis: connection pool exhausted`},
}

var crashSignatures = []signature{
	{"Java", saysHeapFull, "outofmemoryerror", re(`java\.lang\.OutOfMemoryError: (?P<what>[^\n]{1,120})`), `Exception in thread "main" java.lang.OutOfMemoryError: Java heap space`},
	{"Node", saysHeapFull, "heap out of memory", re(`(?P<what>JavaScript heap out of memory)`), `FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory`},
	{".NET", saysHeapFull, "outofmemoryexception", re(`(?P<what>System\.OutOfMemoryException)`), `Unhandled exception. System.OutOfMemoryException: Exception of type 'System.OutOfMemoryException' was thrown.`},
	{"Go", saysHeapFull, "out of memory", re(`(?P<what>fatal error: runtime: (?:cannot allocate memory|out of memory))`), `fatal error: runtime: out of memory`},
	{"Ruby", saysHeapFull, "nomemoryerror", re(`(?P<what>failed to allocate memory) \(NoMemoryError\)`), `app.rb:9:in 'load': failed to allocate memory (NoMemoryError)`},
	{"Python", saysHeapFull, "memoryerror", re(`(?m)^(?P<what>MemoryError)`), "Traceback (most recent call last):\n  File \"/app/main.py\", line 9, in <module>\nMemoryError"},

	{"Go", saysCrashed, "panic:", re(`(?m)^panic: (?P<what>[^\n]{1,300})`), "panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation]\ngoroutine 1 [running]:"},
	{"Go", saysCrashed, "fatal error:", re(`(?m)^fatal error: (?P<what>[^\n]{1,300})`), `fatal error: all goroutines are asleep - deadlock!`},
	{"Python", saysCrashed, "traceback (most recent call last)", re(`(?s)Traceback \(most recent call last\):.*\n(?P<what>[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Warning|Configured)?(?:: [^\n]{1,300})?)`), "Traceback (most recent call last):\n  File \"/app/main.py\", line 31, in <module>\n    total = price / count\nZeroDivisionError: division by zero"},
	{"Java", saysCrashed, "exception", re(`(?m)^Exception in thread "[^"\n]{1,80}" (?P<what>[^\n]{1,300})`), `Exception in thread "main" java.lang.NullPointerException: Cannot invoke "String.length()" because "name" is null`},
	{"Spring Boot", saysCrashed, "application run failed", re(`(?P<what>Application run failed)`), `2026-03-10T11:59:58.120Z ERROR 1 --- [main] o.s.boot.SpringApplication : Application run failed`},
	{".NET", saysCrashed, "unhandled exception", re(`Unhandled exception\. (?P<what>[^\n]{1,300})`), `Unhandled exception. System.NullReferenceException: Object reference not set to an instance of an object.`},
	{"Rust", saysCrashed, "panicked at", re(`thread '[^'\n]{1,80}'(?: \(\d+\))? panicked at (?P<what>[^\n]{1,300})`), `thread 'main' panicked at src/main.rs:14:9: index out of bounds: the len is 0 but the index is 0`},
	{"Ruby", saysCrashed, ":in ", re("(?m)^[^\\n:]{1,200}\\.rb:\\d+:in ['`][^\\n']{1,120}'?: (?P<what>[^\\n]{1,300} \\([A-Z]\\w*(?:::\\w+)*\\))"), "/app/lib/cart.rb:12:in `total': undefined method `+' for nil:NilClass (NoMethodError)"},
	{"Node", saysCrashed, "    at ", re(`(?m)^(?:Uncaught )?(?P<what>[A-Za-z]*(?:Error|Exception)(?: \[[A-Z_]+\])?: [^\n]{1,300})\n(?:[^\n]*\n){0,3}?\s+at `), "TypeError: Cannot read properties of undefined (reading 'price')\n    at total (/app/cart.js:12:20)"},
	{"Java", saysCrashed, "\tat ", re(`(?m)^(?:Caused by: )?(?P<what>(?:[a-z][\w$]*\.)+[A-Z][\w$]*(?:Exception|Error)(?:: [^\n]{0,300})?)\n\s+at `), "java.lang.IllegalStateException: no cart\n\tat com.acme.Cart.total(Cart.java:12)"},
}
