# Everything happens in .venv; nothing global is touched. Needs Python >= 3.11 and make; uses uv when it is there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)

.PHONY: demo test check bench setup oldest docs clean

demo: setup
	@$(BIN)/freshears demo --out demo

test: setup
	@$(BIN)/python -m pytest -q

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m tests.check_lua
	@$(BIN)/python -m pytest -q tests/test_layers.py tests/osc/test_codec.py
	@$(MAKE) --no-print-directory oldest

bench: setup $(VENV)/.bench
	@$(BIN)/python -m bench

# The oldest versions pyproject.toml admits, on the parts that lean on them most.
oldest: $(VENV)-oldest/.done
	@$(VENV)-oldest/bin/python -m pytest -q -p no:cacheprovider $(shell cat tests/oldest.txt)

docs: setup
	@$(BIN)/python -m bridge.osc.docs docs/osc.md
	@$(BIN)/python -m tests.readme_transcript

setup: $(VENV)/.done

ifdef UV
$(VENV)/.done: pyproject.toml
	@echo "Setting up $(VENV) …"
	@uv venv -q --allow-existing --python ">=3.11" $(VENV)
	@VIRTUAL_ENV=$(VENV) uv pip install -q -e . --group test --group check
	@touch $@

$(VENV)/.bench: pyproject.toml $(VENV)/.done
	@VIRTUAL_ENV=$(VENV) uv pip install -q --group bench || echo "some peers cannot be installed; the tables name them"
	@touch $@
else
$(VENV)/.done: pyproject.toml
	@echo "Setting up $(VENV) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=...")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check -U "pip>=25.1"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e . --group test --group check
	@touch $@

$(VENV)/.bench: pyproject.toml $(VENV)/.done
	@$(BIN)/python -m pip install -q --group bench || echo "some peers cannot be installed; the tables name them"
	@touch $@
endif

$(VENV)-oldest/.done: pyproject.toml $(VENV)/.done
	@$(or $(UV),$(BIN)/uv) venv -q --allow-existing --python 3.11 $(VENV)-oldest
	@VIRTUAL_ENV=$(VENV)-oldest $(or $(UV),$(BIN)/uv) pip install -q --resolution lowest-direct -e . --group test
	@touch $@

clean:
	@rm -rf $(VENV) $(VENV)-oldest demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
