# Easel's commands: `make run` starts it, `make test` proves it.

PYTHON ?=
VENV_PYTHON := .venv/bin/python
PYTEST := $(VENV_PYTHON) -m pytest
PROCESSES := -n 3 --dist worksteal
REPORT := test-results/postgresql.xml
COMPILE := $(VENV_PYTHON) -m piptools compile --quiet --generate-hashes --allow-unsafe \
	--strip-extras --no-header --no-emit-index-url --no-emit-find-links \
	--no-emit-trusted-host

.PHONY: run test check proof lock messages structure format installed installed-dev packages clients

# Start Easel. Ctrl-C ends it; PORT=, HOST= and EASEL_DATA_DIR= change where.
run: installed
	@exec $(VENV_PYTHON) manage.py easel_up

# Bytecode is kept, whatever the shell says: the suite starts this code some hundred times.
test check proof: export PYTHONDONTWRITEBYTECODE :=

# Everything: what touches the database on PostgreSQL first, then all of it on SQLite.
test: installed-dev packages clients
	@mkdir -p test-results && rm -f $(REPORT)
	@code=0; \
	$(VENV_PYTHON) -m tests.services.postgres $(PYTEST) $(PROCESSES) \
		-m "books and not browser and not clients and not wires and not check and not proof" --junitxml=$(REPORT) || code=$$?; \
	$(PYTEST) $(PROCESSES) --postgresql-report=$(REPORT) || code=$$?; \
	exit $$code

# The fast part, in under a minute: style, types, house rules, and what needs no database.
check: installed-dev
	@$(PYTEST) $(PROCESSES) -m "check and not proof"

# What takes longer, with its figures.
proof: installed-dev packages
	@$(VENV_PYTHON) -m tests.services.postgres $(PYTEST) $(PROCESSES) \
		-m "books and not browser and not clients and not proof" --parted
	@$(VENV_PYTHON) -m tests.services.postgres $(PYTEST) -m "proof and books and not browser" -s
	@$(PYTEST) -m proof -s

format: installed-dev
	@$(VENV_PYTHON) -m ruff check --quiet --fix . ; $(VENV_PYTHON) -m ruff format .

# Newest releases that fit requirements/*.in: `make lock UPGRADE=--upgrade`.
lock: installed-dev
	@$(COMPILE) $(UPGRADE) requirements/run.in --output-file requirements/run.txt
	@$(COMPILE) $(UPGRADE) requirements/dev.in --output-file requirements/dev.txt
	@$(COMPILE) $(UPGRADE) requirements/clients-now.in --output-file requirements/clients-now.txt
	@$(COMPILE) $(UPGRADE) requirements/clients-before.in --output-file requirements/clients-before.txt
	@! command -v npm >/dev/null || npm install --prefix tests/sdk/node --package-lock-only \
		--omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund
	@$(VENV_PYTHON) requirements/plain_npm_lock.py tests/sdk/node/package-lock.json

# Every marked string, for the translators; and what they wrote, as it is served.
messages: installed-dev
	@$(VENV_PYTHON) manage.py makemessages --all --no-obsolete --no-location \
		--ignore ".venv*" --ignore tests --ignore node_modules
	@cd playground && ../$(VENV_PYTHON) ../manage.py compilemessages

# What all migrations make, for new databases; after each new migration.
structure: installed-dev packages
	@folder=$$(mktemp -d); EASEL_DATA_DIR=$$folder $(VENV_PYTHON) manage.py write_structure; rm -r $$folder
	@$(VENV_PYTHON) -m tests.services.postgres $(VENV_PYTHON) manage.py write_structure

installed:
	@PYTHON=$(PYTHON) requirements/install.sh run

installed-dev:
	@PYTHON=$(PYTHON) requirements/install.sh dev

packages:
	@tests/services/packages.sh

# The official clients that tests/sdk calls Easel with.
clients: installed-dev
	@tests/sdk/install.sh
