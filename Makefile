# The commands of daily work. `make demo` and `make test` need python3 (3.11 or newer) with venv, pip, git and make; nothing else.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
UV := .tools/bin/uv
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_SYSTEM_CERTS := 1

.PHONY: help setup format check test test-all beyond fuzz torture bugs coverage mutate demo bench docs lock clean

help: ## show the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/.stamp ## make .venv with the locked dependencies (uv where it can be had, else pip)

.venv/.stamp: requirements/dev.txt requirements/uv.txt pyproject.toml
	@echo "Setting up .venv ..."
	@( $(PYTHON) -m pip install -q --upgrade --target .tools --require-hashes -r requirements/uv.txt \
	     && $(UV) venv -q --clear --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv \
	     && $(UV) pip install -q --python $(BIN)/python --compile-bytecode --require-hashes -r requirements/dev.txt \
	     && $(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e . ) \
	 || ( $(PYTHON) -m venv --clear .venv \
	     && $(BIN)/python -m pip install -q --no-deps --require-hashes -r requirements/dev.txt \
	     && $(BIN)/python -m pip install -q --no-deps --no-build-isolation -e . )
	@touch $@

format: setup ## format the sources and mend what ruff can mend
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

check: setup ## ruff, mypy and the layer contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test: check ## all checks that pip alone can serve; extra arguments: make test ARGS='-k plan'
	$(BIN)/pytest $(ARGS)

test-all: check coverage beyond ## everything: also coverage, and what needs a browser and npm; installs those, with apt as root
	$(BIN)/pytest $(ROOMS:%=--ignore=tests/%)

BEYOND := .tools/beyond
beyond: setup ## what pip alone cannot serve: a browser, secret managers, and tools from npm
	@test -x /usr/bin/chromium -a -x /usr/bin/rsync -a -x /usr/bin/age \
	  || { apt-get update -qq && apt-get install -y -qq age chromium rsync; }
	@command -v npm > /dev/null || { apt-get update -qq && apt-get install -y -qq nodejs npm; }
	@mkdir -p .tools/npm && cp tests/beyond/package.json tests/beyond/package-lock.json tests/beyond/.npmrc .tools/npm
	@npm ci --prefix .tools/npm --silent --no-audit --no-fund
	@$(UV) venv -q --clear --python $(BIN)/python $(BEYOND)
	@$(UV) pip install -q --python $(BEYOND)/bin/python --require-hashes -r requirements/dev.txt -r requirements/beyond.txt
	@$(UV) pip install -q --python $(BEYOND)/bin/python --no-deps --no-build-isolation -e .
	$(BEYOND)/bin/pytest tests/beyond

fuzz: setup ## draw twenty thousand hostile inputs for each reader, anew each time; an hour or so
	$(BIN)/pytest --hypothesis-profile=torture tests/fuzz

HISTORIES ?= 100000
TIMES ?= 1000
torture: setup ## play many more histories, and kill the command itself; make torture HISTORIES=1000 TIMES=100 SEED=7
	$(BIN)/python -m tests.simulation --histories $(HISTORIES)
	$(BIN)/python -m tests.torture.kills --times $(TIMES) $(if $(SEED),--seed $(SEED))

bugs: setup ## break the package on purpose, and print which test notices
	@$(BIN)/python -m tests.bugs

# What must never go wrong.
PROVEN := reconciler/applier/*,reconciler/core/escaping.py,reconciler/core/guard.py,reconciler/core/planner.py,reconciler/core/scrubber.py,reconciler/core/settling.py,reconciler/core/state_document.py,reconciler/core/state_reader.py,reconciler/flowservice/*,reconciler/http/*,reconciler/model/secrets.py,reconciler/state/*
ROOMS := app applier cli core flowservice forges journeys model render secrets state

coverage: setup ## see that tests go through every line and branch of what must never go wrong
	$(BIN)/pytest --cov --cov-branch --cov-report= --hypothesis-profile=ci $(ROOMS:%=tests/%)
	$(BIN)/coverage report --include='$(PROVEN)' --show-missing --skip-covered --fail-under=100

MUTATE := .tools/mutate
mutate: setup ## change what must never go wrong, bit by bit, and see what tests notice; make mutate SAMPLE=200 SEED=7
	@$(UV) venv -q --clear --python $(BIN)/python $(MUTATE)
	@$(UV) pip install -q --python $(MUTATE)/bin/python --require-hashes -r requirements/dev.txt -r requirements/mutate.txt
	@$(BIN)/python -m tests.mutation $(MUTATE)/bin $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) $(ONLY)

demo: setup ## a tour against a simulated Flow Service; needs no credentials
	@$(BIN)/python examples/demo.py

docs: setup ## write what is made from schemas, examples and pipelines
	@$(BIN)/python docs/generate.py

bench: setup ## measure against the floor, as docs/performance.md shows it; some minutes on a quiet machine
	@$(BIN)/python -m bench

lock: ## renew the hash-locked requirements, which name no registry
	$(UV) pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q \
	  pyproject.toml requirements/dev.in -o requirements/dev.txt
	$(UV) pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q \
	  requirements/uv.in -o requirements/uv.txt
	$(UV) pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q \
	  -c requirements/dev.txt requirements/mutate.in -o requirements/mutate.txt
	$(UV) pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q \
	  -c requirements/dev.txt requirements/beyond.in -o requirements/beyond.txt

clean: ## remove everything that the other commands made
	rm -rf .venv .tools .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist htmlcov .coverage
