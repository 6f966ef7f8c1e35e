# `make help` lists the targets. Most are scripts, whose first lines say what they do and need.

# The release, and the commit unless it is that of the release. Packages may set their own version:
# make build VERSION=0.2.0-1
VERSION ?= $(shell scripts/version.sh)
FUZZTIME ?= 30s
PREFIX ?= /usr/local

.DEFAULT_GOAL := help
.PHONY: help setup build demo check test test-long slurm-test script-test cross-isa fuzz hostile check-scipy python python-long wheel peers docs bench-static bench-check bench-guard install dist deb fmt clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## install what the build needs and this machine lacks
	@scripts/setup.sh

# Go's own version stamp (-buildvcs) fails if git refuses to read the clone, as in another user's
# folder.
build: setup ## build bin/pixtrend
	go build -buildvcs=false -tags "$$(scripts/link-order.sh)" -ldflags '-X main.version=$(VERSION)' -o bin/pixtrend ./cmd/pixtrend

demo: build ## make a stack of a city, 1995-2015, and fit its trend
	@scripts/demo.sh

check: setup ## run static checks and the tests without cgo: under a minute if little has changed
	@scripts/test.sh check

test: setup ## run the checks and tests for every change: about 5 minutes on two cores
	@scripts/test.sh

test-long: setup ## run the tests that take too long for every change: CI runs them too
	@scripts/test.sh long

slurm-test: build ## fit in parts on a Slurm cluster of three nodes on this machine, with kills
	@scripts/slurm-test.sh

script-test: ## check scripts for Kubernetes and AWS Batch against the schemas of these systems
	@scripts/script-test.sh

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

hostile: setup ## hold 3,000 rasters that lie against what GDAL reads (HOSTILE="MUTANTS SEED")
	@scripts/hostile.sh $(HOSTILE)

check-scipy: build ## compare every pixel of real and synthetic stacks with scipy, pyMannKendall, statsmodels, NumPy and zeit-cdts
	@scripts/check-scipy.sh

python: setup ## build the Python package and run its tests
	@scripts/python.sh

python-long: setup ## run its tests that take longer, and with the oldest NumPy, xarray, Dask and SciPy
	@scripts/python.sh long

wheel: setup ## build the wheel of the Python package in dist/, check it and use it
	@scripts/wheel.sh

peers: build ## time other programs on the same stacks (PEERS=--quick for a first look)
	@scripts/peers.sh $(PEERS)

docs: setup ## run the commands of all pages and update their output and pictures in docs/
	@scripts/docs.sh

bench-static: ## build bin/pixtrend-bench, a static program that measures without GDAL
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION)' -o bin/pixtrend-bench ./cmd/pixtrend-bench

bench-check: ## compare the speed of the working tree with the commit BASE (default origin/main)
	@BASE='$(BASE)' scripts/bench-check.sh $(if $(RUNS),--runs $(RUNS))

bench-guard: setup ## compare the instructions of kernels and fits with those recorded (UPDATE=1 records them)
	PIXTREND_LONG=1 go test -count=1 -v -run '^TestInstructions' ./bench/guard ./cmd/pixtrend $(if $(UPDATE),-update)

install: ## install the program, man pages, completions and docs (PREFIX=/usr/local, DESTDIR=)
	@scripts/install.sh bin '$(DESTDIR)$(PREFIX)'

dist: setup ## make dist/pixtrend-VERSION-OS-ARCH.tar.gz reproducibly
	@VERSION='$(VERSION)' scripts/dist.sh

deb: setup ## make a Debian package in dist/ (needs debhelper)
	@VERSION='$(VERSION)' scripts/deb.sh

fmt: ## gofmt all Go files
	gofmt -l -w .

clean: ## remove what make made
	rm -rf bin demo dist .cache
