# The whole interface of this checkout. `make` alone lists it.
#
# Everything is installed below the checkout: uv into .tools, the rest into .venv. The server's data
# goes into the folder that make was called in.

ROOT := $(dir $(realpath $(lastword $(MAKEFILE_LIST))))
PYTHON ?= python3
UV := $(ROOT).tools/bin/uv
BIN := $(ROOT).venv/bin
ARGS ?=
SHOWN := digits-wide-light run-wide-dark compare-wide-light model-narrow-dark

export UV_PYTHON_DOWNLOADS := never
export UV_COMPILE_BYTECODE := 1
export UV_PYTHON := $(PYTHON)

.PHONY: help run setup test test-containers check lint types bench charts pictures wheels

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(ROOT)Makefile | sed -E 's/:.*## /\t/' | expand -t 18

run: $(BIN)/.run-ready ## serve on http://127.0.0.1:8080, with the data in this folder
	@exec $(BIN)/chachaml-kernel $(ARGS)

test: setup ## run every test (ARGS="-k name" for some, "--pair sqlite-files" on one pair of stores)
	cd $(ROOT) && $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

test-containers: setup ## run the tests of PostgreSQL and S3 on containers, with an engine of its own if need be
	$(ROOT)tests/setup.sh containers
	cd $(ROOT) && $(BIN)/python -m tests.containers $(ARGS)

check: lint types test ## what CI runs: lint, types, tests

lint: $(BIN)/.test-ready ## style, formatting and the lock file
	cd $(ROOT) && $(UV) lock --check
	cd $(ROOT) && $(BIN)/ruff check .
	cd $(ROOT) && $(BIN)/ruff format --check .

types: $(BIN)/.test-ready ## mypy --strict over everything
	cd $(ROOT) && $(BIN)/mypy

bench: $(BIN)/.test-ready ## measure speed and size (PEERS=1: others beside; FULL=1: 100 million points)
	cd $(ROOT) && $(BIN)/python -m bench $(ARGS) $(if $(PEERS),--peers) $(if $(FULL),--stored 10000000 100000000)

charts: $(UV) ## draw the README's charts from what was measured
	cd $(ROOT) && $(UV) run --frozen --inexact --group bench python -m bench.charts $(ARGS)

pictures: setup ## take a picture of every page into .pictures/, and those of the docs into docs/img/
	cd $(ROOT) && CHACHAML_PICTURES=.pictures $(BIN)/python -m pytest tests/browser/test_pictures.py
	cd $(ROOT) && for name in $(SHOWN); do cp .pictures/$$name.png docs/img/page-$$name.png; done

wheels: $(UV) ## build all distributions into dist/
	cd $(ROOT) && $(UV) build --all-packages --wheel --out-dir dist

setup: $(BIN)/.test-ready ## install what the tests need, a browser and jq among it
	$(ROOT)tests/setup.sh

$(UV):
	$(PYTHON) -m pip install --quiet --target $(ROOT).tools uv

$(BIN)/.run-ready: $(UV) $(ROOT)uv.lock
	cd $(ROOT) && $(UV) sync --frozen --no-dev --inexact --quiet
	@touch $@

$(BIN)/.test-ready: $(UV) $(ROOT)uv.lock
	cd $(ROOT) && $(UV) sync --frozen --quiet
	@touch $@ $(BIN)/.run-ready
