# What a person can do with a checkout: `make` alone lists it.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

CARGO ?= cargo
ARGS ?=
XDG_CACHE_HOME ?= $(HOME)/.cache
LIFEBOAT_TOOLS ?= $(XDG_CACHE_HOME)/lifeboat/tools
export LIFEBOAT_TOOLS
# Programs pinned in the tools folder win over others of the same name.
export PATH := $(LIFEBOAT_TOOLS)/bin:$(PATH)

.PHONY: help tools build run test lint bench fuzz clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

tools: ## Install what run, test, lint and bench need
	@scripts/tools.sh

build: ## Build the release binary, target/release/lifeboat
	$(CARGO) build --release --locked --package lifeboat

run: ## Back up and restore a real Prometheus, and serve it on schedule (ARGS=--once ends by itself)
	@scripts/tools.sh run
	@scripts/run.sh $(ARGS)

test: ## Check and test everything, as CI does
	@scripts/tools.sh test lint
	@scripts/check.sh lint test

lint: ## Check formatting, lints, documentation, licences and scripts
	@scripts/tools.sh lint
	@scripts/check.sh lint

bench: build ## Measure, and compare with others (ARGS="--only serve", ARGS="--write docs/benchmarks.md")
	$(CARGO) build --release --locked --package lifeboat-core --example assess_throughput
	$(CARGO) build --release --locked --package lifeboat-ledger --example ten_years
	$(CARGO) build --release --locked --package lifeboat-repository --example bare_upload
	$(CARGO) build --release --locked --package lifeboat-web --example render_metrics --example evaluate_alerts
	$(CARGO) build --release --locked --package lifeboat-testkit --example control_plane
	@scripts/tools.sh bench
	@python3 bench/run.py $(ARGS)

fuzz: ## Fuzz each target for a minute (ARGS=SECONDS; needs a nightly Rust)
	@scripts/tools.sh fuzz
	@scripts/fuzz.sh $(ARGS)

clean: ## Remove what was built here; the tools folder stays
	$(CARGO) clean
	rm -rf fuzz/target .lifeboat
