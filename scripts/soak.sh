#!/usr/bin/env bash
# Random lives of mailboxes on a real Dovecot (SOAK_SEEDS=1000 of them; 0 for none): what is held is what the server has.
# Then CRMs on real servers through faults and kills (SOAK_KILLS=100; 0 for none): 10,000 changes on Tryton 8.2, 1,000 on
# Tryton 6.0, amagi-crm, Radicale and Xandikos; none doubled, none lost.
# Then what owners do, in random order, for SOAK_MINUTES, with a look after each step whether all still holds; see soak.py.
set -euo pipefail
cd "$(dirname "$0")/.."
seeds=${SOAK_SEEDS:-1000}
if [ "$seeds" -gt 0 ]; then
  scratch=${KITH_BUILD:-.build}
  swift build --build-tests --scratch-path "$scratch" --explicit-target-dependency-import-check error >&2
  echo "$seeds random histories of a mailbox"
  KITH_SEEDS=$seeds swift test --skip-build --scratch-path "$scratch" --filter ServerHistoryTests 2>&1 \
    | grep -E '✘|Test run with'
fi
kills=${SOAK_KILLS:-100}
if [ "$kills" -gt 0 ]; then
  scratch=${KITH_BUILD:-.build}
  swift build --build-tests --scratch-path "$scratch" --explicit-target-dependency-import-check error >&2
  for system in tryton82:10000 tryton60:1000 amagi:1000 radicale:1000 xandikos:1000; do
    echo "${system#*:} changes and $kills kills: ${system%:*}"
    KITH_CRM_SYSTEM=${system%:*} KITH_CRM_CHANGES=${system#*:} KITH_CRM_KILLS=$kills \
      swift test --skip-build --scratch-path "$scratch" --filter CRMKillTests 2>&1 | grep -E '✘|changes, |Test run with'
  done
fi
[ "${SOAK_MINUTES:-10}" = 0 ] || exec python3 scripts/soak.py "$@"
