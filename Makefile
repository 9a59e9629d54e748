# make demo · make test · make gui · make bench: each does its own set-up first.
VENV ?= .venv
PY := $(VENV)/bin/python
# The tests run without a display; those that want a real window start their own Xvfb.
HEADLESS := QT_QPA_PLATFORM=offscreen

.PHONY: help demo test gui bench types setup

help:
	@echo "make demo    the whole job on a made-up street: write, train, evaluate, movie, fused clouds (about five minutes)"
	@echo "make gui     the window"
	@echo "make test    the tests"
	@echo "make bench   the measurements, each against a named peer"
	@echo "make types   the type checker over engine and gui"

setup:
	@.ci/setup $(VENV) test

demo: setup
	$(PY) main.py demo

gui: setup
	$(PY) main.py

test: setup
	$(HEADLESS) $(PY) -m pytest -q

bench:
	@.ci/setup $(VENV) test,bench
	$(PY) tests/bench/run.py

types: setup
	@$(PY) -c 'import mypy' 2>/dev/null || $(PY) -m pip install --quiet mypy
	$(PY) -m mypy
