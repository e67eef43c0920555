# Consilium. `make` alone prints what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PARTICIPANTS ?= 8
SECONDS_IN_CALL ?= 20
# Sound and pictures in real time, or a user who watches the screen: they want both cores for themselves.
ALONE := $(addprefix tests/e2e/test_,demo.py first_run.py messages_tour.py patients_tour.py shared_pc.py tour.py two_windows.py)
ON_A_SCREEN = $(if $(shell command -v xvfb-run),QT_QPA_PLATFORM=xcb xvfb-run -a)

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.ready ## make .venv with every program, install the system libraries when root

.venv/.ready: requirements/dev.txt requirements/tools.txt pyproject.toml installer/system-libraries.sh
	bash installer/system-libraries.sh
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt
	$(BIN)/uv pip sync --quiet --require-hashes requirements/dev.txt
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

run: setup ## open the demo hospital: the running RCP (without a display: headless, with a report)
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then $(BIN)/consilium demo --participants $(PARTICIPANTS); \
	else $(BIN)/consilium demo --headless --participants $(PARTICIPANTS) --seconds $(SECONDS_IN_CALL) \
	  --report build/demo/report.json --screenshots build/demo/screenshots; fi

test: setup ## all tests but the long ones
	$(BIN)/python -m pytest -m "not long" -n auto --maxprocesses 4 --dist worksteal $(addprefix --ignore=,$(ALONE))
	$(BIN)/python -m pytest -m "not long" $(ALONE)

test-long: setup ## the long tests: 24 participants, soak, long fuzz
	$(BIN)/python -m pytest -m long

soak-kill: setup ## 1,000 kills each of window, gateway and relay: nothing acknowledged lost or doubled
	$(ON_A_SCREEN) $(BIN)/python -m pytest -m long tests/soak -k kills

lint: setup ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## write the format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup ## ratios as JSON lines (AREA=… for one area)
	$(BIN)/python -m tests.bench $(AREA)

screenshots: setup ## render every screen into build/screenshots
	$(BIN)/consilium screenshots --out build/screenshots

requirements: ## pin every dependency with hashes
	bash requirements/compile.sh

clean: ## remove what was built
	rm -rf build dist .venv *.egg-info

.PHONY: help setup run test test-long soak-kill lint format bench screenshots requirements clean
