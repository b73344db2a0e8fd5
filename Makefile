# Eyrie. `make` alone lists what there is; each target does its own set-up.

SHELL := /bin/sh
.DEFAULT_GOAL := help
VENV := .venv
PYTHON := $(VENV)/bin/python
PYTEST := $(PYTHON) -m pytest
# Compiled modules are kept whatever the shell says: without them each of hundreds of starts compiles Eyrie anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup setup-dev demo run test test-slow fast lint fix bench docs requirements clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Make the virtual environment with what Eyrie needs to run
	@scripts/setup.sh base

setup-dev: ## Make the virtual environment with what tests, lint and docs need as well
	@scripts/setup.sh dev

demo: setup ## Start everything with four simulated cameras, on ./demo-data
	@scripts/demo.sh

run: setup ## Start everything without cameras, on ./data
	@exec $(PYTHON) manage.py serve

test: setup-dev ## All set-up, lint, types and all tests, on SQLite and on PostgreSQL
	@scripts/system-packages.sh
	@scripts/all-tests.sh

test-slow: setup-dev ## Soak and fault rounds (many minutes)
	@scripts/system-packages.sh
	$(PYTEST) -m slow --timeout 1800
	$(PYTEST) core/media core/exports --hypothesis-profile search

fast: setup-dev ## Only the tests that need no browser, no camera and no running system
	$(PYTEST) core plugins webapp -m "not slow and not browser and not real_data" -x

lint: setup-dev ## ruff, mypy, import boundaries
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(VENV)/bin/lint-imports

fix: setup-dev ## Let ruff mend what it can
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

bench: setup-dev ## Quick benches; figures go to artefacts/
	@mkdir -p artefacts
	$(PYTHON) bench/recording.py --quick --json artefacts/recording.json
	$(PYTHON) bench/index.py --quick --json artefacts/index.json
	$(PYTHON) bench/faults.py --quick --json artefacts/faults.json
	$(PYTHON) bench/live.py --quick --json artefacts/live.json
	$(PYTHON) bench/rules.py --quick --json artefacts/rules.json
	$(PYTHON) bench/access.py --quick --json artefacts/access.json
	@set -e; for name in motion tamper people tracking lines faces lpr system; do \
	  $(PYTHON) bench/detect/$$name.py --quick --json artefacts/detect-$$name.json; done

docs: setup-dev ## Build the documentation into docs/_build, warnings are errors
	$(PYTHON) manage.py reference --check
	$(VENV)/bin/sphinx-build -W --keep-going -q -b html docs docs/_build

requirements: setup-dev ## Pin requirements/*.in with hashes, for all platforms and Python versions
	cd requirements && for name in base dev; do \
	  UV_CUSTOM_COMPILE_COMMAND="make requirements" ../$(VENV)/bin/uv pip compile --universal --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --python-version 3.11 -q $$name.in -o $$name.txt; done

clean: ## Remove what was built; recordings and settings stay
	rm -rf $(VENV) docs/_build artefacts dist build .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
