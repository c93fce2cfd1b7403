package stages

import _ "embed"

// The templates, each the status of an object, or the variables of one. What
// each needs set before it is said at the top of its file.
var (
	//go:embed templates/shared.tmpl
	sharedTemplate string
	//go:embed templates/running.tmpl
	runningStatus string
	//go:embed templates/unready.tmpl
	unreadyStatus string
	//go:embed templates/complete.tmpl
	completeStatus string
	//go:embed templates/creating.tmpl
	creatingStatus string
	//go:embed templates/waiting.tmpl
	waitingStatus string
	//go:embed templates/crash-end.tmpl
	crashEnd string
	//go:embed templates/crash-exit.tmpl
	crashExitStatus string
	//go:embed templates/crash-restart.tmpl
	crashRestartStatus string
	//go:embed templates/crash-fail.tmpl
	crashFailStatus string
	//go:embed templates/init.tmpl
	initStatus string
	//go:embed templates/pull-cause.tmpl
	pullCause string
	//go:embed templates/pull-back-off.tmpl
	pullBackOff string
	//go:embed templates/config-cause.tmpl
	configCause string
	//go:embed templates/mount-cause.tmpl
	mountCause string
	//go:embed templates/volume.tmpl
	volumeTemplate string
)
