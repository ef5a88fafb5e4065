# make help tells what there is. Only Python 3.11 or later and make are needed; only `setup` uses the network.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
# The first Python on this machine that is new enough; PYTHON=… chooses another.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

# Tests mostly wait for processes of their own, so that a few at a time take hardly more of the machine.
JOBS ?= 3

.PHONY: help setup run demo test check bench sample lock clean
.DEFAULT_GOAL := help

help:    ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

setup: $(READY)    ## install into .venv what everything else needs

# The editable install is stamped last: an interrupted setup starts over, a finished one costs nothing.
$(READY): requirements.lock tests/browser.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "syndicate needs Python 3.11 or later, and none was found." \
		"Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; exit 1; }
	@echo "Setting up in $(VENV) with $$($(PYTHON) --version) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python cannot make a virtual" \
		"environment: its venv module is missing (on Debian: apt-get install python3-venv)."; exit 1; }
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --require-hashes --no-deps -r tests/browser.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "Ready."

run: setup    ## start the service on the sample page, with the sandbox; stop it with Ctrl-C
	@set -a; . config/sandbox.env; set +a; exec $(BIN)/syndicate run --sandbox

demo: setup    ## tell the whole story once, on a temporary database, and check it from outside
	@$(BIN)/syndicate demo

test: setup    ## run the tests (SYNDICATE_DATA=folder adds those that need the large data; JOBS=0: one after the other)
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

check: setup    ## lint, form, types, contracts between the rooms
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "Not in form: run $(BIN)/ruff format"; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --config importlinter.toml --no-logo

bench: setup    ## measure what an unchanged check, a reading, a comparison, a mail and a post cost
	@$(BIN)/python -m benchmarks

sample: setup    ## make the sample page's PDF and Word files again (needs Chromium)
	@$(BIN)/python -m tests.data.sample.build

lock:    ## pin the newest allowed versions of everything (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv on the PATH."; exit 1; }
	@{ echo "# Everything that syndicate runs, is tested and is built with, pinned by hash. Made by: make lock"; \
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --extra dev pyproject.toml; } > requirements.lock.new
	@mv requirements.lock.new requirements.lock

clean:    ## remove what setup, tests and runs made; keeps var/, which holds your data
	@rm -rf $(VENV) .node build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis src/*.egg-info
