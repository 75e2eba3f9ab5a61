# Sigap 112. `make help` lists the targets; docs/adr/0006 says why `make run` builds a release binary.

SHELL := /bin/bash
export PATH := $(HOME)/.cargo/bin:$(PATH)

target := $(or $(CARGO_TARGET_DIR),target)
binary := $(target)/release/sigap
host = $(shell rustc -vV | sed -n 's/^host: //p')

# The console is built again when one of these is newer than the page it makes.
console_sources := $(shell find web-console/src web-console/public web-console/index.html \
	$(wildcard web-console/*.config.*) web-console/package.json web-console/tsconfig*.json -type f 2>/dev/null)
console_page := web-console/dist/index.html
# npm writes this file at the end of an installation.
console_packages := web-console/node_modules/.package-lock.json

.PHONY: help run run-neighbour test build verifier bench console console-packages fmt lint headers clean-data
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

run: build ## serve the demo: console on http://127.0.0.1:8112, SIP on 127.0.0.1:5060; Ctrl+C stops it
	@.ci/foreground.sh $(binary) serve --demo --demo-neighbour 127.0.0.2 --data-dir data/demo --http 127.0.0.1:8112 --sip 127.0.0.1:5060

run-neighbour: build ## serve the demo's neighbouring centre beside it: console on http://127.0.0.2:8112
	@.ci/foreground.sh $(binary) serve --demo --demo-centre 19.04 --demo-neighbour 127.0.0.1 --data-dir data/demo-neighbour --http 127.0.0.2:8112 --sip 127.0.0.2:5060

build: console ## the console and the release binary
	cargo build --release --locked -p sigap

verifier: ## the auditor's sigap-verify, a static program that needs nothing else (docs/log-format.md)
	RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --locked -p sigap-verify --target $(host)
	@echo $(target)/$(host)/release/sigap-verify

test: ## every check and test; the last line is the count
	@.ci/test.sh

bench: build ## the benchmarks against their peers, as ratios
	@.ci/needs.sh sipp kamailio
	@.ci/needs.sh rtpengine || echo "without rtpengine: our sound is measured without its peer"
	cargo run --release --locked -p load-tests -- bench

console: $(console_page) ## the web console

console-packages: $(console_packages)

$(console_packages): web-console/package.json web-console/package-lock.json
	cd web-console && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(console_page): $(console_packages) $(console_sources)
	cd web-console && npm run --silent build
	@touch $@

fmt: $(console_packages) ## format Rust and the console
	cargo fmt --all
	cd web-console && npm run --silent format

lint: console ## clippy and the console's type check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cd web-console && npm run --silent check

headers: ## copyright headers for the owner: make headers OWNER="Pemerintah Kabupaten X" (docs/handover-headers.md)
	@.ci/headers.sh "$$OWNER" "$$YEAR"

clean-data: ## delete the demo's data
	rm -rf data/demo data/demo-neighbour
