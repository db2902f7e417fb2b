# `make` alone prints what there is to do. A machine needs Python 3.11 or newer and make, nothing else.

.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LOCKS := .ci/bootstrap.lock .ci/requirements.lock
CODE := compiler runtime generated tests

# The first interpreter that is new enough and can make a virtual environment. `make PYTHON=...` names another.
PYTHON = $(shell for name in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$name -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
NO_PYTHON := Python 3.11 or newer with the venv module is needed (as python3, python3.11, ...); `make PYTHON=path` names one

PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
UV_PIP := $(BIN)/uv pip install --quiet --python $(VENV)
PYTEST := $(BIN)/pytest
PARALLEL := -n 2 --dist loadgroup
FAST := not spark and not postgres and not e2e and not benchmark and not slow

# uv does not read the settings of pip: trust what the system trusts, and use the index that pip would use.
export UV_SYSTEM_CERTS := true
# The cache of uv would grow by 1.4 GB with every install: it keeps each unpacked and built source distribution of pyspark.
export UV_NO_CACHE := true
# The first run of a command shall not compile libraries; where bytecode is not written (PYTHONDONTWRITEBYTECODE), every run would.
export UV_COMPILE_BYTECODE := 1
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif

.PHONY: help
help:  ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ install

.PHONY: setup
setup: $(STAMP)  ## install everything that is locked into .venv (again only if a lock or pyproject.toml changed)

$(STAMP): $(LOCKS) pyproject.toml
	@test -x $(BIN)/python || $(or $(PYTHON),$(error $(NO_PYTHON))) -m venv $(VENV)
	@echo "installing the locked packages into $(VENV)" >&2
	@$(PIP) --require-hashes -r .ci/bootstrap.lock
	@$(UV_PIP) --require-hashes --no-build-isolation -r .ci/requirements.lock \
	  || $(PIP) --require-hashes --no-build-isolation -r .ci/requirements.lock
	@$(UV_PIP) --no-deps --no-build-isolation --editable . || $(PIP) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q compiler runtime
	@touch $@

.PHONY: lock
lock: setup  ## resolve the dependencies of pyproject.toml again, with hashes and without addresses
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --quiet --upgrade --all-extras pyproject.toml --output-file .ci/requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --quiet --upgrade --group bootstrap --constraint .ci/requirements.lock --output-file .ci/bootstrap.lock

.PHONY: clean
clean:  ## remove the virtual environment and every cache; databases and captures under .mlb stay
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage* build dist *.egg-info spark-warehouse
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

##@ the two commands

.PHONY: run
run: setup  ## do the one job: compile, fetch the captures, start the database, load a real game, report
	@$(BIN)/mlbc generate
	@$(BIN)/mlb-etl run demo

.PHONY: generate
generate: setup  ## compile schemas, mappings and observed facts into generated/
	$(BIN)/mlbc generate

.PHONY: check
check: setup  ## lint mappings and migrations; fail if generated/ is not what they say, or breaks a released version
	$(BIN)/mlbc check
	$(BIN)/mlbc generate --check
	$(BIN)/mlbc migrate verify
	$(BIN)/mlbc migrate lint
	$(BIN)/mlbc breaking

BASE ?= HEAD
REVIEW := .mlb/review.md
ANNOTATED := $(if $(GITHUB_ACTIONS),--format github)

.PHONY: ci
ci: setup  ## check a pull request: generated/, migrations, releases; tell in .mlb/review.md what changes since BASE
	@mkdir -p $(dir $(REVIEW))
	$(BIN)/mlbc generate --diff --against $(BASE) --format markdown >$(REVIEW) || test $$? -eq 1
	$(BIN)/mlbc generate --check
	@echo >>$(REVIEW)
	$(BIN)/mlbc breaking --against $(BASE) --format markdown >>$(REVIEW) || test $$? -eq 1
	$(BIN)/mlbc migrate verify
	$(BIN)/mlbc migrate lint $(ANNOTATED)
	$(BIN)/mlbc breaking $(ANNOTATED)

.PHONY: observe
observe: setup  ## fold the captures into schemas/observed
	$(BIN)/mlb-etl captures pull
	$(BIN)/mlbc observe .mlb/captures

##@ quality

.PHONY: format
format: setup  ## format the Python code and apply safe fixes
	$(BIN)/ruff check --fix-only --quiet $(CODE)
	$(BIN)/ruff format --quiet $(CODE)

.PHONY: lint
lint: setup  ## check style, layers, security and the rules of the house
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml compiler runtime
	$(PYTEST) -q tests/house

.PHONY: types
types: setup  ## check the types (pyright, strict)
	$(BIN)/pyright

.PHONY: test
test: lint types check  ## everything, as CI runs it: real Postgres, real Spark, coverage
	$(PYTEST) $(PARALLEL) -m "not benchmark" --durations=10 \
	  --cov --cov-report=term:skip-covered --cov-fail-under=85
	@$(MAKE) --no-print-directory test-bare

.PHONY: test-fast
test-fast: setup  ## what needs neither Java nor a database (seconds)
	PYTHONDONTWRITEBYTECODE= HYPOTHESIS_PROFILE=fast $(PYTEST) -q -n 2 --dist loadfile -m "$(FAST)"

.PHONY: test-postgres
test-postgres: setup  ## what needs Postgres
	$(PYTEST) -m postgres

.PHONY: test-spark
test-spark: setup  ## what needs Spark
	$(PYTEST) -m spark

.PHONY: test-e2e
test-e2e: setup  ## both commands from end to end
	$(PYTEST) -m e2e

.PHONY: test-bare
test-bare:  ## `make run` and Spark where there is no Java, Postgres, Docker, Node or git, and HOME is empty
	.ci/bare >/dev/null

.PHONY: golden
golden: setup  ## accept the present output as the expected one; review the diff
	$(PYTEST) -q tests/golden tests/passes tests/compliance --update-golden

.PHONY: bench
bench: setup  ## measure, as ratios within one run
	$(PYTEST) -m benchmark -q -s tests/benchmarks
