#!/usr/bin/env bash
# Random lives of mailboxes on a real Dovecot (SOAK_SEEDS=1000 of them; 0 for none): what is held is what the server has.
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
[ "${SOAK_MINUTES:-10}" = 0 ] || exec python3 scripts/soak.py "$@"
