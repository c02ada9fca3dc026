# Everything is set up by the first target that needs it: .venv and .tools, nothing outside.

PYTHON ?= python3
JOBS ?= 2
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup setup-run run test test-target size flash deploy image lint typecheck bench soak lock clean distclean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## bring in all tools, pinned (MICROPYTHON= names one of your own)
	@$(PYTHON) tools/setup test

setup-run:
	@$(PYTHON) tools/setup run

run: setup-run ## 22 degC through a real cold spell, and a group on one feeder (DAYS=, WEATHER=, HOUSE=)
	@$(BIN)/nuanbu sim run --out build/run --group 8 \
		$(if $(DAYS),--days "$(DAYS)") \
		$(if $(WEATHER),--weather "$(WEATHER)") \
		$(if $(HOUSE),--house "$(HOUSE)")

test: setup lint typecheck ## all checks but the soak tests, under 15 minutes (JOBS=2)
	$(BIN)/pytest -n $(JOBS) --ignore host_tests/target host_tests

test-target: ## the firmware on a 32-bit MicroPython under QEMU: heap, allocation, instructions
	@$(PYTHON) tools/setup target
	$(BIN)/pytest -n $(JOBS) host_tests/target/test_pure_modules.py
	$(BIN)/pytest -s --ignore host_tests/target/test_pure_modules.py host_tests/target

size: setup-run ## the application as .mpy files in build/deploy, and what they take
	@$(BIN)/python -m nuanbu.flash.application

flash: setup-run ## all of it onto a board (PORT=, BOARD=, IMAGE=MicroPython.bin, SETTINGS=file.json)
	@test -n "$(PORT)" -a -n "$(BOARD)" || { echo "say PORT= and BOARD= (see docs/flashing.md)"; exit 2; }
	@$(BIN)/nuanbu --port "$(PORT)" flash "$(BOARD)" $(if $(IMAGE),--image "$(IMAGE)") \
		$(if $(SETTINGS),--settings "$(SETTINGS)") $(if $(YES),--yes)

deploy: setup-run ## the application and board.py alone onto a board (PORT=, BOARD=)
	@test -n "$(PORT)" -a -n "$(BOARD)" || { echo "say PORT= and BOARD= (see docs/flashing.md)"; exit 2; }
	@$(BIN)/nuanbu --port "$(PORT)" flash "$(BOARD)" $(if $(YES),--yes)

image: setup-run ## MicroPython with the firmware frozen in (BOARD=, IDF= ESP-IDF, MPY= its sources)
	@$(BIN)/python -m nuanbu.flash.image "$(BOARD)" $(if $(IDF),--idf "$(IDF)") $(if $(MPY),--mpy "$(MPY)")

lint: setup ## ruff over every Python file
	$(BIN)/ruff check .

typecheck: setup ## pyright: the device against MicroPython's stubs, then the host side
	$(BIN)/pyright -p tools/typings/device.json
	$(BIN)/pyright

bench: setup-run ## the table of figures, the worst case over all houses
	@$(BIN)/nuanbu bench
	@$(BIN)/nuanbu fleet bench
	@$(BIN)/nuanbu bench installer

soak: ## the tests that `make test` leaves out, figures, a season offline (DAYS=, MICROPYTHON_LIB=)
	@$(PYTHON) tools/setup soak
	$(BIN)/pytest -m soak -v -n $(JOBS) --timeout 7200 host_tests
	$(BIN)/nuanbu bench life
	$(BIN)/nuanbu bench season $(if $(DAYS),--days "$(DAYS)")

lock: setup ## renew tools/requirements*.txt from tools/pyproject.toml
	$(BIN)/python tools/setup/lock.py

clean: ## remove what runs and tests left behind
	rm -rf build .pytest_cache .ruff_cache .hypothesis tools/*.egg-info
	find firmware lib boards host_tests tools -name __pycache__ -prune -exec rm -rf {} +

distclean: clean ## remove the tools as well
	rm -rf .venv .tools
