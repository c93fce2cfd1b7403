package main

import (
	"context"
	"fmt"
	"strings"

	"go.uber.org/zap"

	"github.com/steward-bot/steward/internal/settings"
	"github.com/steward-bot/steward/internal/store"
	"github.com/steward-bot/steward/rbac"
)

func examinePolicy(_ context.Context, s settings.Settings) []finding {
	enforcer, err := rbac.Open(s.RBAC.Policy, zap.NewNop(), verbs()...)
	if err != nil {
		return []finding{unwell("policy", err.Error(), "Correct the lines that are named; `steward rbac test FILE` holds a policy to what you expect of it.")}
	}
	if warnings := enforcer.Warnings(); len(warnings) > 0 {
		return []finding{unwell("policy", strings.Join(warnings, "; "), "Look at these lines: they are valid, but probably not what was meant.")}
	}
	return []finding{well("policy", s.RBAC.Policy+" is valid")}
}

func examineStore(ctx context.Context, s settings.Settings) []finding {
	dsn, err := s.State.Read()
	if err != nil {
		return []finding{unwell("store", err.Error(), "Set state.dsn.")}
	}
	state, err := store.OpenToRead(ctx, dsn, zap.NewNop())
	if err != nil {
		return []finding{unwell("store", err.Error(), "Start steward once to make it, or correct state.dsn.")}
	}
	defer state.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it was only read
	seq, _, err := state.Head(ctx)
	if err != nil {
		return []finding{unwell("store", err.Error(), "Look at the file's permissions, or at the Postgres server.")}
	}
	return []finding{well("store", fmt.Sprintf("the journal holds %d records", seq))}
}
