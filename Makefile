# The two commands that do all the set-up are `make run` and `make test`.
# Debian's own Python was compiled along a profile: the tests take it 5 to 9 % less time than one built from source without.
DEBIANS := /usr/bin/python3.11
ifndef PYTHON
PYTHON := $(shell $(DEBIANS) -c "import ensurepip" 2>/dev/null && echo $(DEBIANS) || echo python3)
endif
VENV := .state/venv/bin
IN_TEST_SERVERS := $(VENV)/python -m cdmo.servers.with_servers test
SOURCES := manage.py cdmo audit accounts worksheets charts catalogue projects documents notifications process phases desk

.DEFAULT_GOAL := help
.PHONY: audit help bench bench-growth bench-profile compose-proof installable run test test-all test-fast weigh lint types format shell reset lock messages catalogues environment test-environment

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

run: environment ## run the product on private servers (PORT=8000)
	@exec $(VENV)/python -m cdmo.servers.run

test: test-environment ## what must hold before a change lands: style, types, advisories, layers, templates, migrations, settings, and most tests
	@$(MAKE) --jobs=2 types lint installable audit
	@$(IN_TEST_SERVERS) $(VENV)/python -m pytest tests -n 3 -m "not long"

test-all: test-environment ## the same with every test, half an hour: before a release, and after a change of what many pages share
	@$(MAKE) --jobs=2 types lint installable audit
	@$(IN_TEST_SERVERS) $(VENV)/python -m pytest tests -n 3

weigh: test-environment ## run every test, on an idle machine, and write anew which of them make test leaves to make test-all
	@$(IN_TEST_SERVERS) $(VENV)/python -m pytest tests -n 3 --junitxml=.state/cache/weights.xml
	@$(VENV)/python -m tests.weighing .state/cache/weights.xml

test-fast: test-environment ## the quick half of the tests, under two minutes
	@$(IN_TEST_SERVERS) $(VENV)/python -m pytest tests -n 2 -m "not integration and not browser and not slow and not long"

lint: test-environment ## ruff, import-linter, djlint
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/lint-imports --cache-dir .state/cache/import-linter
	$(VENV)/djlint templates --lint --quiet

types: test-environment ## mypy
	$(VENV)/mypy $(SOURCES)

installable: test-environment ## no migration is missing, and Django's own checks for production pass
	@$(IN_TEST_SERVERS) sh -c "$(VENV)/python manage.py makemigrations --check --dry-run && $(VENV)/python -m tests.migrated"
	@CDMO_ENVIRONMENT=production SECRET_KEY="$$($(VENV)/python -c 'import secrets; print(secrets.token_urlsafe(60))')" ALLOWED_HOSTS=tracker.example.com DATABASE_URL=postgres://cdmo_app@127.0.0.1/cdmo REDIS_URL=redis://127.0.0.1:6379/0 $(VENV)/python manage.py check --deploy --fail-level WARNING

audit: test-environment ## known advisories against the pinned packages; says so where the source cannot be reached
	@$(VENV)/python -m tests.advisories

format: test-environment ## put the code into its shape
	$(VENV)/ruff check --fix .
	$(VENV)/ruff format .

shell: environment ## a Django shell on the database of a running `make run`
	@$(VENV)/python -m cdmo.servers.shell

reset: ## forget data, files and logs of `make run` (it must be stopped)
	@$(PYTHON) cdmo/servers/reset.py

lock: test-environment ## compile requirements*.txt with hashes from requirements*.in
	$(VENV)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links requirements.in
	$(VENV)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links requirements-dev.in

compose-proof: test-environment ## run docker-compose.yml for real and kill its parts in the middle of work
	@$(VENV)/python -m tests.compose.proof

bench: test-environment ## measure the product beside a bare floor, at 10,000 projects; writes docs/benchmarks.md
	@$(VENV)/python -m tests.bench

bench-profile: test-environment ## where the time of the API's lists, a 304 and a page goes (after make bench; ARGS="--page /rfps/")
	@$(VENV)/python -m tests.bench.profile $(ARGS)

bench-growth: test-environment ## the API's lists at 100,000 projects beside 1,000 (half an hour and 20 GB at first)
	@$(VENV)/python -m tests.bench.growth

messages: test-environment ## collect the texts for translation
	$(VENV)/python manage.py makemessages --all --ignore .state --no-location

catalogues: test-environment ## compile the translations (locale/); a test holds them beside their sources
	$(VENV)/python -m tests.catalogues

environment:
	@$(PYTHON) cdmo/servers/bootstrap.py

test-environment:
	@$(PYTHON) cdmo/servers/bootstrap.py --tests
