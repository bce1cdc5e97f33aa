# Everything that a day with robocell needs. The first use makes .venv and installs into it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/ready
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help run test test-slow coverage view bench lint docs wheel screenshots clean

help:  ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "robocell needs Python 3.11 or newer, $(PYTHON) is $$($(PYTHON) -V); try: make PYTHON=python3.12 …"; exit 2; }
	@echo "Installing robocell into $(VENV): once, a few minutes"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[viz,questions,floors,dev]'
	@$(BIN)/robocell warm
	@touch $@

run: $(READY)  ## size the fleet of a smartphone line: table, plots and report in results/fleet_sizing
	@$(BIN)/robocell run experiments/configs/fleet_sizing.yaml --output results/fleet_sizing

test: $(READY)  ## the tests, on up to four cores
	@$(PYTEST) --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

test-slow: $(READY)  ## the tests that take longer: chaos, coverage of intervals, long traffic
	@$(PYTEST) -m slow

coverage: $(READY)  ## the tests once more, and which lines they reach; kernels, which run compiled, do not count
	@$(PYTEST) --numprocesses=auto --maxprocesses=4 --dist=loadfile --cov --cov-report=term:skip-covered

view: $(READY)  ## watch a factory in the browser
	@$(BIN)/robocell view experiments/configs/quickstart.yaml

bench: $(READY)  ## the benchmarks, each as one JSON object; with DATA=DIR those of public traffic instances too
	@for what in motion factory events jspt; do $(BIN)/robocell bench $$what --json || exit 1; done
ifdef DATA
	@for what in lorr mapd; do $(BIN)/robocell bench $$what --data $(DATA) --json || exit 1; done
endif

lint: $(READY)  ## ruff and the type checker
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/basedpyright

docs: $(READY)  ## the documentation as HTML in build/docs
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@$(BIN)/sphinx-build -q -W -b html docs build/docs && echo "build/docs/index.html"

wheel: $(READY)  ## the wheel in dist/, and whether it works where a folder is named like it
	@$(BIN)/python -m build --wheel --outdir dist
	@rm -rf build/wheel && $(PYTHON) -m venv build/wheel/venv && mkdir -p build/wheel/robocell
	@build/wheel/venv/bin/python -m pip install --quiet --disable-pip-version-check dist/*.whl
	@cd build/wheel && venv/bin/robocell validate quickstart && venv/bin/robocell run quickstart --set horizon=10min --set warm_up=2min --executor serial

screenshots: $(READY)  ## the pictures of README and docs, taken from the running viewer
	@$(BIN)/python -m docs.screenshots

clean:  ## forget the virtual environment and everything built
	@rm -rf $(VENV) build dist src/*.egg-info .pytest_cache .ruff_cache .hypothesis
