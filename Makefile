# What a fresh clone needs is Python 3.11 and make. The contract of each target is in README.md.

PORT ?= 8000
HOST ?= 127.0.0.1
export PORT HOST
# Of all others make hands on what it was given. Exporting one that nobody set would set it, to nothing.

PY := .venv/bin/python
SEEK := for p in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done
MO := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
# Tests have a data folder of their own and must not meet the settings of a site.
TEST := env -u LIAISON_HTTPS -u LIAISON_DEBUG LIAISON_HOME=$(CURDIR)/var/test LIAISON_TEST=1

.PHONY: run test lint bench proof requirements clean browser
.DELETE_ON_ERROR:

run: .venv/run.stamp $(MO)
	@$(PY) manage.py run

test: .venv/dev.stamp $(MO) browser
	@$(TEST) $(PY) -m pytest -n 2 $(ARGS)

lint: .venv/dev.stamp $(MO)
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(TEST) $(PY) manage.py makemigrations --check --dry-run
	env LIAISON_HTTPS=1 LIAISON_HOME=$(CURDIR)/var/test $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) -m djlint --lint --quiet templates
	$(TEST) $(PY) manage.py messages --check

bench: .venv/dev.stamp $(MO)
	@$(PY) -m bench

# Kills whatever takes part in sending, at every step, and counts what arrives (docs/scale.md).
ROUNDS ?= 200
proof: .venv/dev.stamp $(MO)
	@env LIAISON_HOME=$(CURDIR)/var/proof $(PY) -m tests.proof --rounds $(ROUNDS) $(ARGS)

requirements: .venv/dev.stamp
	$(PY) -m piptools compile --quiet --upgrade --strip-extras --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --output-file requirements.txt requirements.in
	$(PY) -m piptools compile --quiet --upgrade --strip-extras --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --output-file requirements-dev.txt requirements-dev.in

# Data stays: whoever wants it gone deletes var/ by hand.
clean:
	rm -rf .venv var/test var/proof .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete

# The interpreter, made again when it is missing or broken (a clone that was copied, a Python that was removed).
.venv/made.stamp:
	@python=$$($(SEEK)); \
	if [ -z "$$python" ]; then echo '错误：需要 Python 3.11 或更新的版本（含 venv 模块；Debian：apt-get install python3-venv）' >&2; exit 1; fi; \
	$(PY) -m pip --version >/dev/null 2>&1 || { echo "正在建立虚拟环境（$$python）……"; "$$python" -m venv --clear .venv; }
	@touch $@

.venv/run.stamp: requirements.txt .venv/made.stamp
	@echo '正在安装依赖……'
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	@echo '正在安装测试工具……'
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-dev.txt
	@touch $@

%.mo: %.po | .venv/run.stamp
	@$(PY) manage.py messages --compile

browser:
	@for b in chromium chromium-browser google-chrome; do command -v $$b >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo '正在安装 Chromium……'; \
		{ apt-get install -y -qq chromium || { apt-get update -qq && apt-get install -y -qq chromium; }; } >/dev/null 2>&1 && exit 0; \
	fi; \
	echo '################################################################' >&2; \
	echo '## 没有找到 Chromium，也无法安装：浏览器测试将全部跳过！        ##' >&2; \
	echo '################################################################' >&2
