# Python 3.11 or newer and make are all that a fresh machine needs; Node.js only lints the OpenAPI document.
PYTHON = python3
ONCE =
ARGS =
m =

RUN = .venv/bin/python

.DEFAULT_GOAL = help
.PHONY: help demo check test soak bench fmt openapi docs migration lock

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/installed ## live through a year of supervision on real input (ONCE=1: end after the summary)
	@$(RUN) -m deploy.demo $(if $(ONCE),--once)

check: .venv/installed ## run every check that needs no database
	@$(RUN) -m tests --only-checks

test: .venv/installed ## run every check and every test (ARGS='-k word': only those tests)
	@$(RUN) -m tests $(ARGS)

soak: .venv/installed ## kill the worker 20 times at each point of a message's way, and other long trials
	@DUCHA_SOAK_ROUNDS=20 $(RUN) -m pytest -p no:randomly -s tests/worker/test_crash_points.py tests/worker/test_chaos.py

bench: .venv/installed ## measure, and compare with what is promised
	@$(RUN) -m tests.benchmarks

fmt: .venv/installed ## format the code and mend what can be mended
	@$(RUN) -m ruff check --fix --quiet . ; $(RUN) -m ruff format .

openapi: .venv/installed ## write openapi/openapi.json anew from the routes
	@$(RUN) -m tests.contract.committed_document

docs: .venv/installed ## write docs/spreadsheets.md anew from the readers
	@$(RUN) -m tests.contract.spreadsheet_page

migration: .venv/installed ## draft a migration from the models (m="item remarks")
	@$(RUN) -m tests.new_migration $(m)

lock: ## choose the newest allowed versions anew and write them to requirements.lock
	@tools=$$(mktemp -d) && trap 'rm -rf "$$tools"' EXIT \
	&& $(PYTHON) -m venv "$$tools" && "$$tools/bin/pip" install --quiet --disable-pip-version-check uv \
	&& "$$tools/bin/uv" pip compile pyproject.toml --extra dev --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-emit-index-url --quiet --output-file requirements.lock \
	&& echo 'requirements.lock is written; now: make test'

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@echo 'Installing the pinned packages into .venv (once; a minute or two) ...'
	@test -x .venv/bin/pip || $(PYTHON) -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
