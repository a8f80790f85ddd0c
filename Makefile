# One command each: `make run` shows the product, `make test` tries all of it, `make help` lists the rest.
# Everything is kept in this folder: the environment in .venv, a site's data in var. Nothing needs root but `make test`,
# which as root installs the servers it tests with and otherwise says which tests it leaves out.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
PACKAGES := extranet directory workspaces
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done; true)
PYTEST_OPTIONS ?= -n 2

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes
FLASK := $(BIN)/flask --app wsgi

export PATH := $(CURDIR)/$(BIN):$(PATH)
export npm_config_cache := $(CURDIR)/$(VENV)/npm-cache

STYLES_AND_SCRIPTS := $(shell find static/css static/js -type f 2>/dev/null)
CATALOGUES := $(shell find $(PACKAGES) -name '*.po' 2>/dev/null)

.PHONY: help setup run test lint bench chaos migration lock clean dev services

help:
	@echo "make setup      the environment (.venv), the front end's bundle, the catalogues and the dictionaries"
	@echo "make run        setup, a demo to look at, and the server: make run PORT=8000"
	@echo "make test       every check and every test; make lint for the checks alone"
	@echo "make bench      the figures, measured against their references"
	@echo "make chaos      what was acknowledged is kept while things break: CHAOS_KILLS=200 CHAOS_ACKS=100000 CHAOS_MINUTES=120"
	@echo "make migration  a new step of the database: make migration M='what it does'"
	@echo "make lock       locks the dependencies anew; UPGRADE=1 takes the newest ones"
	@echo "make clean      takes away all that was made, but not var"

setup: $(STAMPS)/python $(STAMPS)/assets $(STAMPS)/catalogues $(STAMPS)/dictionaries

run: setup
	@# The sign-ins are kept beside the demo, to be told again the next time.
	@data="$${DATA_DIR:-var}"; mkdir -m 700 -p "$$data"; $(FLASK) seed >"$$data/seeded.txt"; \
	if grep -q @ "$$data/seeded.txt"; then mv "$$data/seeded.txt" "$$data/demo.txt"; else rm "$$data/seeded.txt"; fi; \
	if test -e "$$data/demo.txt"; then cat "$$data/demo.txt"; fi
	@exec $(FLASK) serve

test: dev services lint
	$(BIN)/pytest $(PYTEST_OPTIONS)

lint: dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/lint-imports
	$(BIN)/python tools/catalogue.py check

bench: dev
	$(BIN)/pytest -n 0 -m bench -s tests/bench

chaos: dev services
	$(BIN)/python -W ignore::ResourceWarning -m tests.chaos

migration: setup
	@test -n "$(M)" || { echo "Say what it does: make migration M='add the …'"; exit 2; }
	$(FLASK) migration "$(M)"

lock: dev
	$(BIN)/python tools/lock.py $(if $(UPGRADE),--upgrade)
	PATH="$(CURDIR)/$(BIN):$$PATH" npm install --package-lock-only --ignore-scripts --no-audit

clean:
	rm -rf $(VENV) node_modules static/build build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find $(PACKAGES) -name '*.mo' -delete

# What setup is made of. Each step leaves a stamp and is done again only when what it reads has changed.

$(STAMPS)/venv:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; python3 here is" \
		"$$(python3 --version 2>&1 || echo missing). Name another one: make setup PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make environments:" \
		"on Debian and Ubuntu, install the package python3-venv first."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/python: requirements.lock | $(STAMPS)/venv
	@echo "Installing the Python packages …"
	@$(PIP) -r requirements.lock
	@touch $@

$(STAMPS)/node: package.json package-lock.json .npmrc $(STAMPS)/python
	@echo "Installing the front-end packages …"
	@npm ci --ignore-scripts --loglevel=error >$(VENV)/npm.log || { cat $(VENV)/npm.log; exit 1; }
	@touch $@

$(STAMPS)/assets: tools/assets.mjs $(STYLES_AND_SCRIPTS) $(STAMPS)/node
	@echo "Bundling the front end …"
	@node tools/assets.mjs
	@touch $@

$(STAMPS)/catalogues: $(CATALOGUES) $(STAMPS)/python
	@$(BIN)/python tools/catalogue.py compile
	@touch $@

$(STAMPS)/dictionaries: $(STAMPS)/python
	@echo "Building the dictionaries …"
	@$(BIN)/python -m extranet.search.analysis --build
	@touch $@

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/python
	@echo "Installing the tools for testing …"
	@$(PIP) -r requirements-dev.lock
	@touch $@

dev: setup $(STAMPS)/dev

services: $(STAMPS)/dev
	@sh tools/services.sh
