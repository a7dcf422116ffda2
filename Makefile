# The words of the README. Each installs what it needs and nothing more; the second time it starts at once.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# What pytest is given besides: `make test ARGS="tests/storage -k due"`
ARGS ?=
WORKERS ?= 2

.PHONY: run test check bench lock clean

run: $(BIN)/.installed
	@exec $(BIN)/niangjia demo

test: $(BIN)/.installed-tests
	@sh tests/kit/system-packages.sh
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

check: $(BIN)/.installed-tests
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(BIN)/.installed-benchmarks
	@sh tests/kit/system-packages.sh
	$(BIN)/python tests/benchmarks/run.py $(ARGS)

# Pins every library at the newest version that fits pyproject.toml. Needs uv (https://docs.astral.sh/uv/).
UV ?= uv
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate --upgrade pyproject.toml
lock:
	$(LOCK) -o deploy/requirements.txt
	$(LOCK) --extra dev -o tests/requirements.txt
	$(LOCK) --extra dev --extra bench -o tests/benchmarks/requirements.txt

clean:
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv .venv

# The stamps: newer than the list they were installed from, or installed again.
$(BIN)/.installed: deploy/requirements.txt pyproject.toml | $(BIN)/python
	$(PIP) -r deploy/requirements.txt
	$(PIP) --no-deps -e .
	@touch $@

$(BIN)/.installed-tests: tests/requirements.txt $(BIN)/.installed
	$(PIP) -r tests/requirements.txt
	@touch $@

$(BIN)/.installed-benchmarks: tests/benchmarks/requirements.txt $(BIN)/.installed-tests
	$(PIP) -r tests/benchmarks/requirements.txt
	@touch $@
