# Chores are one word. PYTHON= chooses the interpreter; UV_CACHE_DIR= (uv's own variable) a warm package cache.
PYTHON ?= python3
VENV   := .venv
GUEST  := .venv-guest
BENCH  := .venv-bench
BIN    := $(VENV)/bin
UV     := $(VENV)/bin/uv --quiet --no-progress --system-certs

# Containers often forbid Python to keep what it compiled: each of the many processes would compile it anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench faults format lock

help:
	@echo 'make setup    the two environments: ours (.venv) and the REPLs'"'"' (.venv-guest)'
	@echo 'make run      set up, then answer a question about a sample table'
	@echo 'make test     the tests'
	@echo 'make check    format, lint, types, import layers, generated client and migrations in sync'
	@echo 'make bench    the measurements, as ratios within one run'
	@echo 'make faults   the faults of docs/reliability, and the mutants that must turn named tests red'

$(VENV)/.ready: requirements/bootstrap.lock requirements/dev.lock pyproject.toml
	@echo 'setup: our packages (.venv)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock
	@$(UV) pip sync --python $(BIN)/python --require-hashes --allow-empty-requirements requirements/dev.lock requirements/bootstrap.lock
	@$(UV) pip install --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(GUEST)/.ready: requirements/guest.lock $(VENV)/.ready
	@echo 'setup: the packages that REPL code may import (.venv-guest)'
	@test -x $(GUEST)/bin/python || $(PYTHON) -m venv --without-pip $(GUEST)
	@# Nothing writes bytecode there later: the sandbox sees this environment read-only.
	@$(UV) pip install --python $(GUEST)/bin/python --compile-bytecode --require-hashes -r requirements/guest.lock
	@touch $@

setup: $(VENV)/.ready $(GUEST)/.ready
	@$(BIN)/python -c 'import sys; assert sys.version_info[:2] in {(3, 11), (3, 12), (3, 13)}, "Python 3.11 to 3.13 is needed: make setup PYTHON=python3.11"'

format: setup
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: setup
	@for group in server dev guest bootstrap bench; do \
	  $(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-annotate --no-header --group $$group -o requirements/$$group.lock; done

run: setup
	@$(BIN)/python examples/make_sample.py .replwright/sample/rv_listings.csv
	@$(BIN)/replwright run 'What is the average price by region?' --data .replwright/sample/rv_listings.csv; \
	  code=$$?; $(BIN)/replwright down; exit $$code

# Most tests wait for processes: three at once keep two cores busy. A file's tests share what they started, and the
# long files come first.
test: setup
	@$(BIN)/pytest -q -n 3 --dist loadfile --no-loadscope-reorder

check: setup
	@$(BIN)/ruff format --check --quiet . && echo 'format: in order'
	@$(BIN)/ruff check --quiet . && echo 'lint: clean'
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache | tail -n 3
	@$(BIN)/python -m replwright.llm.client_sync
	@$(BIN)/pytest -q -p no:cacheprovider tests/migration

$(BENCH)/.ready: requirements/bench.lock $(VENV)/.ready
	@echo 'setup: what the measurements compare with (.venv-bench)'
	@test -x $(BENCH)/bin/python || $(PYTHON) -m venv --without-pip $(BENCH)
	@$(UV) pip install --python $(BENCH)/bin/python --require-hashes -r requirements/bench.lock
	@touch $@

bench: setup $(BENCH)/.ready
	@$(BIN)/python -m benchmarks

# SEED=n repeats a run, SOAK=minutes ends with a soak, KEEP=1 keeps the summary in docs/reliability/runs.
faults: setup
	@$(BIN)/python -m tests.reliability $(if $(SEED),--seed $(SEED)) $(if $(SOAK),--soak $(SOAK)) $(if $(KEEP),--keep)
