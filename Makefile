# Two commands matter: `make demo` and `make test`. Each does all of its own set-up.
# Another interpreter, in an environment of its own: make bench PYTHON=/usr/bin/python3 VENV=.venv-system
VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
READY := $(VENV)/.ready
REDPANDA := .cache/redpanda-connect
BENTHOS := .cache/benthos
GO_WORKER := .cache/go-worker
# Half of a test's time is waiting for others, so two at once for each core.
WORKERS ?= $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))
# A worker that dies ends the run: the tests of its group would be waited for, for ever.
PYTEST := $(BIN)/pytest --numprocesses $(WORKERS) --dist loadgroup --max-worker-restart 0

# Hundreds of processes import the same modules: compiled once, whatever the shell around says.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast browser simulate chaos incidents hostile mutate bench bench-ratios bench-stages bench-rivals image-test k8s-test \
	lint style types format lock clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements-dev.lock pyproject.toml
	@[ ! -e $(VENV) ] || [ -e $(VENV)/.by-make ] || [ -e $@ ] || { \
		echo "$(VENV) is not of make's making and stays as it is: move it away, or give another with VENV=.venv-make"; exit 1; }
	@echo "setting up $(VENV) (once)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $(VENV)/.by-make
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## the whole pipeline on this machine: broker, registry, sandbox, sample events
	@$(BIN)/bluecore-consumer demo

# The types are checked beside the tests: that is one core for most of a minute on a fresh clone.
test: style browser ## everything: linters, types, tests (but the ratios of CPU times: make bench-ratios)
	@mkdir -p .cache
	@$(MAKE) --no-print-directory types >.cache/types.txt 2>&1 & types=$$!; \
	$(PYTEST); tests=$$?; \
	wait $$types || { cat .cache/types.txt; exit 1; }; \
	exit $$tests

test-fast: style ## the tests that need no broker and no browser, in some minutes
	@$(PYTEST) -m "not (ratio or kafka or browser or slow)"

# The sandbox's page is tested in a real browser. Where it can be had from Debian it is fetched; elsewhere those
# tests are skipped, and say so.
browser:
	@command -v chromium chromedriver >/dev/null || { \
		[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
		&& echo "fetching chromium (once)" && apt-get update -qq \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium chromium-driver >/dev/null; } || true

simulate: $(READY) ## 10,000 seeds of the whole service in virtual time; make test has 400
	@$(BIN)/python -m tests.simulation --seeds 10000

# The whole takes about 22 minutes; SIZE=small is over in a minute or two.
SIZE ?= whole
chaos: $(READY) ## real processes and three brokers of Apache Kafka, killed, restarted and paused
	@$(BIN)/python -m tests.chaos --size $(SIZE)

# What has passed is not run again: AGAIN=1 runs all of it, in less than an hour; ONLY=hot_customer that fault alone.
AGAIN ?=
ONLY ?=
incidents: $(READY) ## faults, one after the other: does the first page name the cause?
	@$(BIN)/python -m tests.incidents $(if $(AGAIN),--again) $(foreach each,$(ONLY),--only $(each))

hostile: $(READY) ## what hostile records, neighbours and strangers cost, as a table
	@$(BIN)/python -m tests.hostile

# It ends after MINUTES=28; the next run goes on, as what has a result is not tried again. SAMPLE=0 MINUTES=0 tries every
# mutant, which takes hours; SEED=1 draws another sample.
SAMPLE ?= 200
MINUTES ?= 28
SEED ?= 0
# BY=simulation: delivery's, by the simulation alone.
BY ?= tests
mutate: $(READY) ## plant faults in the core one at a time (SAMPLE=200), and say which of them no test sees
	@$(BIN)/python -m tests.mutation --sample $(SAMPLE) --seed $(SEED) --minutes $(MINUTES) --by $(BY)

# OPTIONS="--quick --python /usr/bin/python3": a shorter run, and the service on another interpreter.
OPTIONS ?=
bench: bench-ratios ## events/s, CPU an event, latency and memory beside other ways to do the same
	@$(BIN)/python -m tests.bench $(OPTIONS)

# One after the other, and alone on the machine: a neighbour spoils what is measured.
bench-ratios: $(READY) ## the tests of ratios of CPU times, which a busy machine spoils
	@$(BIN)/pytest -m ratio

bench-stages: $(READY) ## where the microseconds of one event go
	@$(BIN)/python -m tests.bench.stages

# What cannot be built takes no part, and says why.
bench-rivals: $(READY) $(REDPANDA) $(BENTHOS) $(GO_WORKER) ## the same beside rivals in Go and Java, built once, in some minutes
	@$(BIN)/python -m tests.bench --only redpanda --only benthos --only parallel-consumer --only "Go worker" $(OPTIONS)

$(REDPANDA): $(addprefix tests/bench/redpanda/,main.go go.mod go.sum)
$(BENTHOS): $(addprefix tests/bench/benthos/,main.go avro.go kafka.go go.mod go.sum)
$(GO_WORKER): $(addprefix tests/bench/go_worker/,main.go go.mod go.sum)
$(REDPANDA) $(BENTHOS) $(GO_WORKER):
	@if command -v go >/dev/null; then \
		echo "building $(@F) (once)"; \
		cd $(<D) && CGO_ENABLED=0 go build -buildvcs=false -o $(CURDIR)/$@ . || echo "$(@F) cannot be built: Go says why above"; \
	else echo "$(@F) is built with Go: install Go 1.26 or newer"; fi

image-test: $(READY) ## build and start the image for real; needs root, buildah and debootstrap
	@IMAGE_TEST=1 $(BIN)/pytest tests/image

# OPERATORS=1: the long form, with KEDA and the Prometheus operator; ONLY=drain one check alone; PAGE=1 writes the table.
# What Go builds is kept in the user's cache: half an hour once, the long form an hour.
OPERATORS ?=
PAGE ?=
k8s-test: $(READY) ## the chart on a real control plane: install, upgrade under load, uninstall; needs root and Go
	@$(BIN)/python -m tests.k8s $(if $(OPERATORS),--operators) $(if $(PAGE),--page) $(foreach each,$(ONLY),--only $(each))

lint: style types ## ruff, mypy and the floors between the rooms

style: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .

types: $(READY)
	@$(BIN)/mypy
	@mkdir -p .cache
	@$(BIN)/lint-imports --cache-dir .cache/import-linter >.cache/imports.txt || { cat .cache/imports.txt; exit 1; }

format: $(READY) ## rewrite the source as the linters want it
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# What some installations need and most do not: each has a lock of its own.
EXTRAS := aws azure google encryption
lock: $(READY) ## resolve the dependencies anew and lock them by hash
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-package bluecore-consumer --no-header \
		--extra otel --extra sandbox pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-package bluecore-consumer --no-header \
		--extra dev --constraint requirements.lock pyproject.toml -o requirements-dev.lock
	@for extra in $(EXTRAS); do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-package bluecore-consumer --no-header \
			--extra $$extra --constraint requirements-dev.lock pyproject.toml -o requirements-$$extra.lock || exit 1; \
	done
	@printf 'editables\nhatchling\n' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-header --constraint requirements-dev.lock - -o requirements-build.lock
	@printf 'cyclonedx-bom\n' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-header - -o requirements-sbom.lock

clean: ## remove the environment and every cache
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
