# steward. `make` alone says what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Tools and the local control plane are built once for each version and kept
# here, so that a second clone is fast.
CACHE := $(or $(XDG_CACHE_HOME),$(if $(filter Darwin,$(shell uname -s)),$(HOME)/Library/Caches,$(HOME)/.cache))/steward
GOLANGCI_VERSION := v2.15.0
GOLANGCI := $(CACHE)/tools/golangci-lint-$(GOLANGCI_VERSION)
export CGO_ENABLED ?= 0

.PHONY: help build cross demo test race lint fmt golden bench check test-contracts test-node controlplane kubelet postgres node clean

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

build: ## build bin/steward
	go build -trimpath -o bin/steward ./cmd/steward

cross: ## build for Linux and macOS, amd64 and arm64, into bin/
	@for os in linux darwin; do for arch in amd64 arm64; do \
	  echo "$$os/$$arch"; GOOS=$$os GOARCH=$$arch go build -trimpath -o bin/steward-$$os-$$arch ./cmd/steward; done; done

demo: build controlplane ## a small shop with three faults, and a chat to mend them in
	bin/steward demo

test: build controlplane postgres ## every test, on a real control plane, SQLite and Postgres
	go run ./internal/testcluster/with -- go test ./...

race: build controlplane postgres ## the same with the race detector (needs a C compiler)
	CGO_ENABLED=1 go run ./internal/testcluster/with -- env CGO_ENABLED=1 go test -race ./...

test-contracts: ## hold our requests and the stand-ins against published contracts: CONTRACTS=DIR
	@test -d "$(CONTRACTS)" || { echo "Name the folder of the vendors' contracts: make test-contracts CONTRACTS=DIR"; exit 2; }
	go test -count=1 -tags contracts ./test/contracts -contracts "$(abspath $(CONTRACTS))"

test-node: node controlplane kubelet ## real faults on a real kubelet beside the simulated nodes (Debian, root; minutes)
	go run ./internal/testnode/with -- go test -count=1 -tags node -parallel 20 -timeout 15m ./test/node

lint: $(GOLANGCI) ## formatting, vet and the linters of .golangci.yml
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$unformatted" ] || { echo "not formatted (make fmt):"; echo "$$unformatted"; exit 1; }
	$(GOLANGCI) run ./...
	GOOS=darwin GOARCH=arm64 go vet ./cmd/steward

fmt: $(GOLANGCI) ## format every Go file
	$(GOLANGCI) fmt ./...

golden: controlplane ## write the golden files and generated documents anew; read the diff before you commit it
	go test ./diagnose -run TestEveryCauseHasAPage -update
	go run ./internal/testcluster/with -- go test ./cmd/steward -update

bench: build controlplane ## measure what docs/benchmarks.md tells
	go run ./internal/testcluster/with -- go test -run NONE -bench . -benchtime 1x ./test
	go test -run NONE -bench . ./internal/store ./rbac ./internal/redact

check: lint test ## what CI runs

controlplane: ## build the local control plane once (minutes), into the user's cache
	@go run ./standin/cluster/build

kubelet: ## build the kubelet that make test-node runs, once (a minute beside a built control plane)
	@go run ./standin/cluster/build kubelet

node: # find or install what a kubelet needs, or say what is missing
	@test/setup/node.sh

postgres: ## find or install a Postgres server for the tests
	@test/setup/postgres.sh

clean: ## remove what was built here; the caches stay
	rm -rf bin

$(GOLANGCI):
	@echo "Building golangci-lint $(GOLANGCI_VERSION), once: about 7 minutes on 2 cores."
	@mkdir -p $(CACHE)/tools/build && GOBIN=$(CACHE)/tools/build go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	@mv $(CACHE)/tools/build/golangci-lint $@
