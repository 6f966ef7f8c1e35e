# What this file is for stands in each script; `make help` lists the targets.

# The release, and the commit unless it is that of the release. A package may set its own: make build VERSION=0.2.0-1
VERSION ?= $(shell scripts/version.sh)
FUZZTIME ?= 30s
PREFIX ?= /usr/local

.DEFAULT_GOAL := help
.PHONY: help setup build demo test test-long cross-isa fuzz check-scipy peers docs bench-static bench-check install dist deb fmt clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## install what the build needs and does not find
	@scripts/setup.sh

# The version is stamped here; Go's own stamp fails where git refuses to read the clone.
build: setup ## build bin/pixtrend
	go build -buildvcs=false -ldflags '-X main.version=$(VERSION)' -o bin/pixtrend ./cmd/pixtrend

demo: build ## make a stack of a city, 1995-2015, and fit its trend
	@scripts/demo.sh

test: setup ## run every check and test, as CI does
	@scripts/test.sh

test-long: setup ## run the tests with PIXTREND_LONG=1: sizes and patterns that take too long for every change
	PIXTREND_LONG=1 go test -count=1 -timeout 60m ./...

cross-isa: setup ## test the kernels for other processors under qemu-user
	@scripts/cross-isa.sh

fuzz: setup ## run each fuzz target for FUZZTIME (30s)
	@set -e; packages=$$(go list ./...); \
	for package in $$packages; do \
	  listed=$$(go test -list '^Fuzz' $$package); \
	  for target in $$(printf '%s\n' "$$listed" | grep '^Fuzz' || true); do \
	    echo "== $$target in $$package"; \
	    go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x $$package; \
	  done; \
	done

check-scipy: build ## compare every pixel of real and synthetic stacks with scipy.stats.linregress
	@scripts/check-scipy.sh

peers: build ## time what people use today on the same stacks (PEERS=--quick for a look)
	@scripts/peers.sh $(PEERS)

docs: setup ## run the commands of all pages, and write what they print and the pictures they make into docs/
	@scripts/docs.sh

bench-static: ## build bin/pixtrend-bench, a static program that measures kernels and scaling on any Linux
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION)' -o bin/pixtrend-bench ./cmd/pixtrend-bench

bench-check: ## compare the speed of the working tree with that of the commit BASE (origin/main, or HEAD~1)
	@BASE='$(BASE)' scripts/bench-check.sh $(if $(RUNS),--runs $(RUNS))

install: ## install what make build built, man pages, completions and docs (PREFIX=/usr/local, DESTDIR=)
	@scripts/install.sh bin '$(DESTDIR)$(PREFIX)'

dist: setup ## make dist/pixtrend-VERSION-OS-ARCH.tar.gz, the same bytes each time
	@VERSION='$(VERSION)' scripts/dist.sh

deb: setup ## make a package for Debian in dist/ (needs debhelper)
	@VERSION='$(VERSION)' scripts/deb.sh

fmt: ## gofmt all Go files
	gofmt -l -w .

clean: ## remove what make made
	rm -rf bin demo dist .cache
