# Every target is one line to type. `make` alone prints them.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
PYTEST_ARGS ?=

.PHONY: help setup demo test check up bench docs

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Install everything into .venv (the command is .venv/bin/takt)

demo: $(READY) ## Run a whole campaign against a simulated carrier, in about two minutes
	@$(VENV)/bin/takt demo

test: $(READY) ## Run the tests, all but slow ones and benchmarks
	@$(VENV)/bin/pytest -q $(PYTEST_ARGS)

check: $(READY) ## Check format, lint, types and import contracts
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

up: $(READY) ## Start Takt on this machine: database, broker, API, worker, beat
	@$(VENV)/bin/takt up

bench: $(READY) ## Measure, and compare with the promises about speed
	@$(VENV)/bin/python -m tests.benchmarks

docs: $(READY) ## Write the generated pages of docs/ anew
	@$(VENV)/bin/python -m api.docs

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "takt needs Python 3.11 or newer; say which one with: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@# Compiled now, so that the first start is as quick as the later ones.
	@$(VENV)/bin/python -m compileall -q guardrails orchestrator api migrations
	@touch $@
