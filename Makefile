# Everything starts here; continuous integration calls the same targets.
# Presupposed on the machine: make, Python 3.11 or newer with its venv module. Nothing else.
SHELL := /bin/sh
.DELETE_ON_ERROR:
.PHONY: help demo test bench docs lint texts locks clean

PYTHON ?= python3
SERVE ?= yes
PORT ?= 8000
BIN := .venv/bin
SYNC := scripts/uv.sh pip sync --quiet --only-binary :all: --compile-bytecode
ADD := scripts/uv.sh pip install --quiet --only-binary :all: --compile-bytecode --requirement
EDITABLE := scripts/uv.sh pip install --quiet --no-deps --no-build-isolation --editable .

help:
	@echo 'make demo    Musterstadt rechnen, Bericht und Atlas schreiben, den Arbeitsplatz im Browser starten (SERVE=no: nur schreiben)'
	@echo 'make test    alle Prüfungen'
	@echo 'make bench   Zeitvergleiche mit anderen Bibliotheken'
	@echo 'make docs    Dokumentation neu erzeugen'
	@echo 'make lint    nur Stil, Typen und Stockwerke prüfen'
	@echo 'make texts   Übersetzungen neu übersetzen'
	@echo 'make locks   Sperrdateien neu berechnen'

# One environment; each stamp says how much of it is there. dev and bench contain what stands before them.
.venv/uv: requirements-uv.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-uv.lock
	@touch $@

.venv/ready: requirements.lock pyproject.toml scripts/uv.sh | .venv/uv
	@echo 'Programm und Bibliotheken werden eingerichtet ...'
	@if [ -e .venv/dev ]; then $(ADD) requirements.lock; else $(SYNC) requirements.lock; fi
	$(EDITABLE)
	@touch $@

.venv/dev: .venv/ready requirements-dev.lock
	$(SYNC) requirements-dev.lock
	$(EDITABLE)
	@rm -f .venv/bench
	@touch $@

.venv/bench: .venv/dev requirements-bench.lock
	$(SYNC) requirements-bench.lock
	$(EDITABLE)
	@touch $@

DEMO := out/musterstadt
RUN := $(BIN)/lebenslagen

demo: .venv/ready
	@rm -rf $(DEMO)
	@echo '1/5 Lieferungen lesen, prüfen und übernehmen'
	@$(RUN) start $(DEMO) --starter musterstadt
	@echo '2/5 Rechnen'
	@$(RUN) build $(DEMO)
	@echo '3/5 Schützen und freigeben'
	@$(RUN) release $(DEMO) sozialbericht-2020 --by 'A. Planung' --approved-by 'B. Statistik'
	@$(RUN) release $(DEMO) sozialbericht-2024 --by 'A. Planung' --approved-by 'B. Statistik'
	@echo '4/5 Sozialbericht'
	@$(RUN) report $(DEMO)
	@echo '5/5 Sozialatlas'
	@$(RUN) atlas $(DEMO)
	@if [ '$(SERVE)' != no ]; then exec $(RUN) serve $(DEMO) --demo --port $(PORT); fi

test: .venv/dev
	@scripts/browser.sh
	$(BIN)/python -m pytest -m "not slow"
	@$(MAKE) --no-print-directory lint

lint: .venv/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo

bench: .venv/bench
	$(BIN)/python -m bench

docs: .venv/dev
	$(BIN)/python scripts/docs.py

texts: .venv/dev
	$(BIN)/python scripts/texts.py

# Without addresses of any package index, valid for every platform and Python from 3.11 on.
COMPILE := scripts/uv.sh pip compile --quiet --universal --only-binary :all: --generate-hashes --no-header --no-annotate --no-emit-index-url
locks: | .venv/uv
	$(COMPILE) pyproject.toml --group build --output-file requirements.lock
	$(COMPILE) pyproject.toml --group build --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(COMPILE) pyproject.toml --group build --group dev --group bench --constraint requirements-dev.lock --output-file requirements-bench.lock

clean:
	rm -rf .venv out .mypy_cache .pytest_cache .ruff_cache .hypothesis
