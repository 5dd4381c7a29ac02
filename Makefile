# The manual of this repository. Everything needs only python3 (3.11 or later) and make; the rest is installed into .venv.
SHELL := /bin/sh
PY := .venv/bin/python
ARGS ?=

.PHONY: help setup demo run test check contracts faults bench clean

help:            ## this list
	@sed -n 's/^\([a-z]*\): *\(.*\)## /\1\t/p' Makefile | expand -t 14

setup: .venv/.ready  ## install everything into .venv

.venv/.ready: pyproject.toml uv.lock
	test -x $(PY) || python3 -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'
	VIRTUAL_ENV=$(CURDIR)/.venv .venv/bin/uv sync --quiet --frozen --active --compile-bytecode
	touch $@

demo: setup      ## a district's first half of 2023, live in the browser
	.venv/bin/duban demo $(ARGS)

run: setup       ## everything in one process, data in ./duban-data
	.venv/bin/duban up $(ARGS)

check: setup     ## style, types, layers, contracts
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PY) -m contracts.generate --check
	$(PY) -m shared.lifecycle --check
	$(PY) -m shared.formulas --check

test: setup      ## every test, four at a time: they wait more than they work
	.venv/bin/pytest -q -n 4 --dist loadgroup -m "not bench" $(ARGS)

contracts: setup ## write schemas, AsyncAPI, lifecycle and formulas anew
	$(PY) -m contracts.generate
	$(PY) -m shared.lifecycle
	$(PY) -m shared.formulas

faults: setup    ## kill it more often than the tests do
	DUBAN_KILLS=20 .venv/bin/pytest -q tests/faults $(ARGS)

bench: setup     ## measure throughput and latency beside the floor, on this machine
	.venv/bin/pytest -q -m bench -s $(or $(ARGS),tests/bench)

clean:           ## remove what was installed and measured
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis bench-output
