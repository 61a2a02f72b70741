# Two commands: `make run` starts the desk, `make test` proves it. `make help` lists the rest.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run test test-services test-browser test-money lint messages clean

VENV := .venv
PY := $(VENV)/bin/python
# Options for pytest, as in `make test ARGS="tests/tickets -x"`.
ARGS ?=
# Two workers, each with whole files, unless told otherwise; 0 runs everything in one process.
WORKERS ?= 2
PYTEST = $(PY) -m pytest -n $(WORKERS) --dist loadfile
# Tests and checks never touch the data of a running desk.
EMBEDDED := env -u HELPDESK_ENV -u DATABASE_URL -u CELERY_BROKER_URL -u REDIS_URL
IN_TEMP = data=$$(mktemp -d) && trap 'rm -rf "$$data"' EXIT INT TERM && HELPDESK_DATA_DIR="$$data"

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 22

setup: $(VENV)/.packages ## Packages, database, demo estate, static files
	@$(PY) manage.py setup_embedded

run: $(VENV)/.packages ## Setup, then the desk: web, worker and scheduler under one supervisor
	@exec $(PY) manage.py serve --prepare

test: $(VENV)/.dev-packages ## All tests but the browser's, on the embedded defaults
	@$(IN_TEMP) $(EMBEDDED) $(PYTEST) $(ARGS)

test-services: $(VENV)/.dev-packages ## The same on PostgreSQL and Redis (given by URL, or throw-away ones)
	@$(IN_TEMP) .ci/with-services $(PYTEST) $(ARGS)

# 2,000 histories of 50 steps, 100,000 late fees and 5,000 bills reminded of under fire, once on each database; about an
# hour and a half on two idle cores.
MONEY := LEDGER_EXAMPLES=2000 LEDGER_STEPS=50 LATE_FEE_CASES=100000 CONCURRENT_ROUNDS=40 REMINDED_BILLS=5000
MONEY_TESTS := tests/billing tests/faults/test_reminders.py
test-money: $(VENV)/.dev-packages ## The ledger at length, on SQLite and on PostgreSQL
	@$(IN_TEMP) $(EMBEDDED) $(MONEY) $(PY) -m pytest $(MONEY_TESTS) $(ARGS)
	@$(IN_TEMP) $(MONEY) .ci/with-services $(PY) -m pytest $(MONEY_TESTS) $(ARGS)

test-browser: $(VENV)/.dev-packages ## Journeys in a real Chromium
	@$(IN_TEMP) $(EMBEDDED) $(PY) -m pytest -n $(WORKERS) --dist load -m browser tests/journeys $(ARGS)

lint: $(VENV)/.dev-packages ## Style, types, import direction, migrations, translations
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(VENV)/bin/lint-imports
	@$(IN_TEMP) $(EMBEDDED) $(PY) -m mypy
	@$(IN_TEMP) $(EMBEDDED) $(PY) manage.py makemigrations --check --dry-run
	@$(IN_TEMP) $(EMBEDDED) $(PY) manage.py check_messages

messages: $(VENV)/.dev-packages ## Collects texts into the .po files and compiles them (needs gettext)
	@$(IN_TEMP) $(EMBEDDED) $(PY) manage.py build_messages --collect

clean: ## Removes the environment, never the data
	rm -rf $(VENV)

$(PY):
	@for p in python3.11 python3 python; do \
	  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  if $$p -c 'import ensurepip, venv' 2>/dev/null; then exec $$p -m venv --clear $(VENV); fi; \
	  bare=$$p; \
	done; \
	if [ -n "$$bare" ]; then \
	  echo "$$bare can't make a virtual environment; on Debian: apt-get install python3.11-venv" >&2; \
	else \
	  echo "Python 3.11 or newer is needed; neither python3.11 nor python3 is one." >&2; \
	fi; \
	exit 1

$(VENV)/.packages: requirements.txt | $(PY)
	@echo "Installing packages (about half a minute, once) ..."
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip --upgrade >/dev/null
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev-packages: requirements.txt requirements-dev.txt | $(PY)
	@echo "Installing packages for development (about a minute, once) ..."
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip --upgrade >/dev/null
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(VENV)/.packages $@
