package diagnose

import (
	"regexp"
	"slices"
)

// Pieces of the expressions in the tables of signatures.
const (
	aKey  = `(?P<key>[A-Z][A-Z0-9_]{2,80})`
	aHost = `(?P<host>[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?)`
	aPort = `(?P<port>\d{1,5})`
)

// signatures is the table of what runtimes and clients print, the more
// particular before the more general. One line is one signature; to add one,
// add a line with a sample, and the tests hold it.
var signatures = slices.Concat(envSignatures, hostSignatures, loginSignatures, schemaSignatures, systemSignatures, crashSignatures, nameSignatures, meshSignatures)

func re(expression string) *regexp.Regexp { return regexp.MustCompile(expression) }

var envSignatures = []signature{
	{"Python", saysEnvMissing, "keyerror", re(`KeyError: ['"]` + aKey + `['"]`), `KeyError: 'REDIS_URL'`},
	{"Django", saysEnvMissing, "improperlyconfigured", re(`ImproperlyConfigured: (?:Set the|The|Required setting)? ?` + aKey), `django.core.exceptions.ImproperlyConfigured: Set the SECRET_KEY environment variable`},
	{"pydantic", saysEnvMissing, "field required", re(`(?m)^(?P<key>[A-Za-z][A-Za-z0-9_]{1,80})\n\s+Field required`), "pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings\nDATABASE_URL\n  Field required [type=missing, input_value={}, input_type=dict]"},
	{"Go envconfig", saysEnvMissing, "required key", re(`required key ` + aKey + ` missing value`), `2026/03/10 11:59:58 required key DATABASE_URL missing value`},
	{"Go env", saysEnvMissing, "environment variable", re(`required environment variable "` + aKey + `" is not set`), `panic: env: required environment variable "DATABASE_URL" is not set`},
	{"Node envalid", saysEnvMissing, "missing environment variables", re(`Missing environment variables:\s+` + aKey), "================================\n Missing environment variables:\n    SESSION_SECRET: undefined"},
	{"Spring", saysEnvMissing, "could not resolve placeholder", re(`Could not resolve placeholder '(?P<key>[^'\s]{1,120})' in value`), `Caused by: java.lang.IllegalArgumentException: Could not resolve placeholder 'PAYMENT_URL' in value "${PAYMENT_URL}"`},
	{"Quarkus", saysEnvMissing, "srcfg00014", re(`SRCFG00014: The config property (?P<key>\S{1,120}) is required`), `io.smallrye.config.ConfigValidationException: SRCFG00014: The config property payment.url is required but it could not be found in any config source`},
	{"Ruby", saysEnvMissing, "key not found", re(`key not found: "` + aKey + `" \(KeyError\)`), `config/boot.rb:4:in 'fetch': key not found: "DATABASE_URL" (KeyError)`},
	{".NET", saysEnvMissing, "connection string", re(`No connection string named '(?P<key>[^']{1,80})'`), `System.InvalidOperationException: No connection string named 'Shop' was found in the application configuration.`},
	{".NET configuration", saysEnvMissing, "configuration", re(`(?:Configuration|Section|Required configuration)(?: value| key| section)? '(?P<key>[^']{1,80})' (?:is missing|not found|is required)`), `Unhandled exception. System.InvalidOperationException: Section 'Payment' not found in configuration.`},
	{"Rust envy", saysEnvMissing, "missing value for field", re("missing value for field `?(?P<key>[A-Za-z_]{2,80})"), `Error: missing value for field database_url`},
	{"Rust", saysEnvMissing, "notpresent", re(`(?:` + aKey + `[^\n]{0,60})?NotPresent`), "thread 'main' panicked at src/main.rs:12:41: DATABASE_URL must be set: NotPresent"},
	{"shell", saysEnvMissing, "parameter n", re(aKey + `: parameter (?:null or )?not set`), `/entrypoint.sh: line 3: DATABASE_URL: parameter null or not set`},
	{"bash", saysEnvMissing, "unbound variable", re(aKey + `: unbound variable`), `/entrypoint.sh: line 7: API_TOKEN: unbound variable`},
	{"Postgres image", saysEnvMissing, "superuser password is not specified", re(`superuser password is not specified(?:[\s\S]{0,60}(?P<key>POSTGRES_PASSWORD))?`), "Error: Database is uninitialized and superuser password is not specified.\n       You must specify POSTGRES_PASSWORD to a non-empty value"},
	{"MySQL image", saysEnvMissing, "you need to specify one of", re(`You need to specify one of the following[^\n]*\s+- (?P<key>MYSQL_[A-Z_]+)`), "[ERROR] [Entrypoint]: You need to specify one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD"},
	{"any", saysEnvMissing, "env", re(`(?i:environment variables?|env(?:ironment)? vars?|envvar|env)[:\s]+["'$` + "`" + `]*` + aKey + `["'` + "`" + `]*\s+(?i:is |was |must be |has )?(?i:not set|not defined|required|missing|undefined|unset|set|empty|not present|not found)`), `FATAL: environment variable PAYMENT_URL is not set`},
	{"any", saysEnvMissing, "missing", re(`(?i:missing)(?i: required| mandatory)?(?i: environment variables?| env(?:ironment)? vars?| env| config(?:uration)?| settings?| keys?)*[:\s]+["'$` + "`" + `]*` + aKey), `Error: Missing required environment variable: STRIPE_KEY`},
	{"any", saysEnvMissing, "", re(`\b` + aKey + `["'` + "`" + `]* (?i:is required|is not set|not set|is missing|is undefined|must be set|must be defined|is not defined|must not be empty|cannot be empty|is empty)\b`), `config: REDIS_URL is required`},
	{"shell", saysEnvMissing, "is required", re(`sh: (?:\d+: |line \d+: )?` + aKey + `: is required`), `sh: DATABASE_URL: is required`},
}

var loginSignatures = []signature{
	{"Postgres client", saysBadLogin, "password authentication failed", re(`password authentication failed for user "?(?P<user>[^"\s]{1,80})`), `FATAL: password authentication failed for user "shop"`},
	{"Postgres client", saysBadLogin, "sasl", re(`SASL: SCRAM-SERVER-FIRST-MESSAGE|SASL authentication failed`), `Error: SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string`},
	{"MySQL client", saysBadLogin, "access denied for user", re(`Access denied for user '(?P<user>[^']{1,80})'@`), `ERROR 1045 (28000): Access denied for user 'shop'@'10.1.0.7' (using password: YES)`},
	{"MongoDB client", saysBadLogin, "auth", re(`MongoServerError: Authentication failed|auth error: sasl conversation error|AuthenticationFailed`), `MongoServerError: Authentication failed.`},
	{"Redis client", saysBadLogin, "auth", re(`WRONGPASS invalid username-password pair|NOAUTH Authentication required|ERR invalid password`), `redis.exceptions.AuthenticationError: WRONGPASS invalid username-password pair or user is disabled.`},
	{"RabbitMQ client", saysBadLogin, "access_refused", re(`ACCESS_REFUSED - Login was refused`), `com.rabbitmq.client.AuthenticationFailureException: ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN`},
	{"Kafka client", saysBadLogin, "authentication", re(`SaslAuthenticationException|SASL authentication error|TopicAuthorizationException`), `org.apache.kafka.common.errors.SaslAuthenticationException: Authentication failed: Invalid username or password`},
	{"AWS client", saysBadLogin, "security token", re(`The security token included in the request is (?:invalid|expired)`), `botocore.exceptions.ClientError: An error occurred (InvalidClientTokenId) when calling the GetObject operation: The security token included in the request is invalid.`},
	{"OAuth client", saysBadLogin, "invalid_", re(`"?error"?\s*[:=]\s*"?(?:invalid_client|invalid_grant)|oauth2: "invalid_(?:client|grant)"`), `oauth2: "invalid_client" "Client authentication failed"`},
	{"HTTP client", saysBadLogin, "401", re(`\b401 Unauthorized\b|(?i:status(?: ?code)?)["':= ]+401\b`), `Error: POST https://payments.acme.example/token: 401 Unauthorized`},
	{"any", saysBadLogin, "authentication failed", re(`(?i)\bauthentication failed\b`), `fatal: authentication failed for the message broker`},
}

var schemaSignatures = []signature{
	{"Postgres client", saysSchema, "does not exist", re(`(?:relation|table) "(?P<what>[^"\n]{1,120})" does not exist`), `ERROR: relation "orders" does not exist at character 15`},
	{"Postgres client", saysSchema, "does not exist", re(`column "?(?P<what>[\w."]{1,120}?)"? (?:of relation "[^"]{1,80}" )?does not exist`), `pq: column orders.discount does not exist`},
	{"MySQL client", saysSchema, "doesn't exist", re(`Table '(?P<what>[^'\n]{1,120})' doesn't exist`), `ERROR 1146 (42S02): Table 'shop.orders' doesn't exist`},
	{"MySQL client", saysSchema, "unknown column", re(`Unknown column '(?P<what>[^'\n]{1,120})' in`), `Error 1054 (42S22): Unknown column 'o.discount' in 'field list'`},
	{"SQLite client", saysSchema, "no such", re(`no such (?:table|column): (?P<what>[\w.]{1,120})`), `sqlite3.OperationalError: no such table: orders`},
	{"Rails", saysSchema, "pending", re(`ActiveRecord::PendingMigrationError|Migrations are pending`), `ActiveRecord::PendingMigrationError: Migrations are pending. To resolve this issue, run: bin/rails db:migrate`},
	{"Django", saysSchema, "unapplied migration", re(`You have (?P<what>\d+) unapplied migration`), `You have 3 unapplied migration(s). Your project may not work properly until you apply the migrations for app(s): orders.`},
	{"Flyway", saysSchema, "migration", re(`FlywayValidateException|Detected (?:failed|resolved) migration (?:to version|not applied to database: )? ?(?P<what>[\d.]+)`), `org.flywaydb.core.api.exception.FlywayValidateException: Validate failed: Migrations have failed validation`},
	{"Liquibase", saysSchema, "liquibase", re(`liquibase\.exception\.\w+|Waiting for changelog lock`), `liquibase.exception.ValidationFailedException: Validation Failed: 1 changesets check sum`},
	{"golang-migrate", saysSchema, "dirty database", re(`Dirty database version (?P<what>\d+)`), `error: Dirty database version 17. Fix and force version.`},
	{"Alembic", saysSchema, "can't locate revision", re(`Can't locate revision identified by '(?P<what>[0-9a-f]{1,40})'`), `alembic.util.exc.CommandError: Can't locate revision identified by 'ae1027a6acf'`},
	{"Prisma", saysSchema, "p30", re(`Error: P30(?:05|09|18)`), `Error: P3009 migrate found failed migrations in the target database, new migrations will not be applied.`},
	{"Entity Framework", saysSchema, "pending changes", re(`The model for context '(?P<what>[^']{1,80})' has pending changes`), `System.InvalidOperationException: The model for context 'ShopContext' has pending changes. Add a new migration before updating the database.`},
	{"any", saysSchema, "schema version", re(`(?i)schema version (?:mismatch|(?P<what>\d+) (?:is (?:older|newer|too old|too new|not supported)|does not match|but))`), `database schema version 16 is older than the required 17`},
}
