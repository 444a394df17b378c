# Everything happens in .venv; nothing global is touched. Needs Python >= 3.11 and make; uses uv when it is there.
# Another Python: make quick PYTHON=/path/to/python3.13 VENV=.venv-3.13
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
UV := $(or $(shell command -v uv 2>/dev/null),$(firstword $(wildcard $(BIN)/uv .venv/bin/uv)))

# One more than there are cores: the lane of the real DAW, and whoever waits for a process, leave most of a core to others.
CORES := $(shell $(PYTHON) -c 'import os; print(os.cpu_count() or 1)')
WORKERS ?= $(shell expr $(CORES) + 1)
# The tests of one group stay in one worker (tests/lanes.py); the groups that take longest begin first.
PYTEST := $(BIN)/python -m pytest -q
PARALLEL = $(PYTEST) -n $(WORKERS) --dist loadgroup --no-loadscope-reorder
UNIT := not slow and not real_daw and not real_browser
RULES := $(addprefix tests/,rules docs/test_map.py docs/test_glossary.py docs/test_decisions.py)
# Without compiled modules each worker of each run would rewrite every test anew: ten seconds of work.
export PYTHONDONTWRITEBYTECODE :=

# Python 3.11 and 3.12 read the path of an installed tree in the locale's encoding, and end where LC_ALL=C cannot say it.
BY_RELATIVE_PATH = for pth in $(VENV)/lib/python*/site-packages/_editable_impl_fresh_ears.pth; do echo ../../../.. > "$$pth"; done

.PHONY: demo test quick lint check bench fuzz soak setup oldest docs clean

demo: setup
	@$(BIN)/freshears demo --out demo

# Everything, with the real DAW and the browser where they are installed: minutes.
test: setup
	@$(PARALLEL)

# The unit tests, without the rules that lint holds: half a minute. They wait for nobody; WORKERS=0 is one process alone.
quick: WORKERS = $(CORES)
quick: setup
	@$(PARALLEL) -m "$(UNIT)" $(addprefix --ignore=,$(RULES)) --durations 5 --durations-min 1

# What needs no test to run: style, types, layers, words.
lint: setup
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format --check -q .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/python -m tests.check_lua
	@$(PYTEST) $(RULES)

check: lint
	@$(PYTEST) tests/osc/test_codec.py
	@$(MAKE) --no-print-directory oldest

bench: setup $(VENV)/.bench
	@$(BIN)/python -m bench

# Long lanes: hours; Ctrl+C stops them after a batch, and the next call goes on. Each has a short form in `make test`.
fuzz: setup
	@nice -n 19 $(BIN)/python -m bench.fuzz

soak: setup
	@nice -n 19 $(BIN)/python -m bench.soak

# The oldest versions that pyproject.toml admits, on the parts that lean on them most.
oldest: $(VENV)-oldest/.done
	@$(VENV)-oldest/bin/python -m pytest -q -p no:cacheprovider $(shell cat tests/oldest.txt)

docs: setup
	@$(BIN)/python -m bridge.osc.docs docs/osc.md
	@$(BIN)/python -m bridge.report.numbers_docs docs/numbers.md
	@$(BIN)/python -m bridge.daw.protocol.docs docs/daw-protocol.md
	@$(BIN)/python -m tests.readme_transcript

setup: $(VENV)/.done

ifdef UV
$(VENV)/.done: pyproject.toml
	@echo "Setting up $(VENV) …"
	@"$(UV)" venv -q --allow-existing --python "$(if $(filter file,$(origin PYTHON)),>=3.11,$(PYTHON))" $(VENV)
	@VIRTUAL_ENV=$(VENV) "$(UV)" pip install -q -e . --group test --group check
	@$(BY_RELATIVE_PATH)
	@touch $@

$(VENV)/.bench: pyproject.toml $(VENV)/.done
	@VIRTUAL_ENV=$(VENV) "$(UV)" pip install -q --group bench || echo "some peers cannot be installed; the tables name them"
	@touch $@
else
$(VENV)/.done: pyproject.toml
	@echo "Setting up $(VENV) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=...")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check -U "pip>=25.1"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e . --group test --group check
	@$(BY_RELATIVE_PATH)
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
	@rm -rf .venv .venv-* demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
