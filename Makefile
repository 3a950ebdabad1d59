# make run     the demo, and a house of your own beside it; ARGS="serve" for that alone
# make test    all tests and lint; PostgreSQL is started by the tests
# make help    the rest

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
.PHONY: run path test lint bench scorecard screens mutants crash soak fuzz help need need-test build clean

# Outside the checkout: a fresh clone then builds in seconds what another one has built before.
KITH_BUILD ?= $(HOME)/.cache/kith/build
KITH_TEST_DATA ?= $(HOME)/.cache/kith/data
DATA ?= ../shared/data
ARGS ?= demo --own 127.0.0.1:8081
# So many tests at once: more keep a small machine so busy that servers and clients lose patience with each other.
WIDTH ?= 10
SWIFT_FLAGS := --explicit-target-dependency-import-check error
ifdef RELEASE
  CONFIGURATION := release
  SCRATCH := $(KITH_BUILD)-release
else
  CONFIGURATION := debug
  SCRATCH := $(KITH_BUILD)
endif
# Two servers of address books, for the tests alone.
KITH_DAV ?= $(HOME)/.cache/kith/dav
DAV_SERVERS := radicale==3.9.0 xandikos==0.4.10
# A second mail server, for the tests alone.
KITH_PYMAP ?= $(HOME)/.cache/kith/pymap
PYMAP := pymap==0.36.7 pysasl==1.2.0 proxy-protocol==0.11.3
# CRMs, for the tests alone: Tryton, besides the older one that Debian has, and amagi-crm.
KITH_TRYTON ?= $(HOME)/.cache/kith/tryton
TRYTON := trytond==8.2.1 trytond_party==8.2.0 trytond_party_relationship==8.2.0
KITH_AMAGI ?= $(HOME)/.cache/kith/amagi
AMAGI := amagi-crm==0.1.0
# HubSpot's own client, by which the staged HubSpot is tried.
KITH_HUBSPOT ?= $(HOME)/.cache/kith/hubspot
HUBSPOT := hubspot-api-client==12.0.0
# What drives Debian's Chromium, and what looks whether everybody can use a page.
KITH_BROWSER ?= $(HOME)/.cache/kith/browser
BROWSER := playwright==1.65.2 axe-playwright-python==0.1.8 pillow==13.0.0 zxing-cpp==3.1.1
export KITH_BUILD KITH_TEST_DATA KITH_DAV KITH_PYMAP KITH_TRYTON KITH_AMAGI KITH_HUBSPOT KITH_BROWSER

PACKAGES := libsqlite3-dev libpq-dev libphonenumber-dev libical-dev libsodium-dev zlib1g-dev ca-certificates pkg-config
TEST_PACKAGES := postgresql-15 dovecot-imapd strace notmuch isync python3 python3-venv rsync openssl curl python3-aiosmtpd \
  tryton-server tryton-modules-party tryton-modules-party-relationship chromium fonts-dejavu-core

# Installs what is missing (Debian 12), and asks nobody if nothing is.
define install
missing=(); \
for name in $(1); do dpkg-query -W -f '$${Status}' "$$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$$name"); done; \
if [ $${#missing[@]} -gt 0 ]; then \
  echo "installing: $${missing[*]}"; \
  root=(); [ "$$(id -u)" = 0 ] || root=(sudo); \
  "$${root[@]}" apt-get update -qq; \
  "$${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$${missing[@]}" >/dev/null; \
fi
endef

help:
	@echo "make run [ARGS=\"serve\"] [RELEASE=1]   builds and runs kith; without ARGS the demo"
	@echo "make test     every test, then lint"
	@echo "make lint     format, sizes, what must not stand in sources"
	@echo "make bench    the figures of docs/bench.md"
	@echo "make scorecard  the figures of docs/scorecard.md"
	@echo "make screens  the pictures of docs/screens"
	@echo "make mutants  breaks each promise once: does its test notice?"
	@echo "make crash    kills import and delivery at every writing call"
	@echo "make soak     runs on and on under load"
	@echo "make fuzz     feeds the parsers with broken input"

run: build
	@exec "$$(swift build -c $(CONFIGURATION) --scratch-path "$(SCRATCH)" --show-bin-path)/kith" $(ARGS)

# Where the binary is: alias kith="$(make -s path)"
path: need
	@swift build -c $(CONFIGURATION) --scratch-path "$(SCRATCH)" $(SWIFT_FLAGS) --product kith >&2
	@echo "$$(swift build -c $(CONFIGURATION) --scratch-path "$(SCRATCH)" --show-bin-path)/kith"

build: need
	@swift build -c $(CONFIGURATION) --scratch-path "$(SCRATCH)" $(SWIFT_FLAGS) --product kith

need:
	@command -v swift >/dev/null || { echo "Swift 6.3 is missing: see https://www.swift.org/install/linux/"; exit 1; }
	@swift --version 2>/dev/null | grep -qE 'version (6\.[3-9]|[7-9])' || { echo "Swift 6.3 or newer is needed"; exit 1; }
	@$(call install,$(PACKAGES))

# The tests start a PostgreSQL, a Dovecot and a Tryton of their own; the packages must not start others.
need-test: need
	@if ! dpkg-query -W -f '$${Status}' postgresql-15 2>/dev/null | grep -q 'ok installed'; then \
	  root=(); [ "$$(id -u)" = 0 ] || root=(sudo); \
	  "$${root[@]}" mkdir -p /etc/postgresql-common; \
	  [ -e /etc/postgresql-common/createcluster.conf ] || \
	    echo 'create_main_cluster = false' | "$${root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null; \
	fi
	@if ! dpkg-query -W -f '$${Status}\n' dovecot-imapd tryton-server 2>/dev/null | grep -c 'ok installed' | grep -qx 2; then \
	  root=(); [ "$$(id -u)" = 0 ] || root=(sudo); \
	  "$${root[@]}" mkdir -p /etc/systemd/system; \
	  for unit in dovecot.service dovecot.socket tryton-server.service; do \
	    [ -e "/etc/systemd/system/$$unit" ] || "$${root[@]}" ln -s /dev/null "/etc/systemd/system/$$unit"; \
	  done; \
	  if [ ! -e /usr/sbin/policy-rc.d ]; then \
	    printf '#!/bin/sh\nexit 101\n' | "$${root[@]}" install -m 755 /dev/stdin /usr/sbin/policy-rc.d; \
	    trap '"$${root[@]}" rm -f /usr/sbin/policy-rc.d' EXIT; \
	  fi; \
	  $(call install,$(TEST_PACKAGES)); \
	fi
	@$(call install,$(TEST_PACKAGES))
	@[ -x "$(KITH_DAV)/bin/radicale" ] && [ -x "$(KITH_DAV)/bin/xandikos" ] || { \
	  echo "installing: $(DAV_SERVERS)"; python3 -m venv "$(KITH_DAV)" && "$(KITH_DAV)/bin/pip" install -q $(DAV_SERVERS); }
	@[ -x "$(KITH_PYMAP)/bin/pymap" ] || { \
	  echo "installing: $(PYMAP)"; python3 -m venv "$(KITH_PYMAP)" && "$(KITH_PYMAP)/bin/pip" install -q $(PYMAP); }
	@[ -x "$(KITH_TRYTON)/bin/trytond" ] || { \
	  echo "installing: $(TRYTON)"; python3 -m venv "$(KITH_TRYTON)" && "$(KITH_TRYTON)/bin/pip" install -q $(TRYTON); }
	@[ -x "$(KITH_AMAGI)/bin/amagi-crm" ] || { \
	  echo "installing: $(AMAGI)"; python3 -m venv "$(KITH_AMAGI)" && "$(KITH_AMAGI)/bin/pip" install -q $(AMAGI); }
	@[ -e "$(KITH_HUBSPOT)/.installed" ] || { \
	  echo "installing: $(HUBSPOT)"; python3 -m venv "$(KITH_HUBSPOT)" && \
	  "$(KITH_HUBSPOT)/bin/pip" install -q $(HUBSPOT) && touch "$(KITH_HUBSPOT)/.installed"; }
	@[ "$$(cat "$(KITH_BROWSER)/.installed" 2>/dev/null)" = "$(BROWSER)" ] || { \
	  echo "installing: $(BROWSER)"; python3 -m venv "$(KITH_BROWSER)" && \
	  "$(KITH_BROWSER)/bin/pip" install -q $(BROWSER) && echo "$(BROWSER)" >"$(KITH_BROWSER)/.installed"; }

# Real test data lies beside the checkout where it is to be had; tests that need it say when they skip.
$(KITH_TEST_DATA)/.unpacked: $(wildcard $(DATA)/MANIFEST.tsv)
	@if [ -d "$(DATA)" ]; then \
	  echo "unpacking test data"; mkdir -p "$(KITH_TEST_DATA)"; \
	  find "$(DATA)" -name '*.tar.gz' -exec tar -xzf {} -C "$(KITH_TEST_DATA)" --no-same-owner \; ; touch "$@"; \
	fi

test: need-test $(KITH_TEST_DATA)/.unpacked
	@[ -d "$(KITH_TEST_DATA)" ] || unset KITH_TEST_DATA; \
	swift build --build-tests --scratch-path "$(KITH_BUILD)" $(SWIFT_FLAGS); \
	code=0; log="$(KITH_BUILD)/test.log"; \
	swift test --skip-build --experimental-maximum-parallelization-width $(WIDTH) --scratch-path "$(KITH_BUILD)" $(SWIFT_FLAGS) 2>&1 | tee "$$log" \
	  | { grep --line-buffered -vE '^.{1,4}(Test|Suite) .*(started|passed after)' || true; } || code=1; \
	make --no-print-directory lint || code=1; \
	grep -E 'Test run with .* (passed|failed)' "$$log" | tail -1 || code=1; \
	exit $$code

lint:
	@swift format lint --strict --recursive --parallel --configuration .swift-format Package.swift Sources Tests Plugins
	@long=$$(git ls-files -co --exclude-standard 'Sources/*.swift' 'Tests/*.swift' | while read -r file; do \
	  [ -f "$$file" ] && lines=$$(wc -l <"$$file") && [ "$$lines" -gt 400 ] && echo "$$file: $$lines lines"; done; true); \
	if [ -n "$$long" ]; then echo "over 400 lines:"; echo "$$long"; exit 1; fi
	@found=$$(git ls-files -co --exclude-standard 'Sources/*.swift' | xargs grep -nE \
	  '\b(try!|fatalError\(|preconditionFailure\(|as! )|^[[:space:]]*print\(|nonisolated\(unsafe\)' || true); \
	if [ -n "$$found" ]; then echo "these do not stand in Sources:"; echo "$$found"; exit 1; fi

bench: need-test $(KITH_TEST_DATA)/.unpacked
	@scripts/bench.sh

# Status 4 says that figures miss their bars: the page is written all the same. A rate is one of a release build.
scorecard: need $(KITH_TEST_DATA)/.unpacked
	@$(MAKE) -s RELEASE=1 build; \
	kith="$$(swift build -c release --scratch-path "$(KITH_BUILD)-release" --show-bin-path)/kith"; code=0; \
	"$$kith" lab scorecard --commit "$$(git rev-parse --short=12 HEAD)" >docs/scorecard.md.new || code=$$?; \
	[ $$code = 0 ] || [ $$code = 4 ] || { rm -f docs/scorecard.md.new; exit $$code; }; \
	mv docs/scorecard.md.new docs/scorecard.md

# Pictures of the main pages of the demo.
screens: need-test build
	@"$(KITH_BROWSER)/bin/python3" -B Tests/Browser/screens.py \
	  "$$(swift build -c $(CONFIGURATION) --scratch-path "$(SCRATCH)" --show-bin-path)/kith" docs/screens

mutants: need-test
	@scripts/mutants.sh

crash: need-test
	@scripts/crash.sh

soak: need-test
	@scripts/soak.sh

fuzz: need
	@scripts/fuzz.sh

clean:
	rm -rf "$(KITH_BUILD)" "$(KITH_BUILD)-release"
