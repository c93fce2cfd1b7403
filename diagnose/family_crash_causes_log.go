package diagnose

// undo goes back to the revision before the one that took something away.
var undo = remedy{Text: "Roll back to revision {undo}.", Action: "rollback", Args: map[string]string{"to": "{undo}"}}

func crashCausesByLog() []causeInfo {
	return []causeInfo{
		{
			ID: "app-exception", Title: "The program ends with an exception",
			Means:   "The program itself gave up, with an exception or an error code. When only the newest revision does, its change is the cause: roll back first, mend afterwards.",
			Summary: "{program} ends with exit code {exit_code}: {line}.",
			Remedies: []remedy{
				rollBack,
				logs,
				{Text: "Mend the program, and release it anew."},
			},
		},
		{
			ID: "missing-env", Title: "A variable or setting is missing",
			Means:   "The program ends at its start because a variable that it needs is not set. Most often a change of the template, or of a ConfigMap or Secret that it takes in, has left it out.",
			Summary: "{program} ends because {key} is missing[[{removed}]].",
			Remedies: []remedy{
				undo,
				{Text: "Set it again: `kubectl -n {namespace} set env {target} -c {container} {key}=VALUE`, or put it back into the ConfigMap or Secret that it came from."},
			},
		},
		{
			ID: "bad-credentials", Title: "Its credentials are refused",
			Means:   "Another system answers, and refuses the user or password. A program reads its variables once, at its start: when a Secret was changed after that, it has the old value, and a restart mends it; when it was changed before, the new value is wrong.",
			Summary: "The credentials of {program} are refused[[ (user {user})]][[{stale}]][[{wrong}]]: {line}.",
			Remedies: []remedy{
				{Text: "Restart {name}, so that it reads the Secret anew{stale}.", Action: "restart"},
				{Text: "Put the right value into the Secret {secret}: `kubectl -n {namespace} edit secret {secret}`, and restart {name}."},
				{Text: "Give {name} the right credentials, and see whether the other system has changed them."},
				rollBack,
			},
		},
		{
			ID: "schema-migration", Title: "The database's schema is not the one that it expects",
			Means:   "The program and its database are of different versions: a migration has not run, has failed halfway, or the program was rolled back behind it.",
			Summary: "{program} ends because the database's schema is not the one that it expects[[ ({what})]][[; the Job {job} is {job_state}]]: {line}.",
			Remedies: []remedy{
				{Text: "Look at the migration, and run it again if it is safe: `kubectl -n {namespace} logs job/{job}`."},
				{Text: "Run the migration that belongs to {image}."},
				rollBack,
			},
		},
		{
			ID: "permission-denied", Title: "The operating system denies access",
			Means:   "The program may not do what it does at its start: write to a file system that is read-only or belongs to another user, or listen on a port below 1024. User, group and read-only root are set by securityContext.",
			Summary: "{program} ends because it has no access[[ to {file}]]: {line}.",
			Remedies: []remedy{
				{Text: "Give it what it needs: an emptyDir mounted at {file} or its folder, `fsGroup` for a volume, or `runAsUser` for the files' owner, in securityContext of {object}."},
				{Text: "Set `runAsUser`, `fsGroup` or a port above 1024 in {object}."},
				rollBack,
			},
		},
	}
}
