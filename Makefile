# Consilium. `make` alone prints what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PARTICIPANTS ?= 8
SECONDS_IN_CALL ?= 20
COUNT ?= 10000
# Users who watch the screen: two at a time. Sound and pictures in real time: they want both cores for themselves.
WATCHING := $(addprefix tests/e2e/test_,first_run.py messages_tour.py monitoring_tour.py patients_tour.py shared_pc.py)
ALONE := $(addprefix tests/e2e/test_,demo.py tour.py two_windows.py)
# Meetings held to seconds, without pictures: one on each core.
HELD := tests/unit/relay/test_meeting.py tests/unit/room/test_live.py
# Counts frames of a camera's rhythm: what else the machine does would count as lost.
LOSSY := tests/unit/relay/test_meeting.py::test_five_percent_loss_each_way_costs_less_than_a_frame_in_a_thousand
# Tests wait as much as they compute: two more of them at a time than there are cores.
AT_ONCE ?= $(shell echo $$(($$(nproc) < 4 ? $$(nproc) + 2 : 6)))
# Their files lie in memory where there is room: a disk synced a hundred thousand times is what they would wait for.
FILES := $(shell test "$$(df -Pm /dev/shm | awk 'NR == 2 {print $$4}')" -gt 4000 2>/dev/null && echo TMPDIR=/dev/shm)
PYTEST = $(FILES) $(BIN)/python -m pytest
# What failed gets one more try, by itself, and its name is printed: on a machine that others load, a second can last ten.
TESTS = $(PYTEST) -m "not long" $(1) --cache-clear || { test $$? -eq 1 && echo "Once more, one at a time:" && \
  $(PYTEST) -m "not long" $(1) -n 0 -v --last-failed --last-failed-no-failures none --maxfail 1; }
# Programs are compiled once, not by each of the thousand processes that the tests start.
unexport PYTHONDONTWRITEBYTECODE
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
	$(call TESTS,-n $(AT_ONCE) --dist worksteal $(addprefix --ignore=,$(WATCHING) $(HELD) $(ALONE)))
	$(call TESTS,-n 2 --dist worksteal $(WATCHING))
	$(call TESTS,-n 2 --dist worksteal $(HELD) --deselect $(LOSSY))
	$(call TESTS,$(ALONE) $(LOSSY))

test-long: setup ## the long tests: 24 participants, soak, long fuzz
	$(BIN)/python -m pytest -m long

soak-kill: setup ## 1,000 kills each of window, gateway and relay: nothing acknowledged lost or doubled
	$(ON_A_SCREEN) $(BIN)/python -m pytest -m long tests/soak -k kills

schedules: setup ## COUNT (10,000) random schedules of loss, reordering and restart: nothing undecryptable, nothing shown twice
	$(BIN)/python -m tests.property $(COUNT)

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

.PHONY: help setup run test test-long soak-kill schedules lint format bench screenshots requirements clean
