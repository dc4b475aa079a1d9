PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test lint notebooks docs pictures bench statistics restoration mutations clean

# The main job on the embedded example; ends with a report to open.
demo: $(STAMP)
	$(BIN)/svcimpact demo --out demo

# Tests that start and kill processes of their own have the machine to themselves.
ALONE := tests/test_sweep.py tests/test_workers.py tests/test_mutations.py

# Everything that has to hold: unit tests, properties, doctests, notebooks.
test: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(ALONE:%=--ignore=%)
	$(BIN)/python -m pytest $(ALONE)
	$(BIN)/python -m pytest --nbval notebooks -p no:cacheprovider -n 2 --dist loadfile

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m numpydoc.hooks.validate_docstrings $$(git ls-files 'svcimpact/*.py')

# Run every notebook in place: the only way that outputs are written.
notebooks: $(STAMP)
	$(BIN)/jupyter nbconvert --to notebook --execute --inplace notebooks/*.ipynb

# The documentation, as pages to open: docs/_build/html/index.html.
docs: $(STAMP)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[docs]'
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build/html

# Draw the README's chart again.
pictures: $(STAMP)
	$(BIN)/python docs/pictures.py

# Hold forecasts against real incidents, where the data sets are, and write docs/restoration.md.
restoration: $(STAMP)
	$(BIN)/python benchmarks/restoration_page.py

# Plant deliberate faults in copies of the package; every one has to be caught by a test.
mutations: $(STAMP)
	$(BIN)/python tests/mutations.py

# Measure ourselves and peers in the same run, and write docs/benchmarks.md.
bench: $(STAMP)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python benchmarks/run.py

# Measure what errors and ways of sampling are worth, and write docs/statistics.md.
statistics: $(STAMP)
	$(BIN)/python benchmarks/statistics_page.py

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $(STAMP)

clean:
	rm -rf $(VENV) demo
