# Two commands are all a newcomer needs: `make book` and `make test`. Each sets up
# what it needs, into .venv, on any machine with make and Python 3.11-3.13.

# The first of these that exists and is a supported version is used.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	2>/dev/null && echo $$p && break; done)
VENV := .venv
# On a machine with an NVIDIA GPU: REQUIREMENTS=requirements-gpu.txt
REQUIREMENTS ?= requirements.txt
RUN := $(VENV)/bin/python
# A stamp named after the pins: changed pins are installed, unchanged ones are not.
STAMP = $(VENV)/.installed-$(shell cat $(REQUIREMENTS) pyproject.toml | cksum | cut -d' ' -f1)

.DEFAULT_GOAL := help
.PHONY: help setup book test test-gpu test-oldest test-newest test-backends check-pages \
	health notebooks experiments slides workshop room room-check doors bench lock clean

help:  ## Say what each command does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

setup: $(STAMP)  ## Create .venv with the pinned packages (the others call it)

$(STAMP): $(REQUIREMENTS) pyproject.toml
ifeq ($(strip $(PYTHON)),)
	@echo "No Python 3.11, 3.12 or 3.13 found. Install one, or name it: make book PYTHON=/path/to/python3.12" >&2; exit 1
endif
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v < (3, 14) else f"The book needs Python 3.11, 3.12 or 3.13; $(PYTHON) is {v[0]}.{v[1]}. Name another: make book PYTHON=/path/to/python3.12")'
	@echo "Setting up $(VENV) with $(PYTHON), some minutes the first time ..."
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check -r $(REQUIREMENTS)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

book: setup  ## Build the HTML book from the committed notebooks; executes nothing
	@$(RUN) -m tools.build_book

test: setup  ## Run all tests: package, notebooks against their outputs, hygiene
	@$(RUN) -m tools.run_tests $(ARGS)

test-gpu: setup  ## Run all notebooks on the GPU; a failure where there is none
	@$(RUN) -m tools.backends --gpu $(ARGS); outcome=$$?; \
	$(RUN) -m tools.backends_page && exit $$outcome

test-oldest: setup  ## As test, with the oldest packages that pyproject.toml allows
	@$(RUN) -m pip install --quiet uv
	@$(RUN) -m tools.versions oldest $(ARGS)

test-newest: setup  ## As test, with the newest packages that pyproject.toml allows
	@$(RUN) -m pip install --quiet uv
	@$(RUN) -m tools.versions newest $(ARGS)

test-backends: setup  ## Run all notebooks on JAX and on PyTorch, and write the page
	@$(RUN) -m tools.backends $(ARGS); outcome=$$?; \
	$(RUN) -m tools.backends_page && exit $$outcome

check-pages: setup slides  ## Check the built pages and slides in headless Chromium
	@$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-pages.txt
	@$(RUN) -m tools.check_pages

health: setup  ## Write the health page; after `make test`, with that run's results
	@$(RUN) -m tools.health --record && $(RUN) -m tools.backends_page

notebooks: setup  ## Execute the notebooks that changed, in place (ALL=1: all of them)
	@$(RUN) -m tools.notebooks execute $(if $(ALL),--all) $(ONLY)

experiments: setup  ## Run the experiments whose code or data changed (ALL=1: all)
	@$(RUN) -m tools.experiments run $(if $(ALL),--all) $(ONLY)

slides: setup book  ## Write slides from the chapters, for a browser with no network
	@$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-slides.txt
	@$(RUN) -m tools.slides $(ONLY)

workshop: setup  ## Write the exercises without their solutions, and a zip for a room
	@$(RUN) -m tools.workshop $(ARGS)

# For laptops of other kinds: make room SYSTEMS="linux windows macos" PYTHONS=3.12
room: slides  ## The same with packages, data, book and slides: a room with no network
	@$(RUN) -m tools.workshop --data --wheels $(if $(SYSTEMS),--systems $(SYSTEMS)) \
		$(if $(PYTHONS),--pythons $(PYTHONS))

room-check: setup  ## Try the bundle of `make room` with the network blocked (Linux)
	@$(RUN) -m tools.room $(ARGS)

doors: setup  ## Open a notebook as Colab and Binder do, in environments like theirs
	@$(RUN) -m tools.doors $(ONLY)

bench: setup  ## Measure speed, as ratios
	@$(RUN) -m tools.bench

lock: setup  ## Pin the newest packages that requirements/*.in allow
	@$(RUN) -m pip install --quiet uv
	@$(RUN) -m tools.lock

clean:  ## Remove what was built and installed
	rm -rf $(VENV) _build *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
