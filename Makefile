# make demo | test | check | bench | torture | mutants | docs: each sets up what it needs.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$p && break; done)
BIN := .venv/bin
RUN := .venv/.run
DEV := .venv/.dev
TORTURED := tests/browser/test_browser_every_page.py tests/console/test_roles.py tests/attacks/test_attack_server.py tests/attacks/test_attack_stored_scripts.py tests/sources/test_files_real.py tests/faults tests/ledger tests/engine tests/programmes tests/actions tests/db $(shell grep -l REGULARS_TORTURE tests/attacks/test_*.py)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help demo test check bench torture mutants docs format words lock clean

help: ## Say what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Regulars needs Python 3.11 or newer with venv (on Debian: apt-get install python3-venv)." >&2; exit 2; }
	$(PYTHON) -m venv .venv

$(RUN): requirements/run.txt requirements/build.txt pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements/run.txt -r requirements/build.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements/dev.txt $(RUN)
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(RUN) ## Show Corner Coffee in the browser; a second start keeps everything
	@$(BIN)/regulars demo $(ARGS)

test: $(DEV) ## Run all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(DEV) ## Formatting, lint, types, import contracts, migrations, words, docs, wheel
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/migrations.py
	$(BIN)/python tools/words.py --check
	$(MAKE) --no-print-directory docs
	$(BIN)/python tools/wheel.py

docs: $(DEV) ## Build the documentation into site/
	$(BIN)/mkdocs build --strict --quiet

bench: $(DEV) ## Measure speed against yardsticks (ONLY=name for one row)
	$(BIN)/python -m tests.bench $(if $(ONLY),--only $(ONLY))

torture: $(DEV) ## The long runs of fault tests and properties
	REGULARS_TORTURE=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(TORTURED) $(ARGS)

mutants: $(DEV) ## Break the money code on purpose; every break must be noticed
	$(BIN)/python tools/mutants.py $(ONLY)

format: $(DEV) ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

words: $(DEV) ## Take new messages into the translations and compile them
	$(BIN)/python tools/words.py

lock: $(DEV) ## Resolve the dependencies anew
	$(BIN)/python tools/lock.py

clean: ## Remove what was made, but no data
	rm -rf .venv site dist build
